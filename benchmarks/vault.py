"""The vault: how fast a song is read from its container and written to it on one core, beside a plain read of that
file and AES-256-GCM by itself, and how long 10,000 licences take, beside Ed25519 by itself, all in the same run. The
targets are 400 MiB/s and 2 s (OFFLINE.md).
"""

from __future__ import annotations

import hashlib
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from player.offline.container.chunked import CHUNK_BYTES
from player.offline.container.page import Header
from player.offline.container.reader import ContainerReader
from player.offline.container.writer import ContainerWriter
from player.offline.files import Disk
from player.offline.licence import keyset, leaf, lease
from tests.support.licence_issuer import NOW, Issuer

SONG_BYTES = 64 << 20
SEGMENT_BYTES = 160_000  # 4 s of 320 kbit/s
TARGET = 400.0
ROUNDS = 5
LEAVES, LEAVES_S = 10_000, 2.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> int:
    asset, key, path = secrets.token_bytes(SONG_BYTES), secrets.token_bytes(32), folder / "song"
    header = _header(asset)
    _told(
        "written, each MiB on the disk",
        [_rate(lambda: _write(folder, path, asset, header, key)) for _ in range(ROUNDS)],
    )
    _told("a plain file of that size read", [_rate(lambda: _plain(path)) for _ in range(ROUNDS)])
    _told("AES-256-GCM alone, by chunks", [_rate(_gcm(asset)) for _ in range(ROUNDS)])
    reader = ContainerReader.open(Disk(), path, key)
    segments = [_rate(lambda: _segments(reader)) for _ in range(ROUNDS)]
    _told("read by segments of 160 kB", segments)
    _told("read a MiB at a time", [_rate(lambda: _whole(reader)) for _ in range(ROUNDS)])
    _told("scrubbed (tags and SHA-256)", [_rate(reader.check) for _ in range(ROUNDS)])
    reader.close()
    opened_ms = statistics.median(_ms(lambda: ContainerReader.open(Disk(), path, key).close()) for _ in range(200))
    print(f"{'opened and its length proved':34} {opened_ms:8.2f} ms")
    leaves_s = _leaves()
    return 0 if statistics.median(segments) >= TARGET and leaves_s < LEAVES_S else 1


def _header(asset: bytes) -> Header:
    count = SONG_BYTES // (SEGMENT_BYTES * 64)
    lengths = (SEGMENT_BYTES * 64,) * count
    return Header(
        gid="gid",
        song="song",
        rendition="320",
        did="device",
        acc="account",
        sha256=hashlib.sha256(asset).hexdigest(),
        length=SONG_BYTES,
        mime="audio/mp4",
        lengths=(*lengths, SONG_BYTES - sum(lengths)),
    )


def _write(folder: Path, path: Path, asset: bytes, header: Header, key: bytes) -> None:
    part = folder / "song.part"
    writer = ContainerWriter.begin(Disk(), part, header, key, etag='"v"', journal=lambda _: None)
    view = memoryview(asset)
    for offset in range(0, SONG_BYTES, SEGMENT_BYTES):
        writer.write(view[offset : offset + SEGMENT_BYTES])
    writer.finish(path)


def _leaves() -> float:
    """Seconds of processor time to verify and open them all."""
    issuer = Issuer()
    known = keyset.read(issuer.keyset(), keyset.root(issuer.root.jwk))
    held = lease.read(issuer.lease(), known, acc="account-1", did="device-1")
    tokens = [issuer.leaf(gid=f"leaf-{number}") for number in range(LEAVES)]
    key = lease.unsealed(held, issuer.device, now_s=NOW)
    began_s = time.process_time()
    for token in tokens:
        leaf.content_key(leaf.read(token, known, did="device-1"), key)
    opened_s = time.process_time() - began_s
    public, signature = issuer.key.private.public_key(), issuer.key.private.sign(bytes(500))
    began_s = time.process_time()
    for _ in range(LEAVES):
        public.verify(signature, bytes(500))
    alone_s = time.process_time() - began_s
    print(f"{LEAVES:,} leaves verified and opened {opened_s:11.2f} s    (Ed25519 alone: {alone_s:.2f} s)")
    return opened_s


def _plain(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(SEGMENT_BYTES):
            pass


def _gcm(asset: bytes) -> Callable[[], None]:
    cipher, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = cipher.encrypt(nonce, asset[:CHUNK_BYTES], None)

    def work() -> None:
        for _ in range(SONG_BYTES // CHUNK_BYTES):
            cipher.decrypt(nonce, sealed, None)

    return work


def _segments(reader: ContainerReader) -> None:
    for offset in range(0, SONG_BYTES, SEGMENT_BYTES):
        reader.read(offset, SEGMENT_BYTES)


def _whole(reader: ContainerReader) -> None:
    for offset in range(0, SONG_BYTES, 1 << 20):
        reader.read(offset, 1 << 20)


def _rate(work: Callable[[], None]) -> float:
    """MiB/s of processor time: other work on the machine does not count."""
    began_s = time.process_time()
    work()
    return (SONG_BYTES >> 20) / (time.process_time() - began_s)


def _ms(work: Callable[[], None]) -> float:
    began_s = time.perf_counter()
    work()
    return 1000.0 * (time.perf_counter() - began_s)


def _told(what: str, rates: list[float]) -> None:
    print(f"{what:34} {statistics.median(rates):8.0f} MiB/s (of {ROUNDS}: {min(rates):.0f} to {max(rates):.0f})")


if __name__ == "__main__":
    sys.exit(main())
