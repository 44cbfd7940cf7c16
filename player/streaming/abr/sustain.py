"""The rate that the plan can afford: a share of the estimate that grows with the buffer. Below the amount to keep it
is under 1, so that the buffer fills; at it, 1; above it the surplus is spent evenly. A link that has been steady
needs less of a reserve, and less of it is held back."""

from __future__ import annotations

from player.streaming.abr.estimator import STEADY, Link
from player.streaming.abr.presets import Preset, scale

KEEP_OF_LEFT = 0.72  # of what is left to fetch: near the end of the queue the reserve is no longer needed
KEEP_LONG_S = 60.0  # more with two songs or more to come: more outages lie ahead, and there is time to earn it back
LONG_FROM_S = 240.0
LONG_FULL_S = 480.0
HORIZON_S = 90.0  # over which a surplus is spent, or over what is left where that is less
HORIZON_LEAST_S = 4.0  # a segment: the last one gets all that is left over
SLOW_SHARE = 0.8  # of the session's mean trusted with a deep buffer
BLEND_FROM_S = 10.0  # below, only the careful estimate counts
BLEND_TO_S = 80.0  # above, the session's mean: the buffer outlasts what the careful one fears


def keep_s(preset: Preset, remaining_s: float) -> float:
    """Audio aimed at while so much is left to fetch."""
    long = min(1.0, max(0.0, (remaining_s - LONG_FROM_S) / (LONG_FULL_S - LONG_FROM_S)))
    return min(preset.keep_s, KEEP_OF_LEFT * remaining_s) + KEEP_LONG_S * long


def gain(preset: Preset, buffer_s: float, kept_s: float, remaining_s: float, caution: float) -> float:
    """The share of the estimate to spend; `caution`, 0 to 1, scales what is held back."""
    if buffer_s < kept_s:
        short_of: float = (1 - buffer_s / kept_s) ** preset.gain_curve
        return 1 - (1 - preset.gain_empty) * caution * short_of
    return 1 + (buffer_s - kept_s) / max(HORIZON_LEAST_S, min(HORIZON_S, remaining_s))


def affordable_kbps(preset: Preset, link: Link, buffer_s: float, remaining_s: float, look_ahead_s: float) -> float:
    """In a shorter look-ahead than the figures were found for, the buffer counts for so much more."""
    buffer_s = buffer_s / scale(look_ahead_s)
    deep = max(link.low_kbps, SLOW_SHARE * link.slow_kbps)
    trust = min(1.0, max(0.0, (buffer_s - BLEND_FROM_S) / (BLEND_TO_S - BLEND_FROM_S)))
    share = gain(preset, buffer_s, keep_s(preset, remaining_s), remaining_s, min(1.0, link.spread / STEADY))
    estimate: float = link.low_kbps * (deep / link.low_kbps) ** trust
    return share * estimate
