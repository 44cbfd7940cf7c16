"""`python3 dev.py bench gapless`: music cut into songs at random samples and played as one, each segment in another
rendition than the one before. What comes out is held against the decode of the same segments and against the music.

Switches are looked at by themselves: the step of level there (20 ms before and after, against the music's own), and
whether the jump from one sample to the next is larger than any within 20 ms around. The same, away from any switch,
is the reference. Then the songs once more by the program from the real backend, twice in a row. A minute."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.playback.listener import listening as program
from benchmarks.playback.origin import served
from player.domain.playback import Status
from player.playback.engine_options import EngineConfig, Output
from server.streaming.ladder import PRIMING_SAMPLES
from tests.support.cut_songs import Wandering, cut, expected, rungs_asked
from tests.support.listening import Listening, listening, recorded
from tests.support.media_server import Song
from tests.support.music import tone, write_song

RATE = 44_100
SECONDS = 120.0
SONGS = 16
ROUNDS = 3
NEAR = 882
"""20 ms"""
Pcm = NDArray[np.int16]
Music = NDArray[np.float32]


def main() -> int:
    source = tone(SECONDS, seed=11)
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        is_exact = [_round(seed, source, Path(folder)) for seed in range(ROUNDS)]
        is_exact.append(_heard_again(source, Path(folder)))
    return 0 if all(is_exact) else 1


def _places(seed: int) -> list[int]:
    """Where the music is cut: anywhere."""
    return sorted(random.Random(seed).sample(range(RATE, int(SECONDS - 1) * RATE), SONGS - 1))


def _round(seed: int, source: Music, folder: Path) -> bool:
    places = _places(seed)
    songs = cut(source, places)
    path = folder / f"{seed}.wav"
    with listening(EngineConfig(Output.RECORDING, record_to=path), Wandering(seed), **songs) as listener:
        listener.play(*songs)
        listener.until(lambda state: state.status is Status.ENDED)
        want = expected(listener.server, list(songs), folder)
        switches, rests = _boundaries(listener, songs, places)
    got = recorded(path)
    differing = _differing(got, want)
    print(f"round {seed + 1}: {SONGS} songs, {len(switches)} switches within them")
    print(f"  {len(got):,} samples of {len(source):,}; {differing} differ from the decode of their segments")
    print(f"  at switches {_level(got, source, switches)}; {_jumps(got, switches)}")
    print(f"  elsewhere   {_level(got, source, rests)}; {_jumps(got, rests)}", flush=True)
    return len(got) == len(source) and differing == 0


def _boundaries(listener: Listening, songs: dict[str, Song], places: Sequence[int]) -> tuple[list[int], list[int]]:
    """Samples of the whole at which the rendition changes within a song, and as many half a segment further on."""
    switches, rests = [], []
    for begin, (name, song) in zip((0, *places), songs.items(), strict=True):
        rungs, at = rungs_asked(listener.server, name), begin - PRIMING_SAMPLES
        for index in range(1, song.segment_count):
            length = song.timeline.samples_of(index - 1)
            at += length
            if rungs[index] != rungs[index - 1]:
                switches.append(at)
                rests.append(at - length // 2)
    return switches, rests


def _differing(got: Pcm, want: Pcm) -> int:
    shared = min(len(got), len(want))
    return int((got[:shared] != want[:shared]).any(axis=1).sum()) + max(len(got), len(want)) - shared


def _level(got: Pcm, source: Music, places: Sequence[int]) -> str:
    steps = [abs(_level_db(got, source, at, at + NEAR) - _level_db(got, source, at - NEAR, at)) for at in places]
    return f"level steps {np.median(steps):.2f} dB, at most {max(steps):.2f}"


def _level_db(got: Pcm, source: Music, begin: int, end: int) -> float:
    heard = np.sqrt((got[begin:end].astype(np.float64) ** 2).mean()) / 32_768
    return float(20 * np.log10(heard / np.sqrt((source[begin:end].astype(np.float64) ** 2).mean())))


def _jumps(got: Pcm, places: Sequence[int]) -> str:
    clicks = 0
    for at in places:
        jumps = np.abs(np.diff(got[at - NEAR : at + NEAR].astype(np.int32), axis=0)).max(axis=1)
        clicks += jumps[NEAR - 1] > np.delete(jumps, NEAR - 1).max()
    return f"{clicks} of {len(places)} the largest jump around"


def _heard_again(source: Music, folder: Path) -> bool:
    """By the program itself, from the real backend, twice in a row: the second time nothing is asked for."""
    music, recording = folder / "music", folder / "twice.wav"
    for number, part in enumerate(np.split(source, _places(99)), 1):
        name = music / f"{number:02}.flac"
        write_song(name, title=f"Part {number:02}", artist="A", album="One piece", samples=part)
    fetched: list[int] = []
    with (
        served("--data", str(folder / "server"), "--library", str(music), song_count=SONGS) as origin,
        program(origin.url, folder / "player", record_to=recording) as listener,
    ):
        tracks = listener.tracks([song["id"] for song in origin.songs])
        for _ in range(2):
            before = len(listener.segue.look_ahead.stats().fetches)
            listener.do(listener.playback.play(tracks))
            listener.until(lambda state: state.status is Status.ENDED)
            fetched.append(len(listener.segue.look_ahead.stats().fetches) - before)
    first, second = np.split(recorded(recording), [len(source)])
    print(f"the program, twice: {len(first):,} and {len(second):,} samples of {len(source):,}")
    print(f"  {_differing(second, first)} samples differ; {fetched[0]} segments fetched, then {fetched[1]}")
    return len(first) == len(second) == len(source) and _differing(second, first) == 0 and fetched[1] == 0
