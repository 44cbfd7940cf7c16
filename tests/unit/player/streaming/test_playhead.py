"""Where the music is believed to be, by what the engine reports and where its readers stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from player.errors import NotFound, PlayerError
from player.streaming.playhead import Playhead
from player.streaming.track_media import TrackMedia
from tests.support.media_server import song
from tests.unit.player.streaming.conftest import LIMIT_S, Listener

T = TypeVar("T")


def on_loop(listener: Listener, work: Callable[[], T]) -> T:
    async def run() -> T:
        return work()

    return listener.runtime.call(run()).result(LIMIT_S)


def opening(playhead: Playhead) -> bool:
    return playhead.is_opening


def failure(media: TrackMedia) -> PlayerError | None:
    return media.error


@pytest.fixture
def playhead(listener: Listener) -> Playhead:
    """Of a playhead of the test's own, over the songs of a look-ahead that holds all of the first."""
    stream = listener.prepare("one")
    listener.plan("one", "two")
    listener.read_all(stream)
    listener.until(lambda: len(listener.server.segments_asked()) == 6 + 3)
    return Playhead(listener.ahead._songs, 120.0)


def playing(listener: Listener, playhead: Playhead) -> TrackMedia:
    on_loop(listener, lambda: playhead.plan([listener.server.track("one"), listener.server.track("two")]))
    assert playhead.media is not None
    return playhead.media


def test_nothing_is_planned_at_first(playhead: Playhead) -> None:
    assert playhead.current is None
    assert playhead.media is None
    assert playhead.look() is None
    assert not playhead.is_starved
    assert playhead.measure() is None
    playhead.end_where_refused()


def test_another_song_is_told_from_another_order(listener: Listener, playhead: Playhead) -> None:
    one, two = listener.server.track("one"), listener.server.track("two")
    assert playhead.plan([one, two])
    playhead.is_opening = False
    assert not playhead.plan([one])
    assert not opening(playhead)
    assert playhead.plan([two, one])
    assert opening(playhead)
    assert playhead.plan([])
    assert playhead.current is None


def test_sound_ends_the_opening_and_a_jump_to_what_is_not_held_begins_one(
    listener: Listener, playhead: Playhead
) -> None:
    media = playing(listener, playhead)
    playhead.report(0.0, is_sounding=False)
    assert opening(playhead)
    playhead.report(0.5, is_sounding=True)
    assert not opening(playhead)
    playhead.report(9.0, is_sounding=True)  # there, it plays on at once
    assert not opening(playhead)
    media.drop(range(4, 6))
    playhead.report(18.0, is_sounding=True)
    assert opening(playhead)


def test_the_buffer_counts_from_the_position_and_in_the_listeners_seconds(
    listener: Listener, playhead: Playhead
) -> None:
    media = playing(listener, playhead)
    held_s = song(1).timeline.sample_count / 44_100 + song(2, 9.7).timeline.sample_count / 44_100
    playhead.report(5.0, is_sounding=True)
    playhead.measure()
    assert playhead.buffer_s == pytest.approx(held_s - 5.0, abs=0.1)
    playhead.speed = 2.0
    playhead.measure()
    assert playhead.buffer_s == pytest.approx((held_s - 5.0) / 2, abs=0.1)
    now = playhead.place(media)
    assert playhead.to_play_s(media, now, now.slot) == pytest.approx(-now.into_s)
    assert playhead.to_play_s(media, now, now.slot + 1) == pytest.approx(
        media.grid.start_s(now.slot + 1) - 5.0, abs=0.1
    )


def test_a_song_ends_where_it_cannot_be_had_and_not_before(listener: Listener, playhead: Playhead) -> None:
    media = playing(listener, playhead)
    media.drop(range(2, 3))
    media.refuse(2, NotFound("gone"))
    stream = listener.prepare("one")
    reading = listener.start_reading(stream)
    listener.until(lambda: stream.waiting_slot == 2)
    playhead.report(1.0, is_sounding=True)
    on_loop(listener, playhead.end_where_refused)
    assert failure(media) is None
    playhead.report(media.grid.start_s(2) - 0.1, is_sounding=True)
    on_loop(listener, playhead.end_where_refused)
    assert isinstance(failure(media), NotFound)
    assert len(reading.result(LIMIT_S)) == media.layout.offsets[2]
