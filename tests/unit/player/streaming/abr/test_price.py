import math

import pytest

from player.streaming.abr.price import worth_its_bits
from player.streaming.abr.reserve import FLOOR_S, within_reserve
from player.streaming.abr.state import Ladder
from tests.unit.player.streaming.abr.states import LADDER, link


def test_more_rate_never_buys_less() -> None:
    rungs = [worth_its_bits(LADDER, rate, LADDER.top) for rate in range(10, 500, 5)]
    assert rungs == sorted(rungs)
    assert rungs[0] == 0
    assert rungs[-1] == LADDER.top


def test_the_border_between_two_rungs_is_their_logarithmic_mean() -> None:
    two = Ladder((64.0, 256.0))
    border = (256.0 - 64.0) / math.log(4.0)
    assert worth_its_bits(two, border - 1.0, 1) == 0
    assert worth_its_bits(two, border + 1.0, 1) == 1


@pytest.mark.parametrize("last", [4, 5])
def test_a_change_must_be_worth_it(last: int) -> None:
    border = (192.0 - 128.0) / math.log(192.0 / 128.0)
    assert worth_its_bits(LADDER, border, LADDER.top, last, switch_up=0.23) == last


def test_nothing_above_the_limit() -> None:
    assert worth_its_bits(LADDER, 1e6, 3) == 3


def test_a_request_takes_no_more_than_its_share_of_the_buffer() -> None:
    rung = within_reserve(LADDER, LADDER.top, 4.0, link(200.0), 0.4, 10.0)
    assert 0.05 + LADDER.rates_kbps[rung] * 4.0 / 200.0 <= 0.4 * (10.0 - FLOOR_S)
    assert 0.05 + LADDER.rates_kbps[rung + 1] * 4.0 / 200.0 > 0.4 * (10.0 - FLOOR_S)


def test_with_next_to_nothing_held_the_lowest_rung_is_all_there_is() -> None:
    assert within_reserve(LADDER, LADDER.top, 4.0, link(1e6), 0.4, FLOOR_S) == 0
    assert within_reserve(LADDER, 2, 4.0, link(1e6), 0.4, 60.0) == 2
