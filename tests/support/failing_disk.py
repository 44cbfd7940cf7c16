"""A disk in memory that fails where a test says, and counts the steps that change it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

from player.offline.files import OpenFile, storage_errors


class MemoryFile:
    def __init__(self, disk: MemoryDisk, data: bytearray) -> None:
        self._disk = disk
        self.data = data

    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int) -> bytes:
        return bytes(self.data[offset : offset + length])

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        self._disk.step("write")
        self.data[offset : offset + len(data)] = data

    def reserve(self, size: int) -> None:
        self._disk.step("reserve")
        self.data[len(self.data) :] = bytes(max(0, size - len(self.data)))
        del self.data[size:]

    def sync(self) -> None:
        self._disk.step("sync")

    def close(self) -> None:
        pass


class MemoryDisk:
    """`fails_at` counts the steps that change something; the one of that number raises `number`, as do all after it
    until `mend`."""

    def __init__(self, *, fails_at: int | None = None, number: int = errno.ENOSPC) -> None:
        self.files: dict[Path, bytearray] = {}
        self.steps = 0
        self._fails_at = fails_at
        self._number = number
        self.on_step: Callable[[str], None] = lambda _: None

    def mend(self) -> None:
        self._fails_at = None

    def step(self, what: str) -> None:
        self.steps += 1
        self.on_step(what)
        if self._fails_at is not None and self.steps >= self._fails_at:
            with storage_errors():
                raise OSError(self._number, "made to fail")

    def create(self, path: Path) -> OpenFile:
        self.step("create")
        self.files[path] = bytearray()
        return MemoryFile(self, self.files[path])

    def open_to_read(self, path: Path) -> OpenFile:
        with storage_errors():
            if path not in self.files:
                raise OSError(errno.ENOENT, "not there")
            return MemoryFile(self, self.files[path])

    def open_to_write(self, path: Path) -> OpenFile:
        return self.open_to_read(path)

    def exists(self, path: Path) -> bool:
        return path in self.files

    def rename(self, before: Path, after: Path) -> None:
        self.step("rename")
        self.files[after] = self.files.pop(before)

    def remove(self, path: Path) -> None:
        self.step("remove")
        self.files.pop(path, None)
