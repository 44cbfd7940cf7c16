"""One Segue for each data folder: two would write one queue and run two backends on one database. main.py holds the
lock from start to end; the system lets go of it however the program dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from player.errors import AlreadyRunning, CacheError


class InstanceLock:
    def __init__(self, path: Path) -> None:
        """AlreadyRunning where another Segue holds the folder; CacheError where the file cannot be made."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CacheError(f"the folder {path.parent} cannot be used: {error.strerror}") from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise AlreadyRunning(f"Segue is already running with the data folder {path.parent.parent}") from error

    def release(self) -> None:
        os.close(self._descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
