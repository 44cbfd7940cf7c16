import math

import pytest

from player.streaming.abr.state import Extra, Fetch
from player.streaming.abr.upgrade import STOP_BELOW_S, best_upgrade, net_gain
from tests.unit.player.streaming.abr.states import link, state

FAST = link(5000.0)


def best(
    held: list[int], *, kbps: float = 5000.0, cap: float = math.inf, free: bool = False, fixed: int = 0
) -> Fetch | None:
    return best_upgrade(state(held, fixed=fixed), link(kbps), kbps, cap, is_free=free)


def test_a_gap_is_healed_first() -> None:
    found = best([7, 7, 7, 7, 7, 0, 7, 7])
    assert found is not None
    assert (found.index, found.is_upgrade, found.extra) == (5, True, Extra(STOP_BELOW_S, 20.0))


def test_what_it_does_to_its_neighbours_counts() -> None:
    gap = state([7, 7, 0, 7])
    assert net_gain(gap, 2, 0, 7) == pytest.approx(2.0)
    assert net_gain(state([0, 0, 0, 0]), 2, 0, 7) == pytest.approx(0.0)
    assert net_gain(state([0, 0, 0], missing=0), 2, 0, 7) == pytest.approx(0.5)


def test_nothing_that_is_due_or_was_read_or_is_best_already() -> None:
    assert best([0, 0], kbps=400.0) is None
    assert best([0] * 10, fixed=10) is None
    assert best([7] * 10) is None
    assert best([0] * 10, kbps=20.0) is None


def test_no_rung_above_the_limit() -> None:
    found = best([0] * 20, cap=100.0)
    assert found is not None
    assert 0 < found.rung <= 3
    assert best([3] * 20, cap=100.0) is None


def test_bits_have_their_price_until_nothing_else_is_left() -> None:
    assert best([4] * 6 + [3] + [4] * 9, kbps=110.0) is None
    found = best([4] * 6 + [3] + [4] * 9, kbps=110.0, free=True)
    assert found is not None
    assert found.index == 6


def test_a_whole_plan_lets_it_run_to_its_deadline() -> None:
    whole = state([0] * 8, missing=0, remaining_s=0.0)
    found = best_upgrade(whole, FAST, 5000.0, math.inf, is_free=True)
    assert found is not None
    assert found.extra is not None
    assert found.extra.stop_below_s == 0.0
