"""What a long evening costs: 1,000 changes of song and 200 seeks in one player, and the memory, threads and
descriptors it holds meanwhile. The demo library, silent, each song heard before the next is asked for. About three
minutes.

The first `SETTLED` changes fill what is bounded by design (libmpv's buffers, the look-ahead, the local database's
pages); growth counts from there. At the end glibc is asked to give back what it holds free, which tells a leak from
memory that is merely kept for later."""

from __future__ import annotations

import ctypes
import gc
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.playback.footprint import Footprint, footprint
from benchmarks.playback.listener import Listener, listening
from benchmarks.playback.origin import demo_origin
from player.domain.catalogue import Track
from player.domain.playback import Repeat, Status

CHANGES, SEEKS = 1_000, 200
SETTLED = 100
ROW_EVERY = 100
ALLOWED_MB = 8.0


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="segue-bench-") as folder,
        demo_origin() as origin,
        listening(origin.url, Path(folder)) as listener,
    ):
        tracks = listener.tracks([song["id"] for song in origin.songs])
        print(f"{CHANGES} changes of song, {SEEKS} seeks, {len(tracks)} songs")
        print("changes  seconds  resident MB  private MB  threads  descriptors")
        rows = _evening(listener, tracks)
        _give_back()
        trimmed = footprint(os.getpid())
    return _judge(rows, trimmed)


def _evening(listener: Listener, tracks: list[Track]) -> list[Footprint]:
    """A row for every `ROW_EVERY` changes."""
    playback, rng, rows = listener.playback, random.Random(7), []
    listener.do(playback.set_repeat(Repeat.ALL))
    listener.do(playback.play(tracks))
    listener.hears(tracks[0])
    began_s = time.monotonic()
    for change in range(1, CHANGES + 1):
        track = tracks[change % len(tracks)]
        listener.do(playback.next())
        listener.hears(track)
        if change % (CHANGES // SEEKS) == 0:
            _seek(listener, rng.uniform(1.0, track.duration_s - 5.0))
        if change % ROW_EVERY == 0:
            gc.collect()
            rows.append(footprint(os.getpid()))
            _print_row(str(change), f"{time.monotonic() - began_s:.0f}", rows[-1])
    return rows


def _seek(listener: Listener, position_s: float) -> None:
    listener.do(listener.playback.seek(position_s))
    listener.until(lambda state: state.status is Status.PLAYING and state.position_s > position_s)


def _give_back() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def _print_row(change: str, seconds: str, row: Footprint) -> None:
    memory = f"{row.resident_mb:11.1f}  {row.private_mb:10.1f}"
    print(f"{change:>7}  {seconds:>7}  {memory}  {row.threads:7}  {row.descriptors:11}", flush=True)


def _judge(rows: list[Footprint], trimmed: Footprint) -> int:
    settled, after = rows[SETTLED // ROW_EVERY - 1], rows[SETTLED // ROW_EVERY :]
    _print_row("trimmed", "", trimmed)
    growth_mb = after[-1].resident_mb - settled.resident_mb
    threads = {row.threads for row in after}
    descriptors = [row.descriptors for row in after]
    half = len(descriptors) // 2
    is_flat = max(descriptors[half:]) <= max(settled.descriptors, *descriptors[:half]) + 2
    print(f"growth from change {SETTLED} to {CHANGES}: {growth_mb:+.1f} MB resident (allowed {ALLOWED_MB:.0f})")
    print(f"threads {sorted(threads)}; descriptors {min(descriptors)}..{max(descriptors)}")
    return 0 if growth_mb <= ALLOWED_MB and len(threads) <= 2 and is_flat else 1


if __name__ == "__main__":
    sys.exit(main())
