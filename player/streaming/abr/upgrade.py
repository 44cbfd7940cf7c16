"""Which buffered segment to fetch again in a better rung: the one with the most gain per bit whose turn is far
enough away that a failed try costs nothing but bytes."""

from __future__ import annotations

from dataclasses import dataclass

from player.streaming.abr.state import Ladder, State

DEADLINE_S = 3.0  # never touch what plays sooner
FETCHES = 2.2  # the deadline leaves room for so many fetches of it
MIN_GAIN = 0.04  # of the utility 0..1, the change of rung at both neighbours taken off
CHANGE_COST = 0.5  # as in the quality score: a change of rung costs half its size


@dataclass(frozen=True, slots=True)
class Upgrade:
    index: int
    rung: int
    gain: float


def best_upgrade(state: State, top_rate_kbps: float, rate_kbps: float, latency_s: float) -> Upgrade | None:
    """No rung above `top_rate_kbps`; a fetch is expected to run at `rate_kbps`."""
    best: Upgrade | None = None
    best_value = 0.0
    starts_s = -state.into_s
    for index in range(state.first_missing):
        segment = state.segments[index]
        deadline_s, starts_s = starts_s, starts_s + segment.duration_s
        held, ladder = segment.held, segment.ladder
        if index == 0 or segment.is_fixed or held is None:
            continue
        for rung in range(ladder.rung_for(top_rate_kbps), held, -1):
            fetch_s = latency_s + ladder.rates_kbps[rung] * segment.duration_s / rate_kbps
            if deadline_s < DEADLINE_S + FETCHES * fetch_s:
                continue
            gain = net_gain(state, index, held, rung)
            if gain < MIN_GAIN:
                continue
            value = gain / ladder.rates_kbps[rung]
            if best is None or value > best_value * 1.0001:
                best, best_value = Upgrade(index, rung, gain), value
            break
    return best


def net_gain(state: State, index: int, held: int, rung: int) -> float:
    """What replacing wins, the changes it makes or heals at the neighbours counted."""
    utility = state.segments[index].ladder.utility
    before = _utility(state, index - 1, utility[rung])
    after = _utility(state, index + 1, utility[rung]) if index + 1 < state.first_missing else utility[rung]
    new, old = utility[rung], utility[held]
    changes = abs(new - before) + abs(new - after) - abs(old - before) - abs(old - after)
    return new - old - CHANGE_COST * changes


def _utility(state: State, index: int, otherwise: float) -> float:
    if index >= len(state.segments) or (held := state.segments[index].held) is None:
        return otherwise
    ladder: Ladder = state.segments[index].ladder
    return ladder.utility[held]
