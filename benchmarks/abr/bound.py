"""What no player can exceed on a link, however much it knows of what comes.

Every loss but two is forgiven: changes of rung, latency, whole rungs (any rate between lowest and highest), the size
of the look-ahead; and all delay may be taken at the start, where a second costs an eighth of a second of silence.
Then only this is left: by the time segment k is due, no more than the link has carried. With a concave utility the
best rates under such a limit are the slopes of the greatest convex function below it. The best delay is searched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from benchmarks.abr.link import Link
from benchmarks.abr.simulator import SEGMENT_S, WAIT_COST
from player.streaming.abr.state import Ladder

DELAYS_S = [0.05 * step for step in range(1, 81)] + [4.0 + 0.5 * step for step in range(1, 113)]


def bound(link: Link, ladder: Ladder, segments: int) -> float:
    """Of the mean quality of a song of so many segments."""
    return max(_with_delay(link, ladder, segments, delay_s) for delay_s in DELAYS_S)


def _with_delay(link: Link, ladder: Ladder, segments: int, delay_s: float) -> float:
    due = [0.0, *(link.carried_kbit(delay_s + at * SEGMENT_S) / SEGMENT_S for at in range(segments))]
    total = sum(_utility(ladder, rate) * count for rate, count in slopes(due))
    return (total - WAIT_COST * delay_s) / segments


def slopes(limits: Sequence[float]) -> list[tuple[float, int]]:
    """Of the greatest convex function that begins at `limits[0]` and exceeds none of them: slope and length."""
    corners = [0]
    for at in range(1, len(limits)):
        while len(corners) > 1 and _slope(limits, corners[-2], corners[-1]) >= _slope(limits, corners[-1], at):
            corners.pop()
        corners.append(at)
    return [(_slope(limits, begin, end), end - begin) for begin, end in pairwise(corners)]


def _slope(limits: Sequence[float], begin: int, end: int) -> float:
    return (limits[end] - limits[begin]) / (end - begin)


def _utility(ladder: Ladder, rate_kbps: float) -> float:
    if rate_kbps <= 0.0:
        return -math.inf
    return min(1.0, math.log(rate_kbps / ladder.rates_kbps[0]) / ladder.span)
