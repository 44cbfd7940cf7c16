"""How soon a command is heard, and how soon what it makes useless stops: the first sound of all on a slow link, next
and previous with the opening held, and the time from a skip to the moment when the connection of the request under
way is cut. The player as main.py puts it together, the real backend, real HTTP over a shaped link of 80 ms. About two
minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.playback.listener import LIMIT_S, Listener, listening
from benchmarks.playback.origin import Origin, demo_origin
from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.playback import Status
from player.headless.link import ShapedLink
from player.headless.trace import Step, Trace
from player.runtime import Runtime

T = TypeVar("T")

SLOW_BPS, FAIR_BPS, LATENCY_S = 400e3, 2e6, 0.08
STARTS, SKIPS, CUTS = 7, 10, 12
PAUSE_S = 0.5  # between two commands: what the deck takes for a burst is longer apart
ALLOWED_START_MS, ALLOWED_SKIP_MS, ALLOWED_CUT_MS = 600.0, 80.0, 100.0
FRESH_S = 0.3  # bytes that young mean an answer under way: on a link that three share, on a busy machine
POLL_S = 0.002


class Watch:
    """A transparent relay that notes when the player closes a connection in the middle of an answer."""

    def __init__(self) -> None:
        self.cuts: list[float] = []
        self.answered_s = 0.0
        self._port = 0

    async def start(self, url: str) -> str:
        self._port = int(url.rpartition(":")[2])
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    @property
    def is_answering(self) -> bool:
        return time.monotonic() - self.answered_s < FRESH_S

    def has_cut_since(self, count: int) -> bool:
        return len(self.cuts) > count

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
            last_s = 0.0

            async def up() -> None:
                with contextlib.suppress(OSError):  # closed with bytes unread: a reset
                    while data := await reader.read(65536):
                        up_writer.write(data)
                if time.monotonic() - last_s < FRESH_S:
                    self.cuts.append(time.monotonic())
                up_writer.close()

            async with asyncio.TaskGroup() as both:
                asking = both.create_task(up())
                while data := await up_reader.read(65536):
                    last_s = self.answered_s = time.monotonic()
                    writer.write(data)
                asking.cancel()
            writer.close()


class Road:
    """Player, watch, shaped link and backend, one behind the other."""

    def __init__(self, runtime: Runtime, origin: Origin) -> None:
        self._runtime = runtime
        self._link = ShapedLink(runtime, SystemClock(), _trace(FAIR_BPS))
        self.watch = Watch()
        self.url = self._do(self.watch.start(self._do(self._link.start(origin.url))))

    def carries(self, rate_bps: float) -> None:
        async def change() -> None:
            self._link.set_trace(_trace(rate_bps))

        self._do(change())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runtime.call(work).result(LIMIT_S)


def _trace(rate_bps: float) -> Trace:
    return Trace.of((Step(60.0, rate_bps, LATENCY_S),))


@contextlib.contextmanager
def on_a_road(origin: Origin) -> Iterator[Road]:
    runtime = Runtime()
    runtime.start()
    try:
        yield Road(runtime, origin)
    finally:
        runtime.stop()


def first_sounds_ms(origin: Origin, road: Road) -> list[float]:
    """A new player each time: nothing is known of the link, and no song is held."""
    sounds = []
    for number in range(STARTS):
        road.carries(FAIR_BPS)
        with (
            tempfile.TemporaryDirectory(prefix="segue-bench-") as folder,
            listening(road.url, Path(folder)) as listener,
        ):
            (track,) = listener.tracks([origin.songs[number]["id"]])
            road.carries(SLOW_BPS)
            sounds.append(_asked(listener, listener.playback.play([track]), track))
    return sounds


def skips_ms(listener: Listener, tracks: list[Track]) -> list[float]:
    """Next, and soon back: the opening of the one is fetched ahead, that of the other was heard just now."""
    times = []
    listener.do(listener.playback.play(tracks))
    listener.hears(tracks[0])
    for number in range(SKIPS // 2):
        _until(partial(_holds_opening, listener, tracks[number + 1]))
        times.append(_asked(listener, listener.playback.next(), tracks[number + 1]))
        time.sleep(PAUSE_S)
        times.append(_asked(listener, listener.playback.previous(), tracks[number]))
        time.sleep(PAUSE_S)
        listener.do(listener.playback.next())
        listener.hears(tracks[number + 1])
    return times


def cuts_ms(listener: Listener, road: Road, tracks: list[Track]) -> list[float]:
    """From the command to the end of the request that it makes useless."""
    times = []
    listener.do(listener.playback.play(tracks))
    for number in range(CUTS):
        track = tracks[number]
        listener.hears(track)
        time.sleep(PAUSE_S)
        _until(partial(_is_fetched, listener, road, track))
        seen, began_s = len(road.watch.cuts), time.monotonic()
        listener.do(listener.playback.next())
        _until(partial(road.watch.has_cut_since, seen))
        times.append(1000.0 * (road.watch.cuts[seen] - began_s))
    return times


def _asked(listener: Listener, command: Coroutine[Any, Any, None], track: Track) -> float:
    began_s = time.perf_counter()
    listener.do(command)
    taken_ms = 1000.0 * (time.perf_counter() - began_s)
    listener.hears(track)
    sound_ms = listener.playback.stats().first_sound_ms
    assert sound_ms is not None
    return taken_ms + sound_ms


def _holds_opening(listener: Listener, track: Track) -> bool:
    fetched = {fetch.segment for fetch in listener.segue.look_ahead.stats().fetches if fetch.track_id == track.id}
    return {0, 1} <= fetched and listener.playback.state.status is Status.PLAYING


def _is_fetched(listener: Listener, road: Road, track: Track) -> bool:
    return listener.segue.look_ahead.under_way == track.id and road.watch.is_answering


def _until(claim: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not claim():
        if time.monotonic() > end_s:
            raise SystemExit("the player never came so far")
        threading.Event().wait(POLL_S)


def main() -> int:
    with demo_origin() as origin, on_a_road(origin) as road:
        starts = first_sounds_ms(origin, road)
        is_good = _row("first sound, 400 kbit/s, 80 ms", starts, statistics.median(starts), ALLOWED_START_MS)
        road.carries(FAIR_BPS)
        with (
            tempfile.TemporaryDirectory(prefix="segue-bench-") as folder,
            listening(road.url, Path(folder)) as listener,
        ):
            tracks = listener.tracks([song["id"] for song in origin.songs])
            skips = skips_ms(listener, tracks)
            is_good &= _row("next and previous, opening held", skips, statistics.median(skips), ALLOWED_SKIP_MS)
            road.carries(SLOW_BPS)
            cuts = cuts_ms(listener, road, tracks[SKIPS:])
            is_good &= _row("skip to the request's end, the worst", cuts, max(cuts), ALLOWED_CUT_MS)
    return 0 if is_good else 1


def _row(name: str, times: list[float], judged_ms: float, allowed_ms: float) -> bool:
    spread = f"{min(times):.0f}..{max(times):.0f} ms in {len(times)}"
    print(f"{name:38} median {statistics.median(times):6.1f} ms  ({spread}; allowed {allowed_ms:.0f})", flush=True)
    return judged_ms <= allowed_ms


if __name__ == "__main__":
    sys.exit(main())
