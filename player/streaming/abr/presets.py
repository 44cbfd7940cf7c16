"""What a listener may prefer, in one table. Everything that does not differ between presets stands, with its reason,
in the module of its rule. The values were found by search over 15 families of links and confirmed on seeds that the
search never saw (docs/adaptive.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

GOOD_KBPS = 128.0
"""from here on AAC-LC is held transparent or nearly so for most music, and a copy that costs nothing will do"""


@dataclass(frozen=True, slots=True)
class Preset:
    keep_s: float
    """audio aimed at: the longest usual outage (60 s) and a reserve"""
    gain_empty: float
    """share of the estimate that is spent with nothing held: the rest of it fills the buffer"""
    gain_curve: float
    """above 1 that share rises fastest at first: the first seconds of buffer are worth most"""
    switch_up: float
    """price of a rise, in parts of what it wins: a change is heard once, a rung that does not last is not worth it"""
    reserve: float
    """share of the buffer that one request may take"""
    cap_kbps: float = math.inf
    """the listener's own limit; the lowest rung is always allowed"""
    good_kbps: float = GOOD_KBPS
    """a copy at hand from here on is not fetched again, however much the link could give"""
    copy_share: float = 0.5
    """of the rate wanted: nor is one that comes so near"""
    is_saving: bool = False
    """treats every network as a metered one: nothing twice, nothing far ahead"""

    def capped(self, kbps: float) -> Preset:
        return replace(self, cap_kbps=min(kbps, self.cap_kbps))


QUIET = Preset(keep_s=92.0, gain_empty=0.34, gain_curve=1.8, switch_up=0.3, reserve=0.45)
"""Never a stop: the least silence on every kind of link."""
BEST = Preset(keep_s=72.0, gain_empty=0.26, gain_curve=3.0, switch_up=0.13, reserve=0.7, good_kbps=math.inf, copy_share=1.0)
"""The best sound the link can carry, for a little more risk."""
SAVER = replace(QUIET, cap_kbps=96.0, copy_share=0.0, is_saving=True)
"""43 MB an hour at most: the rung below which music is no longer pleasant."""
PRESETS = {"quiet": QUIET, "best": BEST, "saver": SAVER}

METERED_AHEAD_S = 40.0
"""where every byte is paid for, a song that may be skipped is not fetched to its end; a usual outage is bridged"""
FULL_LOOK_AHEAD_S = 120.0
"""the look-ahead that every figure in seconds of buffer was found for"""


def scale(look_ahead_s: float) -> float:
    """By how much figures in seconds of buffer shrink with a shorter look-ahead: it could never reach them."""
    return min(1.0, look_ahead_s / FULL_LOOK_AHEAD_S)
