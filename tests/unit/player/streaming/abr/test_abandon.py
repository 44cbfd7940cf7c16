import pytest

from player.streaming.abr.abandon import DECIDE_ANEW, abandon_to
from player.streaming.abr.state import Ladder, Transfer

LADDER = Ladder((24.0, 64.0, 128.0, 320.0))


def transfer(
    *, rung: int = 3, got: float = 100.0, elapsed: float = 2.1, buffer: float = 10.0, first: float | None = 0.1
) -> Transfer:
    return Transfer(LADDER, rung, LADDER.rates_kbps[rung] * 4.0, got, elapsed, first, buffer)


def test_a_request_that_ends_in_time_goes_on() -> None:
    assert abandon_to(transfer(got=1000.0), 0.1) is None


def test_one_that_would_empty_the_buffer_gives_way_to_what_fits() -> None:
    # 50 kbit/s: 23.6 s to go with 10 s to play; 64 kbit/s takes 5.2 s
    assert abandon_to(transfer(), 0.1) == 1


def test_with_nothing_to_play_only_a_much_sooner_end_is_worth_it() -> None:
    assert abandon_to(transfer(buffer=0.0), 0.1) == 0
    assert abandon_to(transfer(got=1200.0, buffer=0.0, elapsed=22.1), 0.1) is None


@pytest.mark.parametrize(
    "early",
    [
        transfer(rung=0, got=1.0, buffer=0.0),
        transfer(elapsed=0.4),
        transfer(first=None),
        transfer(first=2.0),
    ],
)
def test_too_early_to_judge(early: Transfer) -> None:
    assert abandon_to(early, 0.1) is None


def test_an_upgrade_stops_when_the_buffer_falls() -> None:
    upgrade = Transfer(LADDER, 3, 1280.0, 100.0, 1.0, 0.1, 13.0, is_upgrade=True)
    assert abandon_to(upgrade, 0.1) == DECIDE_ANEW
    assert abandon_to(Transfer(LADDER, 3, 1280.0, 100.0, 1.0, 0.1, 20.0, is_upgrade=True), 0.1) is None
