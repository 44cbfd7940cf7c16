"""The callbacks as libmpv calls them, without libmpv: shapes, several opens at once, and no exception let out."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest

from player.playback.stream_protocol import GENERIC, LOADING_FAILED, READ_FAILED, StreamProtocol
from tests.unit.player.playback.songs import WavStream, noise


class FakeMpv:
    """python-mpv's bindings: keeps the open callback; types pass the functions through."""

    StreamOpenFn = StreamReadFn = StreamSeekFn = StreamSizeFn = StreamCloseFn = StreamCancelFn = staticmethod(
        lambda function: function
    )

    def _mpv_stream_cb_add_ro(self, _handle: object, scheme: bytes, _user: object, opened: Any) -> None:
        self.scheme, self.opened = scheme, opened

    def open(self, address: str) -> tuple[int, Any]:
        info = SimpleNamespace(contents=SimpleNamespace())
        return self.opened(None, address.encode(), info), info.contents


@pytest.fixture
def bound() -> tuple[StreamProtocol, FakeMpv]:
    protocol, mpv = StreamProtocol(), FakeMpv()
    protocol.register(mpv, None)
    return protocol, mpv


def read(answer: Any, count: int) -> tuple[int, bytes]:
    buffer = ctypes.create_string_buffer(count)
    got = answer.read(answer.cookie, buffer, count)
    return got, buffer.raw[: max(got, 0)]


def test_two_opens_of_one_song_read_apart(bound: tuple[StreamProtocol, FakeMpv]) -> None:
    protocol, mpv = bound
    song = protocol.offer(WavStream(noise(0.1)))
    (first_code, first), (second_code, second) = mpv.open(song.address), mpv.open(song.address)
    assert (first_code, second_code) == (0, 0)
    assert first.cookie != second.cookie
    assert read(first, 4) == (4, b"RIFF")
    assert read(second, 4) == (4, b"RIFF")
    assert first.seek(first.cookie, 8) == 8
    assert read(first, 4) == (4, b"WAVE")
    assert first.size(first.cookie) == song.stream.size_bytes
    first.close(first.cookie)
    assert protocol.open_count == 1
    assert read(second, 4)[0] == 4


def test_the_end_of_the_song_is_no_cut(bound: tuple[StreamProtocol, FakeMpv]) -> None:
    protocol, mpv = bound
    song = protocol.offer(WavStream(noise(0.1)))
    _, answer = mpv.open(song.address)
    answer.seek(answer.cookie, song.stream.size_bytes)
    assert read(answer, 10) == (0, b"")
    assert not song.was_cut


def test_an_empty_read_before_the_end_is_a_cut(bound: tuple[StreamProtocol, FakeMpv]) -> None:
    protocol, mpv = bound
    song = protocol.offer(WavStream(noise(0.1), cut_at=100))
    _, answer = mpv.open(song.address)
    assert read(answer, 4096)[0] == 100
    assert read(answer, 4096)[0] == 0
    assert song.was_cut


def test_unknown_and_withdrawn_songs_do_not_open(bound: tuple[StreamProtocol, FakeMpv]) -> None:
    protocol, mpv = bound
    song = protocol.offer(WavStream(noise(0.1)))
    protocol.withdraw(song)
    assert mpv.open(song.address)[0] == LOADING_FAILED
    assert mpv.open("segue://\udcff9".encode("utf-8", "replace").decode())[0] == LOADING_FAILED
    assert isinstance(song.stream, WavStream)
    assert song.stream.is_cancelled


def test_cancel_reaches_the_song_and_wrong_seeks_are_refused(bound: tuple[StreamProtocol, FakeMpv]) -> None:
    protocol, mpv = bound
    stream = WavStream(noise(0.1))
    _, answer = mpv.open(protocol.offer(stream).address)
    assert answer.seek(answer.cookie, -1) == GENERIC
    assert answer.seek(answer.cookie, stream.size_bytes + 1) == GENERIC
    answer.cancel(answer.cookie)
    assert stream.is_cancelled
    answer.close(answer.cookie)
    assert answer.size(answer.cookie) == GENERIC
    assert answer.seek(answer.cookie, 0) == GENERIC
    answer.cancel(answer.cookie)


@pytest.mark.allow_log("reading a song for mpv failed")
def test_a_fault_of_the_source_is_a_failed_read(
    bound: tuple[StreamProtocol, FakeMpv], monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol, mpv = bound
    stream = WavStream(noise(0.1))
    song = protocol.offer(stream)
    _, answer = mpv.open(song.address)

    def broken(_offset: int, _count: int) -> bytes:
        raise ValueError("a bug")

    monkeypatch.setattr(stream, "read", broken)
    assert read(answer, 10)[0] == READ_FAILED
    assert song.was_cut
