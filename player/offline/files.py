"""The disk as downloads use it, behind a port that tests fill with a failing one. Used by the container's reader and
writer and by the store, in the runtime's pool: every call waits for the disk.

OSErrors become StorageFull (no room, quota, file too large) or StorageUnusable (everything else) here, so that no
caller knows errno.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from player.errors import StorageFull, StorageUnusable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class OpenFile(Protocol):
    def size(self) -> int: ...
    def read_at(self, offset: int, length: int) -> bytes:
        """As many bytes as there are, at most `length`. Safe from several threads."""
        ...

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        """All of it."""
        ...

    def reserve(self, size: int) -> None:
        """The file is that long, and the disk has room for all of it where the platform can promise that."""
        ...

    def sync(self) -> None: ...
    def close(self) -> None: ...


class Files(Protocol):
    """Every method raises StorageFull or StorageUnusable. FileNotFoundError never: `exists` asks."""

    def create(self, path: Path) -> OpenFile:
        """A new file that only the owner may read; one that is there is made empty."""
        ...

    def open_to_read(self, path: Path) -> OpenFile: ...
    def open_to_write(self, path: Path) -> OpenFile: ...
    def exists(self, path: Path) -> bool: ...
    def rename(self, before: Path, after: Path) -> None:
        """Durable when it returns; takes the place of what is there."""
        ...

    def remove(self, path: Path) -> None:
        """Durable when it returns; nothing happens where there is none."""
        ...


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull("the disk is full: make room, then the download goes on") from error
        said = os.strerror(error.errno) if error.errno is not None else type(error).__name__
        raise StorageUnusable(f"the folder of the downloads cannot be used: {said}") from error


class DiskFile:
    """One lock around seek and read: `os.pread` is not on Windows."""

    def __init__(self, descriptor: int) -> None:
        self._file = io.FileIO(descriptor, "r+b")  # of one opened to read, the system refuses what it may not
        self._lock = threading.Lock()

    def size(self) -> int:
        with storage_errors():
            return os.fstat(self._file.fileno()).st_size

    def read_at(self, offset: int, length: int) -> bytes:
        with self._lock, storage_errors():
            self._file.seek(offset)
            data = self._file.read(length) or b""
            while 0 < len(data) < length and (more := self._file.read(length - len(data))):
                data += more
            return data

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        with self._lock, storage_errors():
            self._file.seek(offset)
            while rest:
                rest = rest[self._file.write(rest) :]

    def reserve(self, size: int) -> None:
        with storage_errors():
            if hasattr(os, "posix_fallocate") and size:
                os.posix_fallocate(self._file.fileno(), 0, size)
            self._file.truncate(size)  # NTFS takes the room now; APFS when it is written

    def sync(self) -> None:
        with storage_errors():
            os.fsync(self._file.fileno())

    def close(self) -> None:
        with storage_errors():
            self._file.close()


class Disk:
    def create(self, path: Path) -> OpenFile:
        return self._opened(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)

    def open_to_read(self, path: Path) -> OpenFile:
        return self._opened(path, os.O_RDONLY)

    def open_to_write(self, path: Path) -> OpenFile:
        return self._opened(path, os.O_RDWR)

    def exists(self, path: Path) -> bool:
        with storage_errors():
            return path.exists()

    def rename(self, before: Path, after: Path) -> None:
        with storage_errors():
            before.replace(after)
            _sync_folder(after.parent)

    def remove(self, path: Path) -> None:
        with storage_errors():
            path.unlink(missing_ok=True)
            _sync_folder(path.parent)

    def _opened(self, path: Path, flags: int) -> OpenFile:
        # no link is followed, as a name of ours never is one (Windows has neither flag, and needs O_BINARY)
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        with storage_errors():
            return DiskFile(os.open(path, flags, 0o600))


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # NTFS journals names; a folder cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
