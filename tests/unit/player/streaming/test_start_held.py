"""A start that is held back until it can go on, and requests that give way to it."""

from __future__ import annotations

import threading

import pytest

from player.streaming.abr.fixed import FixedRendition
from player.streaming.abr.state import Ladder, Transfer
from tests.support.media_server import song
from tests.unit.player.streaming.conftest import Listener, assert_whole


class Careful(FixedRendition):
    """Begins with so many segments held, and never on bytes that are still coming. How many it has to be, it knows
    once the first has come."""

    def __init__(self, segments: float) -> None:
        super().__init__(is_top=True)
        self._segments = segments
        self._has_seen_the_link = False

    def done(self, transfer: Transfer) -> None:
        super().done(transfer)
        self._has_seen_the_link = True

    def may_relay(self, transfer: Transfer) -> bool:
        return False

    def start_need_s(self, base_s: float, ladder: Ladder) -> float:
        return base_s * (self._segments if self._has_seen_the_link else 1)


@pytest.mark.parametrize("first", [0, 2])
def test_a_start_is_held_back_until_enough_is_there(listener: Listener, first: int) -> None:
    listener.use(Careful(3))
    gate = listener.server.gate = threading.Event()
    listener.plan("one")
    stream = listener.prepare("one")
    begun: list[tuple[int, bool]] = []
    listener.ahead._on_fetch = lambda fetch: begun.append((fetch.segment, stream.fixed_rung(first) is not None))
    reading = listener.start_reading(stream, stream._media.layout.offsets[first])
    listener.until(lambda: stream.waiting_slot == first)
    gate.set()
    assert len(reading.result(20)) == stream.size_bytes - stream._media.layout.offsets[first]
    assert [is_begun for segment, is_begun in begun if segment in (first, first + 1)] == [False, False]


def test_what_is_held_back_shows_as_buffering(listener: Listener) -> None:
    listener.use(Careful(3))
    stream = listener.prepare("one")
    listener.plan("one")
    listener.until(lambda: listener.ahead.stats().buffer_s > 21.0)
    listener.plan("two")
    listener.plan("one")  # all of it is held
    stream = listener.prepare("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    media = stream._media
    media.drop(range(1, 6))
    gate = listener.server.gate = threading.Event()
    media.hold_back()
    again = listener.prepare("one")
    reading = listener.start_reading(again)
    listener.until(lambda: again.waiting_slot == 0)
    assert listener.ahead.health.buffer_s > 3.0
    assert listener.state == "buffering"
    gate.set()
    assert_whole(again, reading.result(20), song(1))
    assert listener.state == "ok"


def test_a_song_shorter_than_what_is_to_be_held_begins_when_it_is_whole(listener: Listener) -> None:
    listener.use(Careful(1000))
    stream = listener.prepare("two")
    listener.plan("two")
    assert_whole(stream, listener.read_all(stream), song(2, 9.7))


def test_a_full_look_ahead_begins_whatever_was_to_be_held(listener: Listener) -> None:
    listener.use(Careful(1000))
    listener.ahead.set_look_ahead(8.0)
    stream = listener.prepare("one")
    listener.plan("one")
    reading = listener.start_reading(stream, 0, stream._media.layout.offsets[1])
    assert len(reading.result(20)) == stream._media.layout.offsets[1]


def test_going_back_takes_the_link_from_the_song_that_was_left(listener: Listener) -> None:
    """It stays in the plan, so nothing else would end its request."""
    gate = listener.server.gate = threading.Event()
    listener.prepare("one")
    listener.plan("one")
    listener.until(lambda: (begun := listener.ahead._fetching.active) is not None and begun.got_bytes > 0)
    left = listener.ahead._fetching.active
    listener.plan("two", "one")
    listener.until(lambda: listener.ahead._fetching.active is not left)
    gate.set()
    stream = listener.prepare("two")
    assert_whole(stream, listener.read_all(stream), song(2, 9.7))
