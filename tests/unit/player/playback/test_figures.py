from __future__ import annotations

from player.domain.stream import StreamSample
from player.playback.figures import GRAPH_S, Figures


def test_first_sound_counts_from_the_command() -> None:
    figures = Figures()
    figures.commanded_start(10.0)
    figures.observe(10.05, 0.0, is_wanted=True, is_sounding=False)
    figures.observe(10.08, 0.0, is_wanted=True, is_sounding=True)
    figures.observe(12.0, 2.0, is_wanted=True, is_sounding=True)
    assert figures.first_sound_ms is not None
    assert abs(figures.first_sound_ms - 80.0) < 1e-6
    assert figures.stalls == []


def test_a_start_that_was_given_up_has_no_first_sound() -> None:
    figures = Figures()
    figures.commanded_start(0.0)
    figures.abandoned()
    figures.observe(9.0, 0.0, is_wanted=True, is_sounding=True)
    assert figures.first_sound_ms is None


def test_silence_nobody_asked_for_is_a_stall() -> None:
    figures = Figures()
    figures.observe(0.0, 0.0, is_wanted=True, is_sounding=True)
    figures.observe(5.0, 5.0, is_wanted=True, is_sounding=False)
    assert figures.stall_count(5.05) == 0
    assert (figures.stall_count(6.0), figures.stall_s(6.0)) == (1, 1.0)
    figures.observe(7.0, 5.0, is_wanted=True, is_sounding=True)
    assert [(stall.position_s, stall.length_s) for stall in figures.stalls] == [(5.0, 2.0)]
    assert figures.stall_s(99.0) == 2.0


def test_what_the_output_buffer_hides_is_none() -> None:
    figures = Figures()
    figures.observe(0.0, 0.0, is_wanted=True, is_sounding=True)
    figures.observe(1.0, 1.0, is_wanted=True, is_sounding=False)
    figures.observe(1.02, 1.0, is_wanted=True, is_sounding=True)
    assert figures.stalls == []


def test_pausing_and_seeking_are_meant() -> None:
    figures = Figures()
    figures.observe(0.0, 0.0, is_wanted=True, is_sounding=True)
    figures.observe(1.0, 1.0, is_wanted=False, is_sounding=False)
    figures.observe(9.0, 1.0, is_wanted=True, is_sounding=True)
    figures.interrupted()
    figures.observe(9.1, 30.0, is_wanted=True, is_sounding=False)
    figures.observe(12.0, 30.0, is_wanted=True, is_sounding=True)
    assert figures.stalls == []


def test_a_stall_that_ends_in_a_pause_counts() -> None:
    figures = Figures()
    figures.observe(0.0, 0.0, is_wanted=True, is_sounding=True)
    figures.observe(1.0, 1.0, is_wanted=True, is_sounding=False)
    figures.observe(3.0, 1.0, is_wanted=False, is_sounding=False)
    assert figures.stall_s(3.0) == 2.0


def test_switches_and_the_mean_are_of_what_was_heard() -> None:
    figures = Figures()
    assert figures.mean_kbps is None
    for at, kbps in ((0.0, 96), (1.0, 96), (2.0, 320), (3.0, None), (4.0, 320), (5.0, 320)):
        figures.heard(at, kbps)
    assert figures.switches == 1
    assert figures.mean_kbps == (96 + 320 + 320) / 3


def test_the_graph_holds_four_minutes() -> None:
    figures = Figures()
    for second in range(GRAPH_S + 30):
        figures.sample(StreamSample(float(second), 10.0, 96, 500.0))
    assert len(figures.samples) == GRAPH_S
    assert figures.samples[0].at_s == 30.0
