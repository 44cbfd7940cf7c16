"""Settings on the disk. `load` runs once at start; then every change is written from a pool thread: the setter is
mostly the window's thread, which never waits for the disk. Changes that come meanwhile go out together."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable

from player.errors import CacheError
from player.library.database import LocalDatabase
from player.settings import Settings

log = logging.getLogger("library")

Submit = Callable[[Callable[[], None]], None]
"""Runs the work soon on a thread that may wait for the disk."""


class SettingsStore:
    def __init__(self, database: LocalDatabase, submit: Submit) -> None:
        self._database = database
        self._submit = submit
        self._pending: dict[str, object] = {}
        self._is_submitted = False
        self._lock = threading.Lock()

    def load(self) -> Settings:
        """The kept settings, from now on followed. A value that cannot be read is dropped: the default holds."""
        stored: dict[str, object] = {}
        for key, text in self._database.read("SELECT key, value FROM settings"):
            try:
                stored[str(key)] = json.loads(str(text))
            except ValueError:
                log.info("the setting %s was unreadable; its default holds", key)
        settings = Settings(stored)
        settings.subscribe(self._changed)
        return settings

    def _changed(self, key: str, value: object) -> None:
        with self._lock:
            self._pending[key] = value
            is_first, self._is_submitted = not self._is_submitted, True
        if is_first:
            self._submit(self.flush)

    def flush(self) -> None:
        """Write what is pending; main.py calls it once more when it quits. A failed write is tried again with
        the next change."""
        with self._lock:
            pending, self._pending = self._pending, {}
            self._is_submitted = False
        if not pending:
            return
        try:
            with self._database.transaction() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)",
                    [(key, json.dumps(value)) for key, value in pending.items()],
                )
        except CacheError as error:
            log.warning("settings could not be kept: %s", error.message)
            with self._lock:
                self._pending = {**pending, **self._pending}
