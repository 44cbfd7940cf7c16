"""Where bytes lie that are not rows: covers, packaged segments. Today local files, tomorrow an object store; only
this module knows. Called from request threads and job threads alike.

A key is made of parts joined by '/', each part of letters, digits, '.', '_' and '-', never starting with '.': a key
can neither leave the root nor name a temporary file. Callers build keys from ids and hashes, not from what users
typed; a key outside the alphabet is a bug and raises ValueError.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_TEMPORARY_PREFIX = "."


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size_bytes: int
    used_at_s: float
    """when last written or touched, UTC seconds"""


class Storage(Protocol):
    def read(self, key: str) -> bytes | None:
        """The whole object, or None where there is none."""
        ...

    def write(self, key: str, data: bytes, *, is_durable: bool = False) -> None:
        """Readers see the old object or the new one, never a part. `is_durable` waits for the disk: for what
        cannot be made again."""
        ...

    def delete(self, key: str) -> None:
        """Deleting what is not there is no error."""
        ...

    def size(self, key: str) -> int | None: ...

    def touch(self, key: str) -> None:
        """Marks the object as used now, for least-recently-used eviction."""
        ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object under the folder `prefix`, in no particular order."""
        ...


class LocalStorage:
    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def read(self, key: str) -> bytes | None:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, key: str, data: bytes, *, is_durable: bool = False) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=_TEMPORARY_PREFIX, dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                if is_durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def size(self, key: str) -> int | None:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def touch(self, key: str) -> None:
        try:
            os.utime(self._path(key))
        except FileNotFoundError:
            return

    def list(self, prefix: str) -> Iterator[StoredObject]:
        root = self._path(prefix)
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                if name.startswith(_TEMPORARY_PREFIX):
                    continue
                try:
                    status = path.stat()
                except FileNotFoundError:  # evicted by another thread meanwhile
                    continue
                key = path.relative_to(self._root).as_posix()
                yield StoredObject(key, status.st_size, status.st_mtime)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self._root / key
