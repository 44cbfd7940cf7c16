import pytest

from player.streaming.abr.estimator import STEADY, Link
from player.streaming.abr.presets import BEST, PRESETS, QUIET, SAVER, Preset, scale
from player.streaming.abr.sustain import affordable_kbps, gain, keep_s
from tests.unit.player.streaming.abr.states import link


@pytest.mark.parametrize("preset", [QUIET, BEST])
def test_an_empty_buffer_is_filled_and_a_deep_one_is_spent(preset: Preset) -> None:
    shares = [gain(preset, buffer_s, preset.keep_s, 600.0, 1.0) for buffer_s in range(0, 200, 4)]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(preset.gain_empty)
    assert gain(preset, preset.keep_s, preset.keep_s, 600.0, 1.0) == pytest.approx(1.0)
    assert shares[-1] > 1.5


def test_a_surplus_is_spent_before_the_end() -> None:
    assert gain(QUIET, 40.0, 20.0, 10.0, 1.0) == pytest.approx(3.0)
    assert gain(QUIET, 40.0, 20.0, 0.0, 1.0) == pytest.approx(6.0)  # over a segment at least


def test_more_is_kept_with_a_long_queue_and_less_near_its_end() -> None:
    assert keep_s(QUIET, 50.0) == pytest.approx(36.0)
    assert keep_s(QUIET, 200.0) == QUIET.keep_s
    assert keep_s(QUIET, 360.0) == pytest.approx(QUIET.keep_s + 30.0)
    assert keep_s(QUIET, 1e6) == pytest.approx(QUIET.keep_s + 60.0)


def test_the_sessions_mean_is_believed_with_a_deep_buffer_only() -> None:
    fallen = link(100.0, 1000.0)
    shallow = affordable_kbps(QUIET, fallen, 8.0, 200.0, 120.0)
    assert shallow == affordable_kbps(QUIET, link(100.0), 8.0, 200.0, 120.0)
    deep = affordable_kbps(QUIET, fallen, 80.0, 200.0, 120.0)
    assert deep == pytest.approx(8.0 * affordable_kbps(QUIET, link(100.0), 80.0, 200.0, 120.0))


def test_a_steady_link_is_trusted_with_more_and_an_unsteady_one_with_no_less() -> None:
    def at(spread: float, buffer_s: float) -> float:
        return affordable_kbps(QUIET, Link(100.0, 100.0, 0.05, spread), buffer_s, 200.0, 120.0)

    assert at(STEADY / 4, 0.0) == pytest.approx(100.0 * (1.0 - (1.0 - QUIET.gain_empty) / 4))
    assert at(STEADY, 0.0) == at(1.0, 0.0) == pytest.approx(100.0 * QUIET.gain_empty)
    assert at(STEADY / 4, QUIET.keep_s) == pytest.approx(at(1.0, QUIET.keep_s))


def test_a_short_look_ahead_stretches_what_it_holds() -> None:
    assert scale(240.0) == 1.0
    short = affordable_kbps(QUIET, link(100.0), 10.0, 200.0, 30.0)
    assert short == affordable_kbps(QUIET, link(100.0), 40.0, 200.0, 120.0)


def test_the_table_of_presets() -> None:
    assert set(PRESETS) == {"quiet", "best", "saver"}
    assert SAVER.is_saving
    assert QUIET.capped(128.0).cap_kbps == 128.0
    assert SAVER.capped(128.0).cap_kbps == SAVER.cap_kbps
