"""Rules of RSU on states made by hand; that it is as good as its prototype is the simulator's business."""

from __future__ import annotations

import pytest

from player.streaming.abr.rsu import BEST, FIRST_RUNG, PRESETS, QUIET, Rsu
from player.streaming.abr.state import Decision, Fetch, Ladder, PlannedSegment, State, Transfer, Wait

LADDER = Ladder((24.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 320.0))


def state(
    held: list[int],
    *,
    missing: int = 20,
    into_s: float = 0.0,
    look_ahead_s: float = 120.0,
    remaining_s: float = 600.0,
    heads: tuple[int | None, ...] = (),
    fixed: int = 0,
    is_opening: bool = False,
    is_metered: bool = False,
) -> State:
    segments = [PlannedSegment(4.0, LADDER, rung, is_fixed=at < fixed) for at, rung in enumerate(held)]
    segments += [PlannedSegment(4.0, LADDER)] * missing
    ahead = tuple(PlannedSegment(4.0, LADDER, rung) for rung in heads)
    return State(
        tuple(segments), into_s, look_ahead_s, remaining_s, ahead, is_opening=is_opening, is_metered=is_metered
    )


def measured(kbps: float, *, latency_s: float = 0.05, preset: str = "quiet") -> Rsu:
    """A controller that has seen a minute of a steady link."""
    rsu = Rsu(PRESETS[preset])
    for _ in range(30):
        rsu.done(Transfer(LADDER, 0, 96.0, kbps * 2.0, 2.0 + latency_s, latency_s, 0.0))
    return rsu


def rung(decision: Decision) -> int:
    assert isinstance(decision, Fetch)
    return decision.rung


def test_the_first_segment_of_all_is_modest() -> None:
    rsu = Rsu()
    assert rsu.decide(state([], is_opening=True)) == Fetch(0, FIRST_RUNG)
    assert rsu.opening_rung(LADDER) == FIRST_RUNG
    assert rsu.opening_rung(Ladder((64.0,))) == 0
    assert rsu.throughput_kbps is None


def test_nothing_known_and_nothing_missing_waits() -> None:
    assert isinstance(Rsu().decide(state([2, 2], missing=0)), Wait)


def test_an_empty_buffer_after_a_stall_takes_the_lowest_rung_after_a_seek_what_is_soon_there() -> None:
    rsu = measured(20_000.0)
    assert rung(rsu.decide(state([]))) == 0
    assert rung(rsu.decide(state([], is_opening=True))) == LADDER.top
    assert rsu.opening_rung(LADDER) == LADDER.top
    assert rung(measured(300.0).decide(state([], is_opening=True))) == 0
    assert measured(300.0).opening_rung(LADDER) == 0


@pytest.mark.parametrize("preset", ["quiet", "best"])
def test_more_buffer_never_means_a_lower_rung(preset: str) -> None:
    chosen = []
    for count in range(1, 29):
        rsu = measured(200.0, preset=preset)
        decision = rsu.decide(state([7] * count, fixed=count))
        chosen.append(rung(decision))
    assert chosen == sorted(chosen)
    assert chosen[0] <= 2
    assert LADDER.rates_kbps[chosen[-1]] >= 128.0


def test_a_fetch_stays_within_its_share_of_the_buffer() -> None:
    rsu = measured(500.0)
    rate = LADDER.rates_kbps[rung(rsu.decide(state([7] * 5, fixed=5)))]
    assert 0.05 + rate * 4.0 / 500.0 <= QUIET.reserve * 20.0


def test_a_higher_rung_is_taken_only_with_room_to_spare() -> None:
    deep = state([4] * 20, fixed=20, remaining_s=1e9)
    rsu = measured(140.0)  # 1.12 of it is 157: 128 exceeds 0.8 of that
    assert LADDER.rates_kbps[rung(rsu.decide(deep))] == 96.0
    assert LADDER.rates_kbps[rung(measured(165.0).decide(deep))] == 128.0
    rsu._last = 4
    assert LADDER.rates_kbps[rung(rsu.decide(deep))] == 128.0  # staying needs no such room
    assert BEST.climb > QUIET.climb


def test_near_the_end_of_the_plan_a_full_buffer_is_spent() -> None:
    far = rung(measured(130.0).decide(state([4] * 15, fixed=15, remaining_s=2000.0)))
    near = rung(measured(130.0).decide(state([4] * 15, fixed=15, remaining_s=8.0)))
    assert near > far


def test_a_full_look_ahead_waits() -> None:
    assert isinstance(measured(5000.0).decide(state([7] * 30)), Wait)


def test_a_deep_buffer_improves_what_is_poor_but_not_what_was_read_or_is_due() -> None:
    held = [0] * 30
    decision = measured(5000.0).decide(state(held, fixed=5, missing=0))
    assert isinstance(decision, Fetch)
    assert decision.is_upgrade
    assert decision.index >= 5
    assert decision.rung > 0
    assert isinstance(measured(5000.0).decide(state(held, fixed=30, missing=0)), Wait)
    assert isinstance(measured(5000.0).decide(state(held, fixed=5, missing=0, is_metered=True)), Wait)
    on_a_poor_link = measured(20.0).decide(state(held, fixed=5, missing=0))
    assert isinstance(on_a_poor_link, Wait)


def test_a_short_look_ahead_upgrades_from_its_own_measure() -> None:
    decision = measured(5000.0).decide(state([0] * 5, fixed=1, missing=0, look_ahead_s=20.0))
    assert isinstance(decision, Fetch)
    assert decision.is_upgrade


def test_the_heads_of_the_next_songs_come_once_this_one_is_safe() -> None:
    rsu = measured(400.0)
    assert rsu.decide(state([7] * 8, fixed=8, heads=(3, None))) == Fetch(1, 1, is_head=True)
    assert rsu.decide(state([7] * 3, fixed=3, heads=(3, None))) != Fetch(1, 1, is_head=True)
    assert rsu.decide(state([7] * 8, fixed=8, heads=(3, 3))) == Fetch(8, rsu._last)


def test_an_abandoned_request_lowers_the_estimate_and_forgets_the_climb() -> None:
    rsu = measured(2000.0)
    rsu.decide(state([7] * 10, fixed=10))
    before = rsu.throughput_kbps
    rsu.aborted(Transfer(LADDER, 7, 1280.0, 100.0, 10.0, 0.1, 5.0))
    assert rsu.throughput_kbps is not None
    assert before is not None
    assert rsu.throughput_kbps < before
    unchanged = rsu.throughput_kbps
    rsu.aborted(Transfer(LADDER, 7, 1280.0, 0.0, 10.0, None, 5.0))
    assert rsu.throughput_kbps == unchanged
    rsu.reset()
    assert rsu.throughput_kbps is None


def test_progress_asks_the_rule_of_abandonment() -> None:
    rsu = measured(1000.0)
    slow = Transfer(LADDER, 7, 1280.0, 20.0, 3.0, 0.1, 6.0)
    assert rsu.progress(slow) is not None
    assert rsu.start_need_s(4.0) == 4.0
    rsu.idle(1.0)
    assert rsu.latency_s == pytest.approx(0.05)
