import pytest

from player.streaming.abr.fixed import FixedRendition
from player.streaming.abr.state import Fetch, Ladder, PlannedSegment, State, Transfer, Wait
from player.streaming.abr.upgrade import best_upgrade

LADDER = Ladder((24.0, 64.0, 320.0))


def planned(*rungs: int | None) -> tuple[PlannedSegment, ...]:
    return tuple(PlannedSegment(4.0, LADDER, rung) for rung in rungs)


def test_utility_runs_from_nought_to_one() -> None:
    assert LADDER.utility[0] == 0.0
    assert LADDER.utility[-1] == 1.0
    assert Ladder((128.0,)).utility == (1.0,)


@pytest.mark.parametrize(("rate", "rung"), [(1.0, 0), (24.0, 0), (63.9, 0), (64.0, 1), (1e6, 2)])
def test_the_rung_a_rate_carries(rate: float, rung: int) -> None:
    assert LADDER.rung_for(rate) == rung


def test_the_buffer_ends_at_the_first_hole() -> None:
    state = State(planned(0, 1, None, 2), into_s=1.5, look_ahead_s=120.0, remaining_s=0.0)
    assert state.first_missing == 2
    assert state.buffer_s == 6.5
    assert State((), 0.0, 120.0, 0.0).buffer_s == 0.0


@pytest.mark.parametrize(("is_top", "rung"), [(True, 2), (False, 0)])
def test_a_fixed_rendition_fetches_in_order_up_to_the_look_ahead(is_top: bool, rung: int) -> None:
    fixed = FixedRendition(is_top=is_top)
    assert fixed.decide(State(planned(0, None), 0.0, 120.0, 0.0)) == Fetch(1, rung)
    assert isinstance(fixed.decide(State(planned(0, 0), 0.0, 120.0, 0.0)), Wait)
    assert isinstance(fixed.decide(State(planned(0, None), 0.0, 6.0, 0.0)), Wait)
    transfer = Transfer(LADDER, rung, 96.0, 96.0, 1.1, 0.1, 4.0)
    fixed.done(transfer)
    fixed.aborted(transfer)
    fixed.idle(1.0)
    assert fixed.progress(transfer) is None
    assert fixed.throughput_kbps == pytest.approx(96.0)
    assert fixed.latency_s == pytest.approx(0.1)
    assert fixed.start_need_s(2.0) == 2.0


def test_an_upgrade_counts_what_it_does_to_its_neighbours() -> None:
    gap = State(planned(2, 2, 2, 2, 2, 0, 2, 2), 0.0, 120.0, 0.0)
    found = best_upgrade(gap, 320.0, 5000.0, 0.05)
    assert found is not None
    assert (found.index, found.rung) == (5, 2)
    assert found.gain == pytest.approx(2.0)
    alone = State(planned(0, 0, 0, 0, 0, 0, 0), 0.0, 120.0, 0.0)
    lonely = best_upgrade(alone, 320.0, 5000.0, 0.05)
    assert lonely is not None
    assert lonely.index == 6  # beside the end it makes one change, not two


def test_nothing_is_upgraded_that_is_due_or_cannot_be_carried() -> None:
    due = State(planned(0, 0), 0.0, 120.0, 0.0)
    assert best_upgrade(due, 320.0, 400.0, 0.05) is None
    low = State(planned(*[0] * 10), 0.0, 120.0, 0.0)
    assert best_upgrade(low, 30.0, 5000.0, 0.05) is None
