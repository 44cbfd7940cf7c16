"""The sleep timer's arithmetic."""

from __future__ import annotations

import pytest

from player.domain.sound import SleepTimer
from player.playback.sleep_timer import FADE_S, SleepWatch


def test_time_runs_down_in_whole_seconds_and_fades_at_its_end() -> None:
    watch = SleepWatch()
    watch.set(SleepTimer(seconds=60.0), 100.0)
    assert watch.left(100.4) == SleepTimer(seconds=60.0)
    assert (watch.level(130.0), watch.is_fading(130.0)) == (1.0, False)
    assert watch.is_fading(160.0 - FADE_S / 2)
    assert watch.level(160.0 - FADE_S / 2) == pytest.approx(0.5)
    assert not watch.is_over(159.9)
    assert watch.is_over(160.0)
    assert (watch.level(161.0), watch.left(161.0)) == (0.0, SleepTimer(seconds=0.0))


def test_a_timer_shorter_than_its_fade_fades_from_now() -> None:
    watch = SleepWatch()
    watch.set(SleepTimer(seconds=2.0), 0.0)
    assert watch.level(0.0) == 1.0
    assert watch.level(1.0) == pytest.approx(0.5)
    watch.set(SleepTimer(seconds=0.0), 5.0)
    assert (watch.level(5.0), watch.is_over(5.0)) == (0.0, True)


def test_taken_back_nothing_ends() -> None:
    watch = SleepWatch()
    watch.set(SleepTimer(seconds=2.0), 0.0)
    watch.set(None, 1.0)
    assert (watch.left(9.0), watch.level(9.0), watch.is_over(9.0)) == (None, 1.0, False)
    assert not watch.song_ended()


def test_songs_are_counted_down_to_the_last() -> None:
    watch = SleepWatch()
    watch.set(SleepTimer(songs=2), 0.0)
    assert (watch.left(0.0), watch.ends_with_song) == (SleepTimer(songs=2), False)
    assert not watch.song_ended()
    assert (watch.left(0.0), watch.ends_with_song) == (SleepTimer(songs=1), True)
    assert watch.song_ended()
    assert (watch.left(0.0), watch.ends_with_song) == (None, False)


@pytest.mark.parametrize(("seconds", "songs"), [(None, None), (3.0, 1), (-1.0, None), (None, 0)])
def test_a_timer_that_means_nothing_is_refused(seconds: float | None, songs: int | None) -> None:
    with pytest.raises(ValueError, match="a sleep timer takes"):
        SleepTimer(seconds=seconds, songs=songs)
