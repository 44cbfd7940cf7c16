"""A change of volume glides while something sounds, and is at once where nothing does."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from player.domain.playback import Status
from player.playback.engine_port import Engine
from player.playback.volume import STEPS, Volume, amplitude
from tests.unit.player.playback.bench import running
from tests.unit.player.playback.songs import track


class Heard:
    """What an engine is told, and the time that goes on by hand."""

    def __init__(self) -> None:
        self.is_sounding = True
        self.volumes: list[float] = []
        self.mutes: list[bool] = []
        self._due: Callable[[], None] | None = None

    def set_volume(self, slider: float) -> None:
        self.volumes.append(slider)

    def set_muted(self, is_muted: bool) -> None:
        self.mutes.append(is_muted)

    def later(self, _seconds: float, work: Callable[[], None]) -> Heard:
        self._due = work
        return self

    def cancel(self) -> None:
        self._due = None

    def run(self, steps: int = 10 * STEPS) -> None:
        for _ in range(steps):
            if (work := self._due) is not None:
                self._due = None
                work()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def volume(heard: Heard) -> Volume:
    return Volume(cast(Engine, heard), heard.later)


def test_a_change_is_many_small_steps_of_what_is_heard(heard: Heard, volume: Volume) -> None:
    volume.set_slider(0.5)
    heard.run()
    levels = [1.0, *(amplitude(slider) for slider in heard.volumes)]
    assert heard.volumes[-1] == 0.5
    assert len(levels) == STEPS + 1
    assert np.abs(np.diff(levels)).max() < 0.1
    assert levels == sorted(levels, reverse=True)


def test_a_change_on_the_way_goes_on_from_there(heard: Heard, volume: Volume) -> None:
    volume.set_slider(0.0)
    heard.run(STEPS // 2)
    before = amplitude(heard.volumes[-1])
    volume.set_slider(1.0)
    assert abs(amplitude(heard.volumes[-1]) - before) < 0.1
    heard.run()
    assert heard.volumes[-1] == 1.0


def test_mute_glides_to_silence_and_back(heard: Heard, volume: Volume) -> None:
    volume.set_slider(0.8)
    heard.run()
    volume.set_muted(True)
    assert heard.mutes == [False]
    heard.run()
    assert heard.mutes == [False, True]
    assert amplitude(heard.volumes[-2]) < 0.01
    volume.set_muted(False)
    assert heard.mutes == [False, True, False]
    assert amplitude(heard.volumes[-1]) < 0.1
    heard.run()
    assert heard.volumes[-1] == 0.8


def test_without_sound_it_is_at_once(heard: Heard, volume: Volume) -> None:
    heard.is_sounding = False
    volume.set_slider(0.3)
    volume.set_muted(True)
    assert (heard.volumes[-1], heard.mutes[-1]) == (0.3, True)


def test_the_sleep_timers_level_is_over_the_slider(heard: Heard, volume: Volume) -> None:
    volume.set_slider(0.5)
    heard.run()
    volume.set_level(0.5)
    assert (heard.volumes[-1], volume.slider) == (0.25, 0.5)


def test_the_sleep_timers_level_joins_a_glide_under_way(heard: Heard, volume: Volume) -> None:
    volume.set_slider(0.5)
    told = len(heard.volumes)
    volume.set_level(0.5)
    assert len(heard.volumes) == told  # no jump to the end of it
    heard.run()
    assert heard.volumes[-1] == 0.25


def test_a_sleep_timer_taken_back_glides(heard: Heard, volume: Volume) -> None:
    volume.set_level(0.1)
    told = len(heard.volumes)
    volume.glide_to_level(1.0)
    heard.run()
    assert len(heard.volumes) - told == STEPS
    assert heard.volumes[-1] == 1.0


def test_mpv_ends_where_the_slider_stands() -> None:
    with running() as bench:
        bench.do(bench.player.play([track("a", seconds=60.0)]))
        bench.until_status(Status.PLAYING)
        bench.do(bench.player.set_volume(0.4))
        bench.do(bench.player.set_muted(True))
        bench.until(lambda _: bool(bench.engine._mpv["mute"]))
        bench.do(bench.player.set_muted(False))
        bench.until(lambda _: bench.engine._mpv["volume"] == pytest.approx(40.0) and not bench.engine._mpv["mute"])
