import pytest

from player.streaming.abr.estimator import LATENCY_UNKNOWN_S
from player.streaming.abr.fixed import FixedRendition
from player.streaming.abr.state import Fetch, Ladder, PlannedSegment, State, Transfer, Wait

LADDER = Ladder((24.0, 64.0, 320.0))


def planned(*rungs: int | None) -> tuple[PlannedSegment, ...]:
    return tuple(PlannedSegment(4.0, LADDER, rung) for rung in rungs)


def test_utility_runs_from_nought_to_one() -> None:
    assert LADDER.utility[0] == 0.0
    assert LADDER.utility[-1] == 1.0
    assert Ladder((128.0,)).utility == (1.0,)
    assert Ladder((128.0,)).span == 1.0


@pytest.mark.parametrize(("rate", "rung"), [(1.0, 0), (24.0, 0), (63.9, 0), (64.0, 1), (1e6, 2)])
def test_the_rung_a_rate_carries(rate: float, rung: int) -> None:
    assert LADDER.rung_for(rate) == rung


def test_the_buffer_ends_at_the_first_hole() -> None:
    state = State(planned(0, 1, None, 2), into_s=1.5, look_ahead_s=120.0, remaining_s=0.0)
    assert state.first_missing == 2
    assert state.buffer_s == 6.5
    assert not state.is_whole
    assert State((), 0.0, 120.0, 0.0).buffer_s == 0.0


def test_a_plan_is_whole_when_nothing_is_left_of_it() -> None:
    assert State(planned(0, 1), 0.0, 120.0, remaining_s=0.2).is_whole
    assert not State(planned(0, 1), 0.0, 120.0, remaining_s=200.0).is_whole  # a song that is not open yet


def test_the_last_rate_is_the_buffers_end_or_what_was_heard() -> None:
    assert State(planned(0, 1, None), 0.0, 120.0, 0.0, heard_kbps=320.0).last_kbps == 64.0
    assert State(planned(None), 0.0, 120.0, 0.0, heard_kbps=320.0).last_kbps == 320.0
    assert State(planned(None), 0.0, 120.0, 0.0).last_kbps is None


def test_before_the_first_byte_nothing_was_downloaded() -> None:
    assert Transfer(LADDER, 0, 4.0, 96.0, 0.0, 3.0, None, 0.0).download_s == 0.0
    assert Transfer(LADDER, 0, 4.0, 96.0, 9.0, 3.0, 1.0, 0.0).download_s == 2.0


@pytest.mark.parametrize(("is_top", "rung"), [(True, 2), (False, 0)])
def test_a_fixed_rendition_fetches_in_order_up_to_the_look_ahead(is_top: bool, rung: int) -> None:
    fixed = FixedRendition(is_top=is_top)
    assert fixed.throughput_kbps is None
    assert fixed.latency_s == LATENCY_UNKNOWN_S
    assert fixed.decide(State(planned(0, None), 0.0, 120.0, 0.0)) == Fetch(1, rung)
    assert isinstance(fixed.decide(State(planned(0, 0), 0.0, 120.0, 0.0)), Wait)
    assert isinstance(fixed.decide(State(planned(0, None), 0.0, 6.0, 0.0)), Wait)
    transfer = Transfer(LADDER, rung, 4.0, 96.0, 96.0, 1.1, 0.1, 4.0)
    assert fixed.may_relay(transfer)
    fixed.done(transfer)
    fixed.done(Transfer(LADDER, rung, 4.0, 96.0, 96.0, 1.0, None, 4.0))
    fixed.aborted(transfer)
    fixed.idle(1.0)
    assert fixed.progress(transfer) is None
    assert fixed.latency_s == pytest.approx(0.1)
    assert fixed.start_need_s(2.0, LADDER) == 2.0


def test_a_fixed_rendition_measures_for_the_panel() -> None:
    fixed = FixedRendition(is_top=True)
    fixed.done(Transfer(LADDER, 2, 4.0, 1280.0, 1280.0, 1.1, 0.1, 4.0))
    assert fixed.throughput_kbps == pytest.approx(1280.0)
