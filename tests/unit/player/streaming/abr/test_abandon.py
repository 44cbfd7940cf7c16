import pytest

from player.streaming.abr.abandon import abandon_to, extra_is_over
from player.streaming.abr.pace import Pace
from player.streaming.abr.state import Extra, Transfer
from tests.unit.player.streaming.abr.states import link, transfer

LINK = link(1000.0, latency_s=0.1)


def judged(request: Transfer, pace_kbps: float = 50.0) -> int | None:
    return abandon_to(request, pace_kbps, LINK)


def test_a_request_that_ends_in_time_goes_on() -> None:
    assert judged(transfer(got=1000.0)) is None


def test_one_that_would_empty_the_buffer_gives_way_to_what_fits() -> None:
    # 50 kbit/s: 23.6 s to go with 10 s to play; 96 kbit/s takes 7.8 s
    assert judged(transfer()) == 3


def test_with_nothing_to_play_only_a_much_sooner_end_is_worth_it() -> None:
    assert judged(transfer(buffer_s=0.0)) == 0
    assert judged(transfer(got=1200.0, buffer_s=0.0)) is None


def test_with_half_a_minute_in_hand_an_outage_is_sat_out() -> None:
    assert judged(transfer(buffer_s=24.0), 10.0) is None
    assert judged(transfer(buffer_s=20.0), 10.0) is not None


@pytest.mark.parametrize(
    "early",
    [transfer(elapsed_s=0.5), transfer(first_byte_s=None), transfer(first_byte_s=2.0), transfer(elapsed_s=0.55)],
)
def test_too_early_to_judge(early: Transfer) -> None:
    assert judged(early) is None


def test_a_long_wait_is_no_sign_on_a_link_of_long_waits() -> None:
    far = link(1000.0, latency_s=1.5)
    assert abandon_to(transfer(), 50.0, far) is None
    assert abandon_to(transfer(elapsed_s=2.3), 50.0, far) is not None


KEEP = Extra(16.0)
IN_TIME = Extra(16.0, 10.0)


@pytest.mark.parametrize(
    ("request_", "is_over"),
    [
        (transfer(), False),
        (transfer(extra=KEEP, buffer_s=10.0, elapsed_s=0.4), False),
        (transfer(extra=KEEP, buffer_s=15.9), True),
        (transfer(extra=KEEP, buffer_s=16.1), False),
        (transfer(extra=Extra(0.0), buffer_s=1.0), False),
        (transfer(extra=IN_TIME, buffer_s=50.0, elapsed_s=10.0), True),
        (transfer(extra=IN_TIME, buffer_s=50.0, elapsed_s=2.1, got=100.0), True),
        (transfer(extra=IN_TIME, buffer_s=50.0, elapsed_s=2.1, got=1000.0), False),
        (transfer(extra=IN_TIME, buffer_s=50.0, elapsed_s=2.1, first_byte_s=None), False),
    ],
)
def test_an_extra_gives_way(request_: Transfer, is_over: bool) -> None:
    assert extra_is_over(request_) is is_over


def test_pace_is_the_slower_of_all_and_the_latest() -> None:
    pace = Pace()
    assert pace.kbps(0.1, None, 0.0) is None
    assert pace.kbps(1.0, 0.5, 100.0) == pytest.approx(200.0)
    for tenth in range(11, 31):
        last = pace.kbps(tenth / 10, 0.5, 100.0)
    assert last is not None
    assert last < 1.0  # nothing for two seconds, whatever came before
    for tenth in range(31, 51):
        last = pace.kbps(tenth / 10, 0.5, 100.0 + 10.0 * (tenth - 30))
    assert last == pytest.approx(300.0 / 4.5, rel=0.01)


def test_another_request_starts_anew() -> None:
    pace = Pace()
    pace.kbps(5.0, 0.5, 1000.0)
    assert pace.kbps(1.0, 0.5, 10.0) == pytest.approx(20.0)
    pace.begin()
    assert pace.kbps(2.0, 2.0, 0.0) is None
