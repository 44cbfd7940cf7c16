"""The rules in their order, on states made by hand; how good they are together is the simulator's business."""

from __future__ import annotations

import pytest

from player.streaming.abr.abandon import DECIDE_ANEW
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.presets import BEST, METERED_AHEAD_S, QUIET, SAVER, Preset
from player.streaming.abr.state import Decision, Extra, Fetch, Transfer, Wait
from tests.unit.player.streaming.abr.states import LADDER, state, transfer


def measured(kbps: float, preset: Preset = QUIET, latency_s: float = 0.05) -> Adaptive:
    """A controller that has seen a minute of a steady link."""
    controller = Adaptive(preset)
    for _ in range(30):
        controller.done(Transfer(LADDER, 0, 4.0, kbps * 2.0, kbps * 2.0, 2.0 + latency_s, latency_s, 0.0))
    return controller


def rung(decision: Decision) -> int:
    assert isinstance(decision, Fetch)
    return decision.rung


def test_nothing_known() -> None:
    controller = Adaptive()
    assert controller.decide(state([], is_opening=True)) == Fetch(0, 4)
    assert isinstance(controller.decide(state([2, 2], missing=0)), Wait)
    assert controller.opening_rung(LADDER) == 4
    assert controller.throughput_kbps is None
    assert not controller.may_relay(transfer(rung=4, got=40.0, elapsed_s=0.2, first_byte_s=None))
    assert not controller.may_relay(transfer(rung=4, got=39.0, elapsed_s=0.2))
    assert controller.may_relay(transfer(rung=4, got=60.0, elapsed_s=0.31))
    assert controller.start_need_s(4.0, LADDER) == 4.0


def test_an_empty_buffer_after_a_stall_takes_the_lowest_rung_after_a_seek_what_is_at_once_there() -> None:
    controller = measured(20_000.0)
    assert controller.may_relay(transfer(rung=4, got=0.0, elapsed_s=0.0, first_byte_s=None))
    assert rung(controller.decide(state([]))) == 0
    assert rung(controller.decide(state([], is_opening=True))) == LADDER.top
    assert controller.opening_rung(LADDER) == LADDER.top
    assert rung(measured(300.0).decide(state([], is_opening=True))) == 0


@pytest.mark.parametrize("preset", [QUIET, BEST])
def test_more_buffer_never_means_a_lower_rung(preset: Preset) -> None:
    chosen = [rung(measured(150.0, preset).decide(state([7] * held, fixed=held))) for held in range(1, 29)]
    assert chosen == sorted(chosen)
    assert chosen[0] <= 2
    assert LADDER.rates_kbps[chosen[-1]] >= 128.0


def test_best_dares_more_than_quiet() -> None:
    held = state([4] * 6, fixed=6)
    assert rung(measured(200.0, BEST).decide(held)) > rung(measured(200.0, QUIET).decide(held))


def test_near_the_end_of_the_queue_a_full_buffer_is_spent() -> None:
    far = rung(measured(130.0).decide(state([4] * 15, fixed=15, remaining_s=2000.0)))
    near = rung(measured(130.0).decide(state([4] * 15, fixed=15, remaining_s=8.0)))
    assert near > far


def test_what_was_heard_last_holds_the_rung() -> None:
    # the border between 128 and 192 kbit/s, either side of which a change is not worth it
    chosen = [rung(measured(158.0).decide(state([last] * 23, fixed=23, remaining_s=207.0))) for last in (4, 5)]
    assert chosen[0] <= chosen[1]


def test_a_full_look_ahead_waits() -> None:
    assert isinstance(measured(5000.0).decide(state([7] * 30)), Wait)


def test_the_head_of_the_next_song_comes_before_an_upgrade_and_that_before_the_next_segment() -> None:
    controller = measured(2000.0)
    head = controller.decide(state([0] * 14, fixed=3, heads={1: [None]}))
    assert isinstance(head, Fetch)
    assert head.is_head
    upgrade = controller.decide(state([0] * 14, fixed=3, heads={1: [7]}))
    assert isinstance(upgrade, Fetch)
    assert upgrade.is_upgrade
    following = controller.decide(state([0] * 4, heads={1: [None]}))
    assert isinstance(following, Fetch)
    assert (following.index, following.extra) == (4, None)


def test_with_the_whole_queue_held_even_a_short_rest_is_improved() -> None:
    decision = measured(5000.0).decide(state([0] * 4, missing=0, remaining_s=0.0))
    assert isinstance(decision, Fetch)
    assert decision.is_upgrade


@pytest.mark.parametrize(("preset", "is_metered"), [(QUIET, True), (SAVER, False)])
def test_where_bytes_are_dear_nothing_is_fetched_twice_or_far_ahead(preset: Preset, is_metered: bool) -> None:
    controller = measured(5000.0, preset)
    held = int(METERED_AHEAD_S / 4)
    full = state([0] * held, heads={1: [None]}, is_metered=is_metered)
    assert isinstance(controller.decide(full), Wait)
    assert isinstance(controller.decide(state([0] * (held - 1), is_metered=is_metered)), Fetch)


@pytest.mark.parametrize("held", range(0, 28, 3))
def test_nothing_exceeds_the_listeners_limit(held: int) -> None:
    for preset in (QUIET.capped(100.0), BEST.capped(100.0), SAVER):
        for controller in (Adaptive(preset), measured(5000.0, preset)):
            for is_opening in (False, True):
                seen = state([0] * held, heads={1: [None]}, is_opening=is_opening, heard_kbps=320.0)
                decision = controller.decide(seen)
                assert isinstance(decision, Wait) or LADDER.rates_kbps[decision.rung] <= 100.0
                assert LADDER.rates_kbps[controller.opening_rung(LADDER)] <= 100.0


def test_progress_of_the_first_request_has_second_thoughts() -> None:
    controller = Adaptive()
    assert controller.progress(transfer(rung=4, got=0.0, elapsed_s=0.1, first_byte_s=None)) is None
    assert controller.progress(transfer(rung=4, got=5.0, elapsed_s=0.4)) == 0
    assert controller.progress(transfer(rung=0, got=5.0, elapsed_s=0.4)) is None


def test_progress_of_a_later_one_guards_the_buffer() -> None:
    controller = measured(1000.0)
    assert controller.progress(transfer(got=20.0, elapsed_s=3.0, buffer_s=6.0)) is not None
    assert controller.progress(transfer(got=1200.0, elapsed_s=3.0, buffer_s=6.0)) is None
    extra = Extra(16.0)
    assert controller.progress(transfer(elapsed_s=3.0, buffer_s=6.0, extra=extra)) == DECIDE_ANEW
    assert controller.progress(transfer(elapsed_s=3.0, buffer_s=60.0, extra=extra)) is None


def test_an_abandoned_request_lowers_the_estimate_if_it_measured_anything() -> None:
    controller = measured(2000.0)
    before = controller.throughput_kbps
    controller.aborted(transfer(got=0.0, elapsed_s=10.0, first_byte_s=None))
    controller.aborted(transfer(got=10.0, elapsed_s=0.3))
    assert controller.throughput_kbps == before
    controller.aborted(transfer(got=100.0, elapsed_s=10.0))
    assert controller.throughput_kbps is not None
    assert before is not None
    assert controller.throughput_kbps < before
    controller.idle(1.0)
    controller.reset()
    assert controller.throughput_kbps is None


def test_measured_latency_and_what_to_hold_on_a_link_that_hardly_carries_anything() -> None:
    controller = measured(10.0, latency_s=0.3)
    assert controller.latency_s == pytest.approx(0.3)
    assert controller.start_need_s(4.0, LADDER) == 12.0
