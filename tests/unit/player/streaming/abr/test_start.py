import math

import pytest

from player.streaming.abr.start import (
    AT_ONCE_S,
    TRIAL_KBIT,
    first_rung,
    is_next_in_time,
    opening_rung,
    second_thoughts,
    segments_to_hold,
    shown_link,
)
from player.streaming.abr.state import Ladder
from tests.unit.player.streaming.abr.states import LADDER, link, transfer


def test_the_first_rung_of_all_is_the_middle_of_the_ladder() -> None:
    assert LADDER.rates_kbps[first_rung(LADDER, math.inf)] == 128.0
    assert LADDER.rates_kbps[first_rung(LADDER, 70.0)] == 64.0
    assert first_rung(Ladder((900.0,)), math.inf) == 0


@pytest.mark.parametrize("kbps", [30.0, 300.0, 1000.0, 3000.0, 20_000.0])
def test_after_a_seek_what_is_here_at_once(kbps: float) -> None:
    rung = opening_rung(LADDER, 4.0, link(kbps), math.inf)
    assert rung == 0 or link(kbps).fetch_s(LADDER.rates_kbps[rung] * 4.0) <= AT_ONCE_S
    assert rung == LADDER.top or link(kbps).fetch_s(LADDER.rates_kbps[rung + 1] * 4.0) > AT_ONCE_S


def test_after_a_seek_no_more_than_the_limit() -> None:
    assert opening_rung(LADDER, 4.0, link(20_000.0), 130.0) == 4


def test_second_thoughts_on_a_slow_link_only() -> None:
    def asked(kbps: float) -> int | None:
        return second_thoughts(transfer(rung=4, got=kbps * 0.25, elapsed_s=0.35), kbps)

    assert asked(50.0) == 0
    assert asked(1000.0) is None
    lower = asked(150.0)
    assert lower is not None
    assert 0 <= lower < 4


def test_second_thoughts_need_a_few_bytes() -> None:
    assert second_thoughts(transfer(rung=4, got=1.0, elapsed_s=0.25), 10.0) is None
    assert second_thoughts(transfer(rung=4, got=0.0, elapsed_s=3.0, first_byte_s=None), 10.0) is None
    assert second_thoughts(transfer(rung=0, got=1.0, elapsed_s=1.0), 10.0) is None


def test_a_link_is_shown_by_time_or_by_bytes() -> None:
    assert shown_link(transfer(rung=4, got=TRIAL_KBIT - 1.0, elapsed_s=0.2)) is None
    assert shown_link(transfer(rung=4, got=0.0, elapsed_s=3.0, first_byte_s=None)) is None
    for got, elapsed_s in ((TRIAL_KBIT, 0.2), (4.0, 0.35)):
        shown = shown_link(transfer(rung=4, got=got, elapsed_s=elapsed_s))
        assert shown is not None
        assert shown.low_kbps == pytest.approx(got / (elapsed_s - 0.1))


@pytest.mark.parametrize(("kbps", "rung", "is_in_time"), [(400.0, 4, True), (150.0, 4, False), (80.0, 0, True),
                                                         (60.0, 0, False), (12.0, 0, False)])  # fmt: skip
def test_music_begins_on_what_arrives_only_if_the_next_segment_comes_in_time(
    kbps: float, rung: int, is_in_time: bool
) -> None:
    begun = transfer(rung=rung, got=0.0, elapsed_s=0.1)
    assert is_next_in_time(begun, link(kbps)) is is_in_time


def test_a_link_below_the_lowest_rung_holds_before_the_first_note() -> None:
    assert segments_to_hold(LADDER, link(1000.0)) == 1
    assert segments_to_hold(LADDER, link(24.0)) == 2
    assert segments_to_hold(LADDER, link(1.0)) == 5
