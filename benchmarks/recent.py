"""The recent-segment cache: what it costs on the disk, and what hearing again saves. Segments of 320 kbit/s into a
file that is full, then songs over two links, each by a new player: first from the server, then from the cache, which
is bettered where it was poor. The reference is the first hearing, in the same run. About three minutes.
"""

from __future__ import annotations

import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.playback.listener import LIMIT_S, Listener, SilentSegue
from benchmarks.playback.origin import PASSWORD, USERNAME, Origin, demo_origin
from player.clock import SystemClock
from player.domain.stream import SegmentFetch
from player.headless.command_line import read_options
from player.headless.link import ShapedLink
from player.headless.trace import Step, Trace
from player.runtime import Runtime
from player.streaming.recent.seal import Owner, Seal
from player.streaming.recent.store import Entry, Store

LIMIT_BYTES = 128 << 20
SEGMENT_BYTES = 160_000  # 4 s of 320 kbit/s
SEGMENTS = 1_200  # a third more than fit
SONGS = 5
HELD = 3  # segments of a song before the player is ended
LINKS = {"400 kbit/s, 80 ms": Step(60.0, 400e3, 0.08), "2 Mbit/s, 40 ms": Step(60.0, 2e6, 0.04)}
KEY = secrets.token_bytes(32)


class Returning(SilentSegue):
    """As if a keyring had kept the listener's key from one player to the next."""

    def _recent_owner(self) -> Owner | None:
        return Owner(KEY, is_kept=True)


@dataclass(frozen=True, slots=True)
class Hearing:
    first_sound_ms: float
    fetches: tuple[SegmentFetch, ...]
    link_bytes: int
    """between the command and the last of the segments, of every kind of request"""


def disk() -> tuple[float, float, float]:
    """Milliseconds: a segment sealed and written, one read and opened, and the full file opened."""
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        path, seal, data = Path(folder) / "segments.db", Seal(KEY), secrets.token_bytes(SEGMENT_BYTES)
        store = Store(path, seal.owner_tag, LIMIT_BYTES)
        names = [b"segment %d" % number for number in range(SEGMENTS)]
        written = [_ms(partial(_write, store, seal, name, data)) for name in names]
        held = [name for name in names if store.read(seal.name(name)) is not None]
        read = [_ms(partial(_read, store, seal, name)) for name in held]
        store.close()
        opened = [_ms(lambda: Store(path, seal.owner_tag, LIMIT_BYTES).close()) for _ in range(20)]
        return statistics.median(written), statistics.median(read), statistics.median(opened)


def _write(store: Store, seal: Seal, name: bytes, data: bytes) -> None:
    store.write([Entry(seal.name(name), seal.name(b"song"), seal.seal(name, data))])


def _read(store: Store, seal: Seal, name: bytes) -> None:
    sealed = store.read(seal.name(name))
    assert sealed is not None
    seal.open(name, sealed)


@contextmanager
def returned(url: str, data: Path) -> Iterator[Listener]:
    arguments = ["--headless", "--server", url, "--user", USERNAME, "--data", str(data)]
    listener = Listener(Returning(read_options(arguments, {"SEGUE_PASSWORD": PASSWORD})))
    try:
        listener.do(listener.enter())
        yield listener
    finally:
        listener.segue.close()


def hear(url: str, link: ShapedLink, data: Path, song_id: str) -> Hearing:
    with returned(url, data) as listener:
        (track,) = listener.tracks([song_id])
        before = link.bytes_down
        listener.do(listener.playback.play([track]))
        listener.hears(track)
        first_sound_ms = listener.playback.stats().first_sound_ms
        assert first_sound_ms is not None
        listener.until(lambda _: len(listener.segue.look_ahead.stats().fetches) >= HELD)
        return Hearing(first_sound_ms, listener.segue.look_ahead.stats().fetches[:HELD], link.bytes_down - before)


def hearings(origin: Origin, step: Step) -> list[list[Hearing]]:
    """The first, the second and the third time."""
    runtime = Runtime()
    runtime.start()
    try:
        link = ShapedLink(runtime, SystemClock(), Trace.of((step,)))
        url = runtime.call(link.start(origin.url)).result(LIMIT_S)
        with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
            songs = [str(song["id"]) for song in origin.songs[:SONGS]]
            return [[hear(url, link, Path(folder), song) for song in songs] for _ in range(3)]
    finally:
        runtime.stop()


def _ms(work: Callable[[], None]) -> float:
    began_s = time.perf_counter()
    work()
    return 1000.0 * (time.perf_counter() - began_s)


def _told(heard: list[Hearing]) -> str:
    sound_ms = statistics.median(hearing.first_sound_ms for hearing in heard)
    sources = [fetch.source for hearing in heard for fetch in hearing.fetches]
    link_bytes = sum(hearing.link_bytes for hearing in heard)
    from_cache = f"{sources.count('cache')} of {len(sources)} segments from the cache"
    return f"first sound {sound_ms:.0f} ms (median), {from_cache}, {link_bytes / 1000:.0f} kB over the link"


def main() -> int:
    written_ms, read_ms, opened_ms = disk()
    print(f"a segment of {SEGMENT_BYTES // 1000} kB sealed and written   {written_ms:7.2f} ms")
    print(f"a segment read and opened               {read_ms:7.2f} ms")
    print(f"a full file of {LIMIT_BYTES >> 20} MiB opened            {opened_ms:7.2f} ms")
    with demo_origin() as origin:
        for link, step in LINKS.items():
            for name, heard in zip(("first", "second", "third"), hearings(origin, step), strict=True):
                print(f"{SONGS} songs at {link}, {name} time: {_told(heard)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
