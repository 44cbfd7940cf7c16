from __future__ import annotations

import pytest

from benchmarks.abr.bound import bound, slopes
from benchmarks.abr.chart import Mark, scatter
from benchmarks.abr.comparison import CONTROLLERS, LADDER, figures, play, print_table, session
from benchmarks.abr.families import link_of
from benchmarks.abr.link import Link, Period
from benchmarks.abr.references import Constant
from benchmarks.abr.simulator import Report, Song
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.presets import BEST


def steady(kbps: float, latency_s: float = 0.1) -> Link:
    return Link([Period(60.0, kbps, latency_s)])


def test_a_rung_that_the_link_carries_plays_without_a_break() -> None:
    report = play(steady(128.0, 0.0), Constant(64.0), [Song()])
    assert report.rungs == [2] * 60
    assert report.start_s == pytest.approx(2.0)
    assert (report.stall_s, report.stalls) == (0.0, 0)
    assert report.quality == pytest.approx(LADDER.utility[2] - 0.5 * 2.0 / 60)


def test_a_rung_above_the_link_stalls_by_what_is_missing() -> None:
    report = play(steady(64.0, 0.0), Constant(128.0), [Song(10, 10)])
    assert report.start_s == pytest.approx(8.0)
    assert report.stall_s == pytest.approx(9 * 4.0)
    assert report.stalls == 9


def test_a_skip_goes_to_the_next_song_and_its_wait_is_no_stall() -> None:
    report = play(steady(48.0, 0.0), Constant(24.0), [Song(10, 1), Song(10, 10)])
    assert len(report.rungs) == 11
    assert report.stall_s == 0.0
    assert report.skip_wait_s > 0.0


def test_with_heads_a_skip_sounds_at_once() -> None:
    report = play(steady(1000.0), Adaptive(), [Song(60, 30), Song(), Song()])
    assert report.skip_wait_s == 0.0


@pytest.mark.parametrize("family", ["commute", "edge", "train"])
def test_no_controller_exceeds_the_bound(family: str) -> None:
    link = link_of(family, 2)
    possible = bound(link, LADDER, 60)
    for make in CONTROLLERS.values():
        assert play(link, make(), [Song()]).quality <= possible


def test_the_bound_of_a_steady_link_is_its_rate() -> None:
    assert bound(steady(1e6), LADDER, 60) == pytest.approx(1.0, abs=0.001)
    assert bound(steady(64.0), LADDER, 60) == pytest.approx(LADDER.utility[2], abs=0.03)  # less the start's wait


def test_slopes_of_the_greatest_convex_function_below() -> None:
    assert slopes([0.0, 10.0, 12.0, 14.0, 24.0]) == [(14 / 3, 3), (10.0, 1)]
    assert slopes([0.0, 1.0, 3.0, 6.0]) == [(1.0, 1), (2.0, 1), (3.0, 1)]


def test_the_shipped_controller_beats_every_reference_on_a_link_that_changes() -> None:
    link = Link([Period(20.0, 100.0, 0.08), Period(20.0, 400.0, 0.08)])
    quality = {name: play(link, make(), [Song()]).quality for name, make in CONTROLLERS.items()}
    assert max(quality, key=lambda name: quality[name]).startswith("Segue")


def test_figures_are_means_and_print_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(LADDER, rungs=[0, 7] * 450, stall_s=3.0, stalls=2, start_s=1.0)
    row = figures([report, report])
    assert (row.kbps, row.stall_s, row.stalls, row.start_s) == (172.0, 3.0, 2.0, 1.0)
    print_table({"x": row}, 1.0)
    assert "| x | " in capsys.readouterr().out


def test_the_plot_shows_every_controller_that_plays() -> None:
    plot = scatter([Mark("A & B", 3.0, 0.5), Mark("bad", 900.0, -2.0)], 0.9)
    assert "A &amp; B" in plot
    assert "bad" not in plot


def test_sessions_are_the_same_every_time() -> None:
    assert session("edge/1") == session("edge/1")
    assert any(song.heard < song.segments for number in range(5) for song in session(f"edge/{number}"))


def test_best_is_driven_by_the_shipped_code() -> None:
    report = play(steady(2000.0), Adaptive(BEST), [Song()])
    assert report.rungs[-1] == LADDER.top
    assert report.stalls == 0
