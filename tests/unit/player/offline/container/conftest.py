"""A song of some segments, and its container on a disk in memory."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from player.offline.container.page import Header
from player.offline.container.writer import ContainerWriter, Progress
from tests.support.failing_disk import MemoryDisk

KEY = bytes(range(32))
ETAG = '"v1"'
PART, FINAL = Path("song.part"), Path("song")


def header_of(asset: bytes, *, gid: str = "g1", init_bytes: int = 700, segment_bytes: int = 20_000) -> Header:
    rest = len(asset) - min(init_bytes, len(asset))
    lengths = [len(asset) - rest]
    while rest:
        lengths.append(min(segment_bytes, rest))
        rest -= lengths[-1]
    return Header(
        gid=gid,
        song="song-1",
        rendition="320",
        did="device-1",
        acc="account-1",
        sha256=hashlib.sha256(asset).hexdigest(),
        length=len(asset),
        mime="audio/mp4",
        lengths=tuple(lengths),
    )


def song(length: int, *, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


@dataclass
class Kept:
    disk: MemoryDisk
    asset: bytes
    header: Header

    @property
    def data(self) -> bytearray:
        return self.disk.files[FINAL]


def keep(asset: bytes, *, key: bytes = KEY, piece_bytes: int = 30_000, gid: str = "g1") -> Kept:
    disk, header = MemoryDisk(), header_of(asset, gid=gid)
    writer = ContainerWriter.begin(disk, PART, header, key, etag=ETAG, journal=lambda _: None)
    for offset in range(0, len(asset), piece_bytes):
        writer.write(asset[offset : offset + piece_bytes])
    writer.finish(FINAL)
    return Kept(disk, asset, header)


class JournalKept:
    """Where a test sees what the journal got."""

    def __init__(self) -> None:
        self.last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        self.last = progress


@pytest.fixture
def kept() -> Kept:
    return keep(song(100_000))
