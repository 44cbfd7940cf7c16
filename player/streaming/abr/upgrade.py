"""Which buffered segment to fetch again in a better rung: the one with the most gain per bit whose turn is far enough
away that a failed try costs nothing but bytes."""

from __future__ import annotations

from player.streaming.abr.estimator import Link
from player.streaming.abr.price import bit_price
from player.streaming.abr.state import Extra, Fetch, State

FROM_S = 20.0  # of buffer: five segments in hand
STOP_BELOW_S = 16.0  # of buffer: an extra gives way to the music
PRICE = 1.1  # of its bits against those of the next segment: the first copy is wasted, so a little above 1
LEAST_GAIN = 0.02  # utility; below it the data is not worth it
DEADLINE_S = 3.0  # a segment that the player may already have read
DEADLINE_FETCHES = 2.2  # fetches of it that the deadline leaves room for: the link may halve
CHANGE_COST = 0.5  # as in the quality score: a change of rung costs half its step


def best_upgrade(state: State, link: Link, rate_kbps: float, cap_kbps: float, *, is_free: bool) -> Fetch | None:
    """`rate_kbps` is what can be afforded and prices the bits; they are free when nothing else is left to fetch."""
    best, best_value = None, 0.0
    starts_s = -state.into_s
    for index in range(state.first_missing):
        segment = state.segments[index]
        deadline_s, starts_s = starts_s, starts_s + segment.duration_s
        held, ladder = segment.held, segment.ladder
        if index == 0 or segment.is_fixed or held is None:
            continue
        price = 0.0 if is_free else PRICE * bit_price(ladder, rate_kbps)
        for rung in range(ladder.rung_for(cap_kbps), held, -1):
            kbps = ladder.rates_kbps[rung]
            if deadline_s < DEADLINE_S + DEADLINE_FETCHES * link.fetch_s(kbps * segment.duration_s):
                continue
            gain = net_gain(state, index, held, rung) - price * kbps
            if gain >= LEAST_GAIN and gain / kbps > best_value * 1.0001:
                best_value = gain / kbps
                terms = Extra(0.0 if state.is_whole else STOP_BELOW_S, deadline_s)
                best = Fetch(index, rung, is_upgrade=True, extra=terms)
    return best


def net_gain(state: State, index: int, held: int, rung: int) -> float:
    """What replacing wins, the changes it makes or heals at the neighbours counted."""
    utility = state.segments[index].ladder.utility
    new, old = utility[rung], utility[held]
    gain = new - old
    for neighbour in (index - 1, index + 1):
        beside = _utility(state, neighbour)
        if beside is not None:
            gain -= CHANGE_COST * (abs(new - beside) - abs(old - beside))
    return gain


def _utility(state: State, index: int) -> float | None:
    if not 0 <= index < len(state.segments):
        return None
    segment = state.segments[index]
    return None if segment.held is None else segment.ladder.utility[segment.held]
