"""The way bytes reach mpv: libmpv's stream callbacks (`stream_cb`), in this process, under `segue://N`.

`MpvEngine` offers a song under an address and withdraws it; mpv calls read, seek, size, close and cancel on its own
threads. One set of callbacks lives as long as the protocol: freeing a ctypes callback inside `close` crashes, so
each open is told apart by its cookie instead. python-mpv's own `register_stream_protocol` copies byte by byte
(18 MB/s against 489 MB/s with memmove) and cannot open one address twice; hence its private bindings here.
"""

from __future__ import annotations

import ctypes
import itertools
import logging
import threading
from typing import Any

from player.playback.streams import SongStream

log = logging.getLogger("audio")

SCHEME = "segue"
LOADING_FAILED = -13  # libmpv/client.h: MPV_ERROR_LOADING_FAILED
GENERIC = -20  # MPV_ERROR_GENERIC
READ_FAILED = -1  # libmpv/stream_cb.h: read returns -1 on error
LARGEST_READ = 1 << 20


class _Open:
    """One open of one song by mpv: its read position."""

    __slots__ = ("offset", "song")

    def __init__(self, song: Offered) -> None:
        self.song = song
        self.offset = 0

    def read(self, count: int) -> bytes:
        data = self.song.stream.read(self.offset, min(count, LARGEST_READ))
        if not data and self.offset < self.song.stream.size_bytes:
            self.song.was_cut = True
        self.offset += len(data)
        return data

    def seek(self, offset: int) -> int:
        if not 0 <= offset <= self.song.stream.size_bytes:
            return GENERIC
        self.offset = offset
        return offset


class Offered:
    """A song mpv may open. `was_cut` tells that a read ended before the song's last byte: whatever mpv makes of
    that, it was not the end of the song."""

    __slots__ = ("address", "is_withdrawn", "stream", "was_cut")

    def __init__(self, address: str, stream: SongStream) -> None:
        self.address = address
        self.stream = stream
        self.was_cut = False
        self.is_withdrawn = False


class StreamProtocol:
    """Any thread. Registered once with one mpv handle; outlives it."""

    def __init__(self) -> None:
        self._offered: dict[str, Offered] = {}
        self._opens: dict[int, _Open] = {}
        self._cookies = itertools.count(1)
        self._addresses = itertools.count(1)
        self._lock = threading.Lock()
        self._immortal: tuple[Any, ...] = ()

    @property
    def open_count(self) -> int:
        with self._lock:
            return len(self._opens)

    def offer(self, stream: SongStream) -> Offered:
        song = Offered(f"{SCHEME}://{next(self._addresses)}", stream)
        with self._lock:
            self._offered[song.address] = song
        return song

    def withdraw(self, song: Offered) -> None:
        """No further open; what is open ends at once. Needs no answer of mpv, so it also frees a blocked read."""
        with self._lock:
            self._offered.pop(song.address, None)
        song.is_withdrawn = True
        song.stream.cancel()

    def withdraw_all(self) -> None:
        with self._lock:
            songs = list(self._offered.values())
        for song in songs:
            self.withdraw(song)

    def register(self, mpv: Any, handle: Any) -> None:
        """`mpv` is the python-mpv module, `handle` the libmpv client. Its bindings are private: the shapes used
        here are those of libmpv/stream_cb.h and are checked by the tests."""
        self._immortal = (
            mpv.StreamOpenFn(self._open),
            mpv.StreamReadFn(self._read),
            mpv.StreamSeekFn(self._seek),
            mpv.StreamSizeFn(self._size),
            mpv.StreamCloseFn(self._close),
            mpv.StreamCancelFn(self._cancel),
        )
        mpv._mpv_stream_cb_add_ro(handle, SCHEME.encode(), ctypes.c_void_p(), self._immortal[0])

    # The callbacks below run on mpv's threads. An exception that left them would be printed by ctypes and answered
    # with a random number, so each is a named boundary: it logs and returns libmpv's failure value.

    def _open(self, _user: object, address: bytes, info: Any) -> int:
        try:
            with self._lock:
                song = self._offered.get(address.decode("ascii", "replace"))
                if song is None:
                    return LOADING_FAILED
                cookie = next(self._cookies)
                self._opens[cookie] = _Open(song)
            answer = info.contents
            answer.cookie = cookie
            _, answer.read, answer.seek, answer.size, answer.close, answer.cancel = self._immortal
        except Exception:
            log.exception("opening a song for mpv failed")
            return LOADING_FAILED
        return 0

    def _read(self, cookie: int, buffer: Any, count: int) -> int:
        try:
            data = self._opens[cookie].read(count)
            ctypes.memmove(buffer, data, len(data))
        except Exception:
            log.exception("reading a song for mpv failed")
            self._mark_cut(cookie)
            return READ_FAILED
        return len(data)

    def _seek(self, cookie: int, offset: int) -> int:
        song = self._opens.get(cookie)
        return GENERIC if song is None else song.seek(offset)

    def _size(self, cookie: int) -> int:
        song = self._opens.get(cookie)
        return GENERIC if song is None else song.song.stream.size_bytes

    def _close(self, cookie: int) -> None:
        with self._lock:
            self._opens.pop(cookie, None)

    def _cancel(self, cookie: int) -> None:
        try:
            with self._lock:
                song = self._opens.get(cookie)
            if song is not None:
                song.song.stream.cancel()
        except Exception:
            log.exception("cancelling a read of mpv failed")

    def _mark_cut(self, cookie: int) -> None:
        song = self._opens.get(cookie)
        if song is not None:
            song.song.was_cut = True
