"""Opening a song: how many round trips it costs, and with servers that lay their files out otherwise."""

from __future__ import annotations

from tests.support.media_server import Fault, song
from tests.unit.player.streaming.conftest import LIMIT_S, Listener


def asked(listener: Listener, name: str) -> int:
    return sum(request.path.endswith(name) for request in listener.server.requests)


def test_playlist_and_init_are_asked_for_once_each(listener: Listener) -> None:
    listener.prepare("one")
    assert (asked(listener, "index.m3u8"), asked(listener, "init.mp4")) == (1, 1)


def test_an_init_that_failed_beside_is_asked_for_again(listener: Listener) -> None:
    listener.server.faults.append(Fault("reset", path=r"init\.mp4"))
    listener.prepare("one")
    assert (asked(listener, "index.m3u8"), asked(listener, "init.mp4")) == (1, 2)


def test_an_init_that_lies_elsewhere_is_found_and_not_guessed_twice(listener: Listener) -> None:
    listener.server.init_name = "start.mp4"
    listener.prepare("one")
    listener.prepare("two")
    assert (asked(listener, "/init.mp4"), asked(listener, "/start.mp4")) == (1, 2)
    stream = listener.prepare("one")
    listener.plan("one")
    assert len(listener.start_reading(stream).result(LIMIT_S)) == stream.size_bytes
    assert stream.sample_count == song(1).timeline.sample_count
