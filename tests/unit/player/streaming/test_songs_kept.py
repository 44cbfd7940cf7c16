"""What stays of songs that are no longer in the plan: a queue that is put in another order, shuffled or gone back
through fetches nothing twice, within what memory may hold."""

from __future__ import annotations

import itertools
import threading

from player.streaming.abr.fixed import FixedRendition
from tests.support.media_server import song
from tests.unit.player.streaming.conftest import Listener, assert_whole

SHORT = [f"short{number}" for number in range(8)]


def settled(listener: Listener, count: int) -> list[str]:
    """The segments asked for, once all `count` that the plan holds are there."""
    listener.until(lambda: len(listener.server.segments_asked()) >= count and listener.ahead._fetching.active is None)
    return listener.server.segments_asked()


def with_short_songs(listener: Listener) -> int:
    """How many segments each of them has."""
    listener.server.songs.update({name: song(10 + number, 4.6) for number, name in enumerate(SHORT)})
    return song(10, 4.6).segment_count


def test_moves_shuffles_and_removals_fetch_no_segment_twice(listener: Listener) -> None:
    each = with_short_songs(listener)
    playing = SHORT[0]
    listener.prepare(playing)
    orders = [SHORT[1:6], [SHORT[3], SHORT[1], SHORT[2]], SHORT[:0:-1][:5], [], [SHORT[6], SHORT[7], SHORT[5]]]
    planned = {playing}
    for order in [*orders, *orders]:
        listener.plan(playing, *order)
        planned |= set(order)
        settled(listener, each * len(planned))
    asked = settled(listener, each * len(SHORT))
    assert len(asked) == len(set(asked)) == each * len(SHORT)


def test_going_back_through_the_queue_fetches_no_segment_twice(listener: Listener) -> None:
    each = with_short_songs(listener)
    there_and_back = [*SHORT[:4], *reversed(SHORT[:3])]
    for number, name in enumerate(there_and_back):
        stream = listener.prepare(name)
        listener.plan(name, *SHORT[SHORT.index(name) + 1 : 4])
        assert_whole(stream, listener.read_all(stream), song(10 + SHORT.index(name), 4.6))
        settled(listener, each * 4 if number else each)
    asked = listener.server.segments_asked()
    assert len(asked) == len(set(asked)) == each * 4


def test_a_request_under_way_for_a_song_that_leaves_the_plan_goes_on_where_it_was_cut(listener: Listener) -> None:
    listener.prepare("two")
    listener.plan("two")
    settled(listener, 3)
    gate = listener.server.gate = threading.Event()
    listener.plan("two", "one")
    listener.until(lambda: (begun := listener.ahead._fetching.active) is not None and begun.got_bytes > 0)
    listener.plan("two")
    listener.until(lambda: listener.ahead._fetching.active is None)
    gate.set()
    listener.plan("two", "one")
    asked = settled(listener, 3 + 6 + 1)
    assert len(asked) == 3 + 6 + 1
    (again,) = {path for path in asked if asked.count(path) == 2}
    ranges = [request.byte_range for request in listener.server.requests if request.path == again]
    assert ranges[0] is None
    assert ranges[1] is not None


def test_the_longest_resting_song_gives_way_first_and_the_opening_of_the_song_before_last(listener: Listener) -> None:
    each = with_short_songs(listener)
    largest = len(song(1).segments[3][0]) * 2
    listener.use(FixedRendition(is_top=True), memory_bytes=largest * 2)
    for name, following in itertools.pairwise(SHORT):
        listener.prepare(name)
        listener.plan(name, following)
        settled(listener, each * 2)
        listener.report(name, 4.0)
    held = {media.track.id: media.held_bytes for media in listener.ahead._songs.all()}
    assert sum(held.values()) <= largest * 2 + 3 * largest  # what lies ahead is never freed
    assert held.get(listener.server.track(SHORT[0]).id, 0) == 0
    assert held[listener.server.track(SHORT[5]).id] > 0
