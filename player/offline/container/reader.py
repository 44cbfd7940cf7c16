"""Reads a downloaded song at any place. Used by the vault's segment source and by the scrub, in the runtime's pool.

Property: a byte is given out only after the tag of its chunk was checked, and only from a file whose page, commitment
and length were: what the reader gives is what was written, or ContainerDamaged. The last chunk is opened first, which
proves the length (C2SP, implementation notes). Safe from several threads.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from player.errors import ContainerDamaged
from player.offline.container import page
from player.offline.container.chunked import (
    CHUNK_BYTES,
    PREFIX_BYTES,
    SALT_BYTES,
    SEALED_CHUNK_BYTES,
    Message,
    chunk_count,
    chunk_offset,
    plain_size,
    require,
)
from player.offline.container.page import PAGE_BYTES, Header
from player.offline.files import Files, OpenFile

BATCH_CHUNKS = 16
"""read from the disk at a time: 256 KiB; larger buffers are new pages of the system at every read: half as fast"""


class ContainerReader:
    """`open` makes it. StorageUnusable where the disk fails."""

    def __init__(self, file: OpenFile, message: Message, header: Header) -> None:
        self.header = header
        self._file = file
        self._message = message

    @classmethod
    def open(cls, files: Files, path: Path, key: bytes) -> ContainerReader:
        """ContainerDamaged for all but a whole container under this key."""
        file = files.open_to_read(path)
        try:
            message, header = opened_head(file, key)
            reader = cls(file, message, header)
            require(plain_size(file.size() - PAGE_BYTES) == header.length)
            reader._check_last()
        except BaseException:
            file.close()
            raise
        return reader

    def read(self, offset: int, length: int) -> bytes:
        """The asset's bytes from `offset`: fewer than `length` only where it ends. Neither may be negative."""
        end = min(offset + length, self.header.length)
        if offset >= end:
            return b""
        number, last = offset // CHUNK_BYTES, (end - 1) // CHUNK_BYTES
        cut = offset - number * CHUNK_BYTES
        parts: list[bytes | memoryview] = []
        while number <= last:
            count = min(BATCH_CHUNKS, last - number + 1)
            parts += self._chunks(number, count)
            number += count
        parts[-1] = memoryview(parts[-1])[: end - last * CHUNK_BYTES]
        parts[0] = memoryview(parts[0])[cut:]
        return b"".join(parts)

    def segment(self, number: int) -> bytes:
        """0 is the init segment. IndexError past the last."""
        offsets = self.header.offsets()
        return self.read(offsets[number], offsets[number + 1] - offsets[number])

    def check(self) -> None:
        """The whole file, and that it is the asset the licence names. ContainerDamaged."""
        self._check_last()
        digest = hashlib.sha256()
        for offset in range(0, self.header.length, BATCH_CHUNKS * CHUNK_BYTES):
            digest.update(self.read(offset, BATCH_CHUNKS * CHUNK_BYTES))
        if digest.hexdigest() != self.header.sha256:
            raise ContainerDamaged

    def close(self) -> None:
        self._file.close()

    def _check_last(self) -> None:
        self._chunks(chunk_count(self.header.length) - 1, 1)

    def _chunks(self, number: int, count: int) -> list[bytes]:
        """Every one of them whole but the asset's last."""
        sealed = memoryview(self._file.read_at(PAGE_BYTES + chunk_offset(number), count * SEALED_CHUNK_BYTES))
        opened = self._message.open
        chunks = [
            opened(number + place, sealed[place * SEALED_CHUNK_BYTES : (place + 1) * SEALED_CHUNK_BYTES])
            for place in range(count)
        ]
        asked = min((number + count) * CHUNK_BYTES, self.header.length) - number * CHUNK_BYTES
        if sum(map(len, chunks)) != asked:
            raise ContainerDamaged  # no chunk of ours is short but the last; a gap would be heard
        return chunks


def opened_head(file: OpenFile, key: bytes) -> tuple[Message, Header]:
    """The keys, and the page once the commitment has proved it. ContainerDamaged."""
    head = file.read_at(0, PAGE_BYTES + PREFIX_BYTES)
    if len(head) != PAGE_BYTES + PREFIX_BYTES:
        raise ContainerDamaged
    first, salt = head[:PAGE_BYTES], head[PAGE_BYTES : PAGE_BYTES + SALT_BYTES]
    message = Message(key, salt, page.context(first))
    message.check(head[PAGE_BYTES + SALT_BYTES :])
    return message, page.read(first)
