import pytest

from player.streaming.abr.throughput import MAX_KBPS, Ewma, LinkEstimate


def test_a_constant_is_its_own_mean_from_the_first_value_on() -> None:
    mean = Ewma(5.0)
    assert mean.mean is None
    for _ in range(3):
        mean.add(700.0, 0.3)
        assert mean.mean == pytest.approx(700.0)


def test_a_half_life_later_a_change_has_half_arrived() -> None:
    mean = Ewma(5.0)
    mean.add(100.0, 1000.0)
    mean.add(300.0, 5.0)
    assert mean.mean == pytest.approx(200.0)


def test_the_pessimist_of_the_two_short_means_counts() -> None:
    link = LinkEstimate(5.0, 16.0, 60.0)
    link.add_download(100.0, 100_000.0)
    link.add_download(5.0, 500.0)  # the link fell to a tenth
    assert link.fast_kbps == pytest.approx(550.0, rel=0.01)
    assert link.slow_kbps is not None
    assert link.slow_kbps > 900.0
    link.add_download(50.0, 250_000.0)  # and rose: now the longer memory holds back
    assert link.fast_kbps is not None
    assert link.fast_kbps < 5000.0 * 0.95


def test_time_to_the_first_byte_is_kept_apart_and_the_greater_mean_counts() -> None:
    link = LinkEstimate(5.0, 16.0, 60.0)
    assert link.latency_s == 0.1
    link.add_latency(0.6, 4.0)
    assert link.latency_s == pytest.approx(0.6)
    for _ in range(5):
        link.add_latency(0.1, 4.0)
    assert 0.1 < link.latency_s < 0.6


def test_a_download_out_of_one_buffer_neither_divides_by_zero_nor_counts_as_nothing() -> None:
    link = LinkEstimate(5.0, 16.0, 60.0)
    link.add_download(0.0, 0.0)
    assert link.fast_kbps is None
    link.add_download(0.0, 1e9)
    assert link.fast_kbps == pytest.approx(MAX_KBPS)
