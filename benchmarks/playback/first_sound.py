"""From the command to the first sound, on loopback and warm: the player on songs it has not yet played, packaged by
the backend, against mpv on the same songs' files, turn about in one run. Half a minute."""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import m3u8

from benchmarks.playback.listener import Listener, listening
from benchmarks.playback.origin import KEPT, Origin, demo_origin
from player.domain.catalogue import Track
from player.playback import libmpv

PAUSE_S = 0.5  # between two commands: what the deck takes for a burst is longer apart
ALLOWED_TIMES, ALLOWED_MORE_MS = 3.0, 60.0
LIMIT_S = 20.0
PACKAGED_SEGMENTS = 3
DEMO_MUSIC = KEPT / "demo" / "demo"


class PlainMpv:
    """A warm libmpv with its defaults and a clock for a sound card."""

    def __init__(self) -> None:
        module = libmpv.load()
        self._mpv: Any = module.MPV(config="no", vid="no", ao="null")
        self._sounds = threading.Event()
        self._mpv.observe_property("core-idle", self._core_idle)

    def _core_idle(self, _name: str, value: bool | None) -> None:
        if value is False:
            self._sounds.set()

    def first_sound_ms(self, path: Path) -> float:
        self._mpv.command("stop")
        time.sleep(PAUSE_S)
        self._sounds.clear()
        began_s = time.perf_counter()
        self._mpv.command("loadfile", str(path))
        if not self._sounds.wait(LIMIT_S):
            raise SystemExit(f"mpv does not play {path}")
        return 1000.0 * (time.perf_counter() - began_s)

    def close(self) -> None:
        self._mpv.command("stop")
        self._mpv.terminate()


def first_sound_ms(listener: Listener, track: Track) -> float:
    """As the player tells it, and the way of the command to the loop."""
    listener.do(listener.playback.pause())
    time.sleep(PAUSE_S)
    began_s = time.perf_counter()
    listener.do(listener.playback.play([track]))
    taken_s = time.perf_counter() - began_s
    listener.hears(track)
    sound_ms = listener.playback.stats().first_sound_ms
    assert sound_ms is not None
    return 1000.0 * taken_s + sound_ms


def package(origin: Origin) -> None:
    """Have the backend make what a start may ask for, of every song and rendition."""
    with origin.client() as client:
        for song in origin.songs:
            answer = client.get(f"/songs/{song['id']}/stream").raise_for_status()
            master = m3u8.loads(answer.text, uri=str(answer.url))
            for rendition in master.playlists:
                media = m3u8.loads(client.get(rendition.absolute_uri).text, uri=rendition.absolute_uri)
                for segment in media.segments[:PACKAGED_SEGMENTS]:
                    client.get(segment.absolute_uri).raise_for_status()


def local_file(title: str) -> Path:
    found = list(DEMO_MUSIC.rglob(f"* {title}.flac"))
    if not found:
        raise SystemExit(f"the demo has no file of {title}")
    return found[0]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder, demo_origin() as origin:
        package(origin)
        with listening(origin.url, Path(folder)) as listener:
            pairs = _pairs(listener, listener.tracks([song["id"] for song in origin.songs]))
    return _judge(pairs)


def _pairs(listener: Listener, tracks: list[Track]) -> list[tuple[float, float]]:
    """Player and mpv in ms, song by song; who begins alternates. The first song warms both up."""
    mpv = PlainMpv()
    pairs = []
    try:
        for number, track in enumerate(tracks):
            path = local_file(track.title)
            if number % 2:
                reference = mpv.first_sound_ms(path)
                ours = first_sound_ms(listener, track)
            else:
                ours = first_sound_ms(listener, track)
                reference = mpv.first_sound_ms(path)
            pairs.append((ours, reference))
    finally:
        mpv.close()
    return pairs[1:]


def _judge(pairs: list[tuple[float, float]]) -> int:
    ours, reference = ([pair[side] for pair in pairs] for side in (0, 1))
    for name, values in (("Segue, streamed", ours), ("mpv, local file", reference)):
        tenths = statistics.quantiles(values, n=10)
        print(
            f"{name:16} median {statistics.median(values):6.1f} ms  (10 to 90 %: {tenths[0]:.1f}..{tenths[-1]:.1f})"
        )
    times = statistics.median(ours) / statistics.median(reference)
    more_ms = statistics.median(mine - other for mine, other in pairs)
    print(
        f"{times:.1f} x the local file (allowed {ALLOWED_TIMES:.0f}), {more_ms:.0f} ms more ({ALLOWED_MORE_MS:.0f})"
    )
    return 0 if times <= ALLOWED_TIMES and more_ms < ALLOWED_MORE_MS else 1


if __name__ == "__main__":
    sys.exit(main())
