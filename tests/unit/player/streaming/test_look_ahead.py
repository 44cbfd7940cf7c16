"""The whole way of a song: playlists over HTTP, look-ahead, virtual MP4, read in a thread and decoded by FFmpeg."""

from __future__ import annotations

import itertools
import random
import threading

import pytest

from player.errors import NotFound, ProtocolError, Rejected
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.fixed import FixedRendition
from player.streaming.abr.state import Decision, Fetch, Ladder, State
from tests.support.media_server import Fault, running_media_server, song
from tests.unit.player.streaming.conftest import LIMIT_S, Listener, assert_whole, rungs_of


class EveryRung(FixedRendition):
    """Another rung for every segment: the hardest case for the virtual file."""

    def __init__(self) -> None:
        super().__init__(is_top=True)
        self._rungs = itertools.cycle([0, 3, 1, 2])

    def opening_rung(self, ladder: Ladder) -> int:
        return 1

    def decide(self, state: State) -> Decision:
        decision = super().decide(state)
        return Fetch(decision.index, next(self._rungs)) if isinstance(decision, Fetch) else decision


def test_a_song_read_whole_decodes_to_the_samples_of_its_plain_file(listener: Listener) -> None:
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert set(stream.renditions()) == {320}
    assert stream.rendition_at(20.0) == 320
    assert stream.buffered_until_s(0.0) == pytest.approx(song(1).timeline.sample_count / 44_100)
    assert stream.read(stream.size_bytes, 10) == b""


def test_a_mono_song_at_48_khz_keeps_its_shape(listener: Listener) -> None:
    stream = listener.prepare("three")
    listener.plan("three")
    assert (stream.sample_rate_hz, stream.channels) == (48_000, 1)
    assert_whole(stream, listener.read_all(stream), song(3, 5.0, 48_000, 1))


def test_a_change_of_rendition_at_every_segment_leaves_no_seam(listener: Listener) -> None:
    listener.use(EveryRung())
    stream = listener.prepare("one")
    listener.plan("one")
    file = listener.read_all(stream)
    assert len(set(rungs_of(stream))) > 2
    assert_whole(stream, file, song(1))
    assert listener.ahead.stats().switches > 2


def test_byte_ranges_in_the_playlist_give_exact_slots(listener: Listener) -> None:
    listener.server.uses_byte_ranges = True
    stream = listener.prepare("one")
    listener.plan("one")
    known = song(1)
    largest = sum(max(len(rung[index]) for rung in known.segments) for index in range(known.segment_count))
    assert stream.size_bytes < largest + 8 * known.segment_count + 4096
    assert_whole(stream, listener.read_all(stream), known)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("reset", times=3),
        Fault("half", times=3),
        Fault("half", times=2, skip=2),
        Fault("garbage", times=2, skip=1),
        Fault("captive", times=2),
        Fault("status", status=500, times=3, skip=1),
        Fault("status", status=429, times=2, retry_after_s=0.1),
        Fault("half", path=r"index\.m3u8", times=1),
        Fault("captive", path=r"index\.m3u8", times=2),
        Fault("reset", path=r"init\.mp4", times=2),
        Fault("status", path=r"index\.m3u8", status=503, times=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.path}-{fault.skip}",
)
def test_no_fault_of_the_network_skips_or_spoils_a_sample(listener: Listener, fault: Fault) -> None:
    listener.server.faults.append(Fault(**vars(fault)))
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert listener.server.faults[0].times == 0
    assert listener.state == "ok"
    assert listener.ahead.health.error is None


def test_a_segment_that_breaks_off_goes_on_where_it_ended(listener: Listener) -> None:
    listener.server.faults.append(Fault("half", path=r"/0\.m4s"))
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    half = len(song(1).segments[3][0]) // 2
    ranges = [request.byte_range for request in listener.server.requests if request.path.endswith("/0.m4s")]
    assert [asked and asked.lower() for asked in ranges] == [None, f"range: bytes={half}-"]


def test_two_failures_of_a_segment_lead_to_the_lowest_rung(listener: Listener) -> None:
    listener.server.faults.append(Fault("status", path=r"/1\.m4s", times=2))
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert stream.renditions()[1] == 24
    assert listener.ahead.stats().retries == 2


def test_expired_addresses_are_replaced_in_the_middle_of_the_song(listener: Listener) -> None:
    listener.server.faults.append(Fault("status", path=r"/2\.m4s", status=403, code="URL_EXPIRED"))
    stream = listener.prepare("one")
    listener.server.signature = 1
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    playlists = [request for request in listener.server.requests if request.path.endswith("index.m3u8")]
    assert len(playlists) == 2


def test_a_new_signature_is_taken_up(listener: Listener) -> None:
    stream = listener.prepare("one")
    listener.server.signature = 2
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))


def test_a_song_that_is_not_there_says_so(listener: Listener) -> None:
    with pytest.raises(NotFound):
        listener.prepare("nothing")


def test_a_segment_that_is_gone_ends_the_song_when_the_music_comes_to_it(listener: Listener) -> None:
    listener.server.faults.append(Fault("status", path=r"/one/.*/2\.m4s", status=410, times=99))
    stream = listener.prepare("one")
    listener.plan("one", "two")
    reading = listener.start_reading(stream)
    listener.until(lambda: listener.ahead.stats().buffer_s > 8.0 + 9.7 - 0.1)  # it goes on with the next song
    listener.until(lambda: stream.waiting_slot == 2)
    assert not stream.is_cancelled
    listener.report("one", 7.4)
    assert len(reading.result(LIMIT_S)) == stream._media.layout.offsets[2]
    assert isinstance(stream.error, NotFound)
    assert isinstance(listener.ahead.health.error, NotFound)


def test_a_segment_that_is_gone_does_not_keep_from_what_lies_behind_it(listener: Listener) -> None:
    listener.server.faults.append(Fault("status", path=r"/2\.m4s", status=404, times=99))
    stream = listener.prepare("one")
    listener.plan("one")
    behind = stream._media.layout.offsets[3]
    assert len(listener.start_reading(stream, behind).result(LIMIT_S)) == stream.size_bytes - behind
    assert stream.error is None


def test_the_buffer_is_one_figure_over_all_songs(listener: Listener) -> None:
    """What is heard leaves it, second by second, also where one song ends and the next begins."""
    stream = listener.prepare("one")
    listener.plan("one", "two", "three")
    listener.read_all(stream)
    listener.until(lambda: len(listener.server.segments_asked()) == 6 + 3 + 2)
    held_s = 21.3 + 9.7 + 5.0
    listener.report("one", 0.0)
    listener.until(lambda: listener.ahead.stats().buffer_s > held_s - 0.1)  # the last one asked for has come
    for heard_s in (0.0, 3.0, 11.5, 20.9):
        listener.report("one", heard_s)
        figures = {listener.ahead.health.buffer_s, listener.ahead.stats().buffer_s}
        assert len(figures) == 1
        assert figures.pop() == pytest.approx(held_s - heard_s, abs=0.1)
    listener.plan("two", "three")
    assert listener.ahead.health.buffer_s == pytest.approx(9.7 + 5.0, abs=0.1)
    listener.report("two", 0.5)
    assert listener.ahead.health.buffer_s == pytest.approx(9.2 + 5.0, abs=0.1)


def test_short_songs_are_all_opened_and_fetched_ahead(listener: Listener) -> None:
    short = {f"short{number}": song(10 + number, 4.6) for number in range(4)}
    listener.server.songs.update(short)
    stream = listener.prepare("short0")
    listener.plan(*short)
    listener.read_all(stream)
    listener.until(lambda: listener.ahead.stats().buffer_s > 4 * 4.6 - 0.1)


def test_a_server_that_comes_back_elsewhere_is_followed(listener: Listener) -> None:
    """A local backend that died has another port when it is back: the old addresses never answer again."""
    listener.use(FixedRendition(is_top=True))
    stream = listener.prepare("one")
    with running_media_server(**listener.server.songs) as moved:
        listener.server.faults.append(Fault("reset", path=r".", times=10_000))
        listener.server.moved_to = moved.url
        listener.plan("one")
        assert_whole(stream, listener.read_all(stream), song(1))
        assert moved.segments_asked()


def test_addresses_refused_for_good_end_the_song(listener: Listener) -> None:
    listener.server.faults.append(Fault("status", path=r"/1\.m4s", status=403, code="URL_SIGNATURE", times=99))
    stream = listener.prepare("one")
    listener.plan("one")
    listener.report("one", 3.5)
    listener.read_all(stream)
    assert isinstance(stream.error, Rejected)


def test_nonsense_for_a_playlist_is_refused_after_some_tries(listener: Listener) -> None:
    listener.server.faults.append(Fault("captive", path=r"index\.m3u8", times=99))
    with pytest.raises(ProtocolError, match="sign-in page"):
        listener.prepare("one")


def test_the_next_songs_are_fetched_before_their_turn(listener: Listener) -> None:
    first = listener.prepare("one")
    listener.plan("one", "two", "three")
    listener.read_all(first)
    second, third = listener.prepare("two"), listener.prepare("three")
    asked = len(listener.server.segments_asked())
    listener.report("one", 20.0)
    files = [listener.read_all(second), listener.read_all(third)]
    listener.plan("two", "three")
    assert_whole(second, files[0], song(2, 9.7))
    assert_whole(third, files[1], song(3, 5.0, 48_000, 1))
    assert asked <= len(listener.server.segments_asked())
    assert len(listener.server.segments_asked()) == len(set(listener.server.segments_asked())) == 6 + 3 + 2


def test_random_seeks_read_the_same_bytes_as_the_file_in_order(listener: Listener) -> None:
    listener.use(EveryRung())
    stream = listener.prepare("one")
    listener.plan("one")
    rng = random.Random(5)
    pieces: dict[int, bytes] = {}
    for _ in range(25):
        offset = rng.randrange(stream.size_bytes - 1000)
        pieces[offset] = listener.start_reading(stream, offset, offset + 1000).result(LIMIT_S)
    file = listener.read_all(stream)
    assert all(file[offset : offset + 1000] == piece for offset, piece in pieces.items())
    assert_whole(stream, file, song(1))


def test_the_first_segment_is_passed_on_before_it_is_whole(listener: Listener) -> None:
    gate = listener.server.gate = threading.Event()
    stream = listener.prepare("one")
    listener.plan("one")
    head = listener.start_reading(stream, 0, stream.size_bytes - 1)
    first_slot = stream._media.layout.offsets[0]
    part = listener.start_reading(stream, first_slot, first_slot + 1000).result(LIMIT_S)
    assert part[4:8] == b"moof"
    assert stream.renditions()[0] == 320
    assert stream.buffered_until_s(0.0) == 0.0
    gate.set()
    assert len(head.result(LIMIT_S)) == stream.size_bytes - 1


def test_cancel_wakes_a_waiting_reader_and_leaves_other_opens_alone(listener: Listener) -> None:
    gate = listener.server.gate = threading.Event()
    stream, other = listener.prepare("one"), listener.prepare("one")
    listener.plan("one")
    reading, going_on = listener.start_reading(stream), listener.start_reading(other)
    stream.cancel()
    assert len(reading.result(LIMIT_S)) < stream.size_bytes
    assert stream.error is None
    assert stream.read(0, 10) == b""
    gate.set()
    assert_whole(other, going_on.result(LIMIT_S), song(1))


def test_a_plan_without_the_song_ends_its_readers_and_its_request(listener: Listener) -> None:
    gate = listener.server.gate = threading.Event()
    stream = listener.prepare("one")
    listener.plan("one")
    reading = listener.start_reading(stream)
    listener.start_reading(stream, stream._media.layout.offsets[0], stream._media.layout.offsets[0] + 8).result(
        LIMIT_S
    )
    second = listener.prepare("two")
    listener.plan("two")
    reading.result(LIMIT_S)
    assert stream.is_cancelled
    gate.set()
    assert_whole(second, listener.read_all(second), song(2, 9.7))


def test_little_memory_frees_what_was_heard_and_brings_it_back_the_same(listener: Listener) -> None:
    listener.use(EveryRung(), memory_bytes=50_000)
    stream = listener.prepare("one")
    listener.plan("one")
    listener.report("one", 19.0)
    file = listener.read_all(stream)
    assert_whole(stream, file, song(1))
    again = listener.read_all(stream)
    assert again == file
    assert len(listener.server.segments_asked()) > song(1).segment_count


def test_retry_now_cuts_the_wait_short(listener: Listener) -> None:
    listener.server.faults.append(Fault("status", status=429, times=1, retry_after_s=100.0))
    stream = listener.prepare("one")
    listener.plan("one")
    reading = listener.start_reading(stream)
    listener.until(lambda: listener.ahead.health.next_retry_at_s is not None)
    assert listener.state == "reconnecting"
    assert listener.ahead.health.error is not None

    async def now() -> None:
        listener.ahead.retry_now()

    listener.runtime.call(now()).result(LIMIT_S)
    assert_whole(stream, reading.result(LIMIT_S), song(1))
    assert listener.state == "ok"


def test_the_shipped_controller_over_a_real_link_starts_low_and_climbs(listener: Listener) -> None:
    fetched: list[int] = []
    listener.use(Adaptive())
    listener.ahead._on_fetch = lambda fetch: fetched.append(fetch.rendition_kbps)
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert fetched[0] == 128  # the third rung of this ladder
    assert max(fetched) == 320
    stats = listener.ahead.stats()
    assert stats.throughput_kbps is not None
    assert stats.throughput_kbps > 1000
    assert stats.mean_kbps is not None
    assert len(stats.fetches) == len(fetched)
    assert stats.received_bytes == sum(fetch.size_bytes for fetch in stats.fetches)


def test_a_first_segment_that_crawls_is_given_up_for_a_lower_rung_before_anyone_has_heard_of_it(
    listener: Listener,
) -> None:
    listener.server.faults.append(Fault("trickle", path=r"/0\.m4s", bytes_per_s=3000.0))
    listener.use(Adaptive())
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert stream.renditions()[0] == 24
    assert listener.ahead.stats().abandoned == 1


def test_heads_of_two_songs_are_in_sight_wherever_the_window_ends(listener: Listener) -> None:
    stream = listener.prepare("one")
    listener.plan("one", "two", "three")
    listener.read_all(stream)
    listener.until(lambda: len(listener.server.segments_asked()) == 6 + 3 + 2)
    listener.report("one", 9.0)
    seen = listener.ahead._playhead.look()
    assert seen is not None
    state = seen[0].state
    assert [segment.song for segment in state.segments] == [0] * 4 + [1] * 3 + [2] * 2
    assert [head.song for head in state.heads] == [1] * 3 + [2] * 2
    assert [target.slot for target in seen[0].heads] == [0, 1, 2, 0, 1]
    assert state.heard_kbps == 320.0
    assert state.is_whole


def test_a_slow_link_is_not_called_a_broken_one(listener: Listener) -> None:
    gate = listener.server.gate = threading.Event()
    stream = listener.prepare("one")
    listener.plan("one")
    reading = listener.start_reading(stream)
    listener.until(lambda: bool(stream._media.waiting_slots()))
    assert listener.state == "buffering"
    gate.set()
    reading.result(LIMIT_S)
    assert listener.state == "ok"


def test_closing_ends_readers_and_requests(listener: Listener) -> None:
    gate = listener.server.gate = threading.Event()
    stream = listener.prepare("one")
    listener.plan("one")
    reading = listener.start_reading(stream)
    listener.runtime.call(listener.ahead.aclose()).result(LIMIT_S)
    assert len(reading.result(LIMIT_S)) < stream.size_bytes
    gate.set()
