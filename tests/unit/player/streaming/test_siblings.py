"""Addresses that follow from others, and what must not be taken for such."""

from __future__ import annotations

from dataclasses import replace

import pytest

from player.streaming.playlists import Address, ByteRange, MediaPlaylist
from player.streaming.siblings import beside, sibling
from tests.support.media_server import Fault, song
from tests.unit.player.streaming.conftest import Listener, assert_whole
from tests.unit.player.streaming.test_look_ahead import EveryRung

HERE = "http://127.0.0.1:8000/media/so/c0ffee/96/index.m3u8?exp=1&plan=a%2Fb&sig=ab"
THERE = HERE.replace("/96/", "/320/")
OURS = MediaPlaylist(
    init=beside(HERE, "init.mp4"),
    segments=(beside(HERE, "0.m4s"), beside(HERE, "1.m4s")),
    durations_s=(4.0, 2.0),
    sample_count=264_600,
    priming=1024,
)


def test_what_lies_beside_has_the_folder_and_the_signature() -> None:
    url = "http://127.0.0.1:8000/media/so/c0ffee/96/init.mp4?exp=1&plan=a%2Fb&sig=ab"
    assert beside(HERE, "init.mp4") == Address(url)
    assert beside("https://h/a/index.m3u8", "0.m4s") == Address("https://h/a/0.m4s")


def test_every_other_rendition_follows_from_one() -> None:
    other = sibling(OURS, HERE, THERE)
    assert other == replace(
        OURS, init=beside(THERE, "init.mp4"), segments=(beside(THERE, "0.m4s"), beside(THERE, "1.m4s"))
    )


@pytest.mark.parametrize(
    "otherwise",
    [
        replace(OURS, init=beside(HERE, "start.mp4")),
        replace(OURS, segments=(beside(HERE, "one.m4s"), beside(HERE, "two.m4s"))),
        replace(OURS, segments=(Address("http://127.0.0.1:8000/elsewhere/0.m4s"), beside(HERE, "1.m4s"))),
        replace(OURS, segments=(replace(OURS.segments[0], byte_range=ByteRange(0, 9)), OURS.segments[1])),
    ],
)
def test_nothing_follows_from_another_layout(otherwise: MediaPlaylist) -> None:
    assert sibling(otherwise, HERE, THERE) is None


def test_no_rung_costs_a_playlist_of_its_own(listener: Listener) -> None:
    listener.use(EveryRung())
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    assert len(set(stream.renditions())) == 4
    assert sum(request.path.endswith("index.m3u8") for request in listener.server.requests) == 1


def test_an_address_that_does_not_follow_is_looked_up(listener: Listener) -> None:
    """A server that looks like ours and is not: the guess is refused once, then its own playlist is read."""
    listener.server.faults.append(Fault("status", path=r"/320/1\.m4s", status=404))
    listener.use(EveryRung())
    stream = listener.prepare("one")
    listener.plan("one")
    assert_whole(stream, listener.read_all(stream), song(1))
    asked = [request.path for request in listener.server.requests if request.path.endswith("index.m3u8")]
    assert len(asked) == 2
