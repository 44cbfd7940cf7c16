"""What to begin with when there is nothing to play: utility against seconds of waiting. The first rung of all is a
guess, which its first bytes correct; after a seek or a skip the link is known."""

from __future__ import annotations

import math

from player.streaming.abr.estimator import Link
from player.streaming.abr.price import worth_its_bits
from player.streaming.abr.state import Ladder, Transfer

FIRST_KBPS = 128.0  # the middle of the ladder: half a second on a 1 Mbit/s link, corrected on a slower one
TRIAL_S = 0.2  # of bytes that show the link
TRIAL_KBIT = 40.0  # or so much in less time: what mpv needs of a segment at 128 kbit/s before it sounds
AIM_SHARE = 0.6  # of the pace: the rung that the song would settle on
WAIT_COST = 0.5  # utility a second, as in the quality score
CHANGE_COST = 0.5
LEAST_GAIN = 0.1  # utility that second thoughts must win
AT_ONCE_S = 0.5  # a segment of 4 s so soon means a link of eight times its rate
MARGIN_S = 0.5  # what is to be left when the next segment has come
LEAST_KBIT, LEAST_S = 0.5, 0.001  # a rate is never 0, nor divided by it
HOLD = 1.2  # a link that carries less than this many times the lowest rung hardly carries it
HOLD_MOST = 5


def first_rung(ladder: Ladder, cap_kbps: float) -> int:
    """Nothing is known of the link."""
    return ladder.rung_for(min(FIRST_KBPS, cap_kbps))


def opening_rung(ladder: Ladder, duration_s: float, link: Link, cap_kbps: float) -> int:
    """After a skip or a seek with nothing held: the best that is here at once, so that it costs no later segment."""
    rung = ladder.rung_for(cap_kbps)
    while rung > 0 and link.fetch_s(ladder.rates_kbps[rung] * duration_s) > AT_ONCE_S:
        rung -= 1
    return rung


def is_shown(transfer: Transfer) -> bool:
    """Whether the first request of all has brought enough to judge the link by."""
    return transfer.download_s > TRIAL_S - 1e-9 or transfer.got_kbit >= TRIAL_KBIT


def shown_link(transfer: Transfer) -> Link | None:
    """The link as the first request of all shows it; None while it does not."""
    if transfer.first_byte_s is None or not is_shown(transfer):
        return None
    kbps = max(transfer.got_kbit, LEAST_KBIT) / max(transfer.download_s, LEAST_S)
    return Link(kbps, kbps, transfer.first_byte_s)


def is_next_in_time(transfer: Transfer, link: Link) -> bool:
    """Whether music that begins on this segment's bytes now will find the next one, at the lowest rung, when it gets
    there. Where not, a whole segment first costs seconds of waiting, and spares a stop right after the start."""
    missing_kbit = transfer.size_kbit - transfer.got_kbit
    whole_s = missing_kbit / link.low_kbps if transfer.first_byte_s is not None else link.fetch_s(missing_kbit)
    next_s = link.fetch_s(transfer.ladder.rates_kbps[0] * transfer.duration_s)
    return transfer.duration_s >= HOLD * (whole_s + next_s) + MARGIN_S


def second_thoughts(transfer: Transfer, pace_kbps: float) -> int | None:
    """A lower rung for the first request of all, once a few bytes have shown the link; None: go on."""
    if transfer.rung == 0 or transfer.first_byte_s is None or not is_shown(transfer):
        return None
    ladder, latency_s = transfer.ladder, transfer.first_byte_s
    aim = worth_its_bits(ladder, AIM_SHARE * pace_kbps, ladder.top)

    def anew(rung: int) -> float:
        return _worth(ladder, rung, aim, latency_s + ladder.rates_kbps[rung] * transfer.duration_s / pace_kbps)

    best = max(range(transfer.rung), key=anew)
    going_on = _worth(ladder, transfer.rung, aim, (transfer.size_kbit - transfer.got_kbit) / pace_kbps)
    return best if anew(best) > going_on + LEAST_GAIN else None


def segments_to_hold(ladder: Ladder, link: Link) -> int:
    """Before the first note: more than one only where the link hardly carries the lowest rung."""
    return min(HOLD_MOST, max(1, math.ceil(HOLD * ladder.rates_kbps[0] / link.low_kbps)))


def _worth(ladder: Ladder, rung: int, aim: int, wait_s: float) -> float:
    utility = ladder.utility
    return utility[rung] - CHANGE_COST * abs(utility[rung] - utility[aim]) - WAIT_COST * wait_s
