"""Songs cut from one piece of music, played over changing renditions: what a listener must hear when they follow each
other, to the sample."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from player.streaming.abr.fixed import FixedRendition
from player.streaming.abr.state import Ladder
from tests.support.listening import decoded
from tests.support.media_server import RATES_KBPS, MediaServer, Song, encoded

Pcm = NDArray[np.int16]


class Wandering(FixedRendition):
    """Takes another rendition for almost every segment: that of the opening is asked for each."""

    def __init__(self, seed: int) -> None:
        super().__init__(is_top=False)
        self._rng = random.Random(seed)

    def opening_rung(self, ladder: Ladder) -> int:
        return self._rng.randrange(len(ladder.rates_kbps))


def cut(source: NDArray[np.float32], places: Sequence[int], rate: int = 44_100) -> dict[str, Song]:
    """The pieces between `places`, named in their order."""
    parts = np.split(source, sorted(places))
    return {f"p{number:02}": encoded(part, rate) for number, part in enumerate(parts)}


def rungs_asked(server: MediaServer, name: str) -> list[int]:
    """In which rendition each segment of a song was asked for; each once."""
    asked: dict[int, int] = {}
    for path in server.segments_asked():
        match = re.fullmatch(rf"/media/{name}/(\d+)/(\d+)\.m4s", path)
        if match is not None:
            asked[int(match[2])] = RATES_KBPS.index(int(match[1]))
    return [asked[index] for index in range(server.songs[name].segment_count)]


def expected(server: MediaServer, order: Sequence[str], folder: Path) -> Pcm:
    """The decode of each song's segments in the renditions that were asked for, one behind the other."""
    names = dict.fromkeys(order)
    heard = {name: decoded(server.songs[name], rungs_asked(server, name), folder) for name in names}
    return np.concatenate([heard[name] for name in order])


def order_heard(got: Pcm, songs: Mapping[str, Pcm]) -> list[str]:
    """Which songs a recording holds, whole and with nothing between; ValueError where it holds anything else."""
    order: list[str] = []
    at = 0
    while at < len(got):
        found = next(
            (name for name, pcm in songs.items() if np.array_equal(got[at : at + len(pcm)], pcm)),
            None,
        )
        if found is None:
            raise ValueError(f"after {order}, sample {at} begins no whole song")
        order.append(found)
        at += len(songs[found])
    return order
