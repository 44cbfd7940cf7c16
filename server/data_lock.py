"""One backend for each data folder: two would pack, scan and evict against each other. `__main__` holds the lock from
start to end; the system lets go of it however the process dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

_NAME = "server.lock"
_TRY_EVERY_S = 0.05


class DataFolderBusy(Exception):
    """Another backend holds the folder."""


class DataLock:
    """DataFolderBusy when the folder is not free within `patience_s`: a backend whose player died is given the time
    to end. OSError where the file cannot be made."""

    def __init__(self, data_dir: Path, *, patience_s: float, on_wait: Callable[[], None]) -> None:
        self._descriptor = os.open(data_dir / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience_s
        has_waited = False
        while not _is_taken(self._descriptor):
            if time.monotonic() >= deadline:
                os.close(self._descriptor)
                raise DataFolderBusy
            if not has_waited:
                on_wait()
                has_waited = True
            time.sleep(_TRY_EVERY_S)

    def close(self) -> None:
        os.close(self._descriptor)


def _is_taken(descriptor: int) -> bool:
    try:
        _lock(descriptor)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
