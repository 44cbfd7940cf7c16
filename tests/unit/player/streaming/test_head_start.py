"""The first segment asked for beside playlist and init, and with servers that lay their files out otherwise."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.media_server import Fault, song
from tests.unit.player.streaming.conftest import LIMIT_S, Listener, assert_whole


def paths(listener: Listener) -> list[str]:
    return [request.path for request in listener.server.requests]


def test_the_first_segment_is_asked_for_before_the_playlist_has_come(listener: Listener) -> None:
    listener.server.faults.append(Fault("hang", path=r"index\.m3u8"))
    preparing = listener.runtime.call(listener.ahead.prepare(listener.server.track("one")))
    listener.until(lambda: "/media/one/320/0.m4s" in paths(listener))
    assert not preparing.done()
    preparing.cancel()


def test_a_head_start_is_gone_on_with_and_costs_no_second_request(listener: Listener) -> None:
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert len(listener.server.segments_asked()) == song(1).segment_count
    first = listener.ahead.stats().fetches[0]
    assert first.size_bytes == len(song(1).segments[3][0])
    assert 0.0 < first.first_byte_s <= first.took_s


@pytest.mark.parametrize("fault", [Fault("status", path=r"/0\.m4s", status=503), Fault("half", path=r"/0\.m4s")])
def test_a_head_start_that_fails_costs_a_request_and_no_sample(listener: Listener, fault: Fault) -> None:
    listener.server.faults.append(Fault(**vars(fault)))
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert paths(listener).count("/media/one/320/0.m4s") == 2


def test_with_another_layout_the_guess_is_made_once(listener: Listener) -> None:
    listener.server.uses_byte_ranges = True
    first = listener.prepare("one")
    listener.prepare("two")
    listener.plan("one")
    assert_whole(first, listener.read_all(first), song(1))
    assert sum(path.endswith("/0.m4s") for path in paths(listener)) <= 1


def test_a_song_opened_for_later_has_no_head_start(listener: Listener) -> None:
    listener.plan("one", "two")
    listener.prepare("two")
    assert listener.server.segments_asked() == []


def test_a_start_in_the_middle_has_no_head_start(listener: Listener) -> None:
    track = listener.server.track("one")
    listener.runtime.call(listener.ahead.prepare(track, position_s=12.0)).result(LIMIT_S)
    assert listener.server.segments_asked() == []


def test_a_head_start_ends_with_its_song(listener: Listener) -> None:
    listener.server.faults.append(Fault("hang", path=r"/0\.m4s"))
    listener.prepare("one")
    media = listener.ahead._songs.all()[0]
    head = media._head
    assert head is not None
    listener.plan("two")
    for number in range(5):  # of the songs prepared and not planned the last four are kept
        listener.server.songs[f"more{number}"] = song(2, 9.7)
        listener.prepare(f"more{number}")
    listener.plan("two")
    listener.until(head._task.done)
    assert head._task.cancelled()


def test_a_head_start_whose_opening_fails_is_cancelled(listener: Listener) -> None:
    listener.server.faults += [
        Fault("hang", path=r"/0\.m4s"),
        Fault("status", path=r"index\.m3u8", status=410, times=99),
    ]

    async def scenario() -> None:
        before = asyncio.all_tasks()
        with pytest.raises(Exception, match="gone"):
            await listener.ahead.prepare(listener.server.track("one"))
        begun = [task for task in asyncio.all_tasks() - before if task.get_name().startswith("head start")]
        await asyncio.gather(*begun, return_exceptions=True)
        assert all(task.cancelled() for task in begun)

    listener.runtime.call(scenario()).result(LIMIT_S)
