import pytest

from player.streaming.abr.estimator import LATENCY_UNKNOWN_S, STEADY, Estimator, Link, Mean


def steady(kbps: float, segments: int = 40) -> Estimator:
    estimator = Estimator()
    for _ in range(segments):
        estimator.add_download(2.0, 2.1, 2.0 * kbps)
    return estimator


def low(estimator: Estimator) -> float:
    assert estimator.link is not None
    return estimator.link.low_kbps


def test_a_constant_is_its_own_mean_from_the_first_value_on() -> None:
    mean = Mean(5.0)
    assert mean.value is None
    for _ in range(3):
        mean.add(700.0, 0.3)
        assert mean.value == pytest.approx(700.0)


def test_a_half_life_later_a_change_has_half_arrived() -> None:
    mean = Mean(5.0)
    mean.add(100.0, 1000.0)
    mean.add(300.0, 5.0)
    assert mean.value == pytest.approx(200.0)


def test_nothing_is_known_before_the_first_download() -> None:
    assert Estimator().link is None
    assert Estimator().latency_s == LATENCY_UNKNOWN_S


def test_a_falling_link_shows_at_once_and_a_single_lucky_sample_is_held_back() -> None:
    falling = steady(1000.0)
    falling.add_download(8.0, 8.1, 800.0)
    assert low(falling) < 500.0
    assert falling.link is not None
    assert falling.link.slow_kbps > low(falling)
    lucky = steady(200.0)
    lucky.add_download(0.1, 0.2, 500.0)
    assert low(lucky) < 1500.0


def test_a_recovered_link_is_believed_after_a_few_short_downloads() -> None:
    estimator = steady(50.0)
    for _ in range(8):
        estimator.add_download(0.05, 0.1, 250.0)
    assert low(estimator) > 2500.0


def test_an_outage_is_felt() -> None:
    estimator = steady(1000.0)
    estimator.add_download(20.0, 20.1, 0.0)
    assert low(estimator) < 300.0


def test_a_body_in_one_piece_counts_by_its_whole_time() -> None:
    estimator = Estimator()
    estimator.add_download(0.0, 0.1, 96.0)
    assert low(estimator) == pytest.approx(960.0)
    instantly = Estimator()
    instantly.add_download(0.0, 0.0, 96.0)
    assert low(instantly) == pytest.approx(19_200.0)


def test_the_wait_for_the_first_byte_is_kept_apart_and_its_greater_mean_counts() -> None:
    estimator = steady(500.0)
    estimator.add_latency(0.6)
    assert estimator.latency_s == pytest.approx(0.6)
    for _ in range(5):
        estimator.add_latency(0.1)
    assert 0.1 < estimator.latency_s < 0.4
    assert low(estimator) == pytest.approx(500.0)


def test_a_fetch_takes_the_latency_and_its_bits() -> None:
    assert Link(100.0, 400.0, 0.5).fetch_s(200.0) == 2.5


def spread(estimator: Estimator) -> float:
    assert estimator.link is not None
    return estimator.link.spread


def test_a_link_is_steady_when_it_has_shown_so() -> None:
    assert spread(steady(500.0, 1)) == pytest.approx(STEADY)
    assert spread(steady(500.0, 5)) < STEADY / 2
    estimator = Estimator()
    for kbps in (400.0, 600.0) * 10:
        estimator.add_download(2.0, 2.1, 2.0 * kbps)
    assert STEADY < spread(estimator) < 0.5


def test_an_outage_ends_that_and_is_long_remembered() -> None:
    estimator = steady(500.0)
    estimator.add_download(6.0, 6.1, 0.0)
    for _ in range(10):
        estimator.add_download(2.0, 2.1, 1000.0)
    assert spread(estimator) > STEADY
