"""Writes a song into a container while it is downloaded. Used by a download in the runtime's pool, one thread at a
time.

Promise: what `finish` leaves under the final name is the asset of the licence, whole and on the disk; until then the
file is one that no reader opens. A `.part` file is as long as the container from the start, so that a full disk is
known before the first byte is fetched.

**One (key, nonce) never meets two plaintexts**, which AES-GCM does not survive. A new attempt has a new random salt
and so other keys. An attempt that is taken up again goes on at a chunk boundary, after every chunk that is already
there under its tag, and only while the service names the asset by the same strong ETag (RFC 9110, 8.8.3): a chunk
that was begun and is encrypted again is of the same bytes. The last, short chunk is encrypted only after length and
SHA-256 of the whole have been found right.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from player.errors import ContainerDamaged, SongChanged, StorageUnusable, WrongAsset
from player.offline.container import page
from player.offline.container.chunked import (
    CHUNK_BYTES,
    SALT_BYTES,
    SEALED_CHUNK_BYTES,
    Message,
    chunk_offset,
    require,
    sealed_size,
)
from player.offline.container.page import PAGE_BYTES, Header
from player.offline.container.reader import ContainerReader, opened_head
from player.offline.files import Files, OpenFile

SYNC_CHUNKS = 64
"""1 MiB: at most this much is fetched again after a power cut"""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the journal knows of an attempt. `plain_bytes` are on the disk for certain."""

    etag: str
    plain_bytes: int


Journal = Callable[[Progress], None]


class ContainerWriter:
    """`begin` or `resume` makes it. StorageFull and StorageUnusable from every method; after an error the attempt is
    over, and `resume` may take it up again."""

    def __init__(self, files: Files, path: Path, file: OpenFile, message: Message, header: Header, etag: str) -> None:
        self._files = files
        self._path = path
        self._file = file
        self._message = message
        self._header = header
        self._etag = etag
        self._digest = hashlib.sha256()
        self._chunks = self._synced_chunks = 0
        self._rest = bytearray()
        self._is_over = False
        self._journal: Journal = lambda _: None

    @classmethod
    def begin(
        cls, files: Files, path: Path, header: Header, key: bytes, *, etag: str, journal: Journal
    ) -> ContainerWriter:
        """A new attempt at `path`; one that is there is gone."""
        first, salt = page.written(header), secrets.token_bytes(SALT_BYTES)
        message = Message(key, salt, page.context(first))
        file = files.create(path)
        try:
            file.reserve(PAGE_BYTES + sealed_size(header.length))
            file.write_at(0, first + salt + message.commitment)
            file.sync()
        except BaseException:
            file.close()
            raise
        writer = cls(files, path, file, message, header, etag)
        writer._journal = journal
        journal(Progress(etag, 0))
        return writer

    @classmethod
    def resume(
        cls, files: Files, path: Path, header: Header, key: bytes, progress: Progress, *, etag: str, journal: Journal
    ) -> ContainerWriter:
        """An attempt taken up again. SongChanged where the asset's ETag is another, or weak; ContainerDamaged where
        less is there than the journal says, or something else: begin anew then."""
        if not _is_strong(etag) or etag != progress.etag:
            raise SongChanged
        file = files.open_to_write(path)
        try:
            message, found = opened_head(file, key)
            require(found == header and file.size() == PAGE_BYTES + sealed_size(header.length))
            writer = cls(files, path, file, message, header, etag)
            writer._recall()
            require(writer.plain_bytes >= progress.plain_bytes - progress.plain_bytes % CHUNK_BYTES)
        except BaseException:
            file.close()
            raise
        writer._journal = journal
        return writer

    @property
    def plain_bytes(self) -> int:
        """Written or waiting for their chunk to be full: where the download goes on."""
        return self._chunks * CHUNK_BYTES + len(self._rest)

    def write(self, data: bytes | memoryview) -> None:
        """The asset's next bytes. WrongAsset where there are more than it has."""
        with self._attempt():
            if self.plain_bytes + len(data) > self._header.length:
                raise WrongAsset(None)
            self._rest += data
            whole = len(self._rest) // CHUNK_BYTES
            if not whole:
                return
            taken = bytes(memoryview(self._rest)[: whole * CHUNK_BYTES])
            for place in range(0, whole, SYNC_CHUNKS):
                self._write_chunks(taken[place * CHUNK_BYTES : (place + SYNC_CHUNKS) * CHUNK_BYTES])
            del self._rest[: whole * CHUNK_BYTES]

    def finish(self, final: Path) -> None:
        """Check, complete, read back, and put in place. WrongAsset where what came is not what the licence names;
        ContainerDamaged where the disk gives back other bytes than it got."""
        with self._attempt():
            self._digest.update(self._rest)
            if self.plain_bytes != self._header.length or self._digest.hexdigest() != self._header.sha256:
                raise WrongAsset(self._digest.hexdigest())
            self._file.write_at(self._place(self._chunks), self._message.seal(self._chunks, bytes(self._rest)))
            self._file.sync()
            self._files_agree()
            self._file.close()
            self._files.rename(self._path, final)
        self._is_over = True

    def stop(self) -> None:
        """What is written stays for `resume`."""
        if not self._is_over:
            with self._attempt():
                self._synced()
        self.close()

    def close(self) -> None:
        """Also after an error; the file stays."""
        self._is_over = True
        self._file.close()

    @contextlib.contextmanager
    def _attempt(self) -> Iterator[None]:
        """Any error within ends the attempt: how much of a failed write is on the disk, nobody knows."""
        if self._is_over:
            raise StorageUnusable("the download has stopped after an error of the disk")
        self._is_over = True
        yield
        self._is_over = False

    def _write_chunks(self, plain: bytes) -> None:
        view, first = memoryview(plain), self._chunks
        count = len(plain) // CHUNK_BYTES
        sealed = b"".join(
            self._message.seal(first + place, view[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES])
            for place in range(count)
        )
        self._file.write_at(self._place(first), sealed)
        self._digest.update(plain)
        self._chunks += count
        if self._chunks - self._synced_chunks >= SYNC_CHUNKS:
            self._synced()

    def _synced(self) -> None:
        """The disk first, then the journal: it never promises more than there is."""
        if self._chunks == self._synced_chunks:
            return
        self._file.sync()
        self._synced_chunks = self._chunks
        self._journal(Progress(self._etag, self._chunks * CHUNK_BYTES))

    def _recall(self) -> None:
        """Take up every whole chunk that is there, also past what the journal knows: a chunk under its tag is ours,
        and is not encrypted again."""
        for number in range(self._header.length // CHUNK_BYTES):
            try:
                plain = self._message.open(number, self._file.read_at(self._place(number), SEALED_CHUNK_BYTES))
            except ContainerDamaged:
                break
            self._digest.update(plain)
            self._chunks = number + 1

    def _files_agree(self) -> None:
        reader = ContainerReader(self._file, self._message, self._header)
        require(self._file.size() == PAGE_BYTES + sealed_size(self._header.length))
        reader.check()

    def _place(self, number: int) -> int:
        return PAGE_BYTES + chunk_offset(number)


def _is_strong(etag: str) -> bool:
    return len(etag) > 2 and etag[0] == etag[-1] == '"'
