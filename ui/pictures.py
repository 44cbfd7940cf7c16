"""Pictures of the window's pages, dark and light, for the README and for looking at. GUI thread; ui/app.py.

It goes through the pages as a listener would, waits for what is shown to be there, and grabs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from ui.theme.theme import Theme
from ui.window import Window

SETTLE_MS = 1500  # covers come and fade in; a picture is no race


class Pictures(QObject):
    finished = Signal()

    def __init__(self, window: Window, theme: Theme, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._folder = folder
        shell = window.shell
        self._steps: list[tuple[str, Callable[[], None]]] = [
            ("home-dark", lambda: self._look("dark", "none", shell.router.open_home)),
            ("library-dark", lambda: self._look("dark", "queue", lambda: shell.router.open_library("albums"))),
            ("songs-dark", lambda: self._look("dark", "stream", lambda: shell.router.open_library("songs"))),
            ("home-light", lambda: self._look("light", "none", shell.router.open_home)),
            ("library-light", lambda: self._look("light", "queue", lambda: shell.router.open_library("albums"))),
        ]

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        QTimer.singleShot(SETTLE_MS, self._next)

    def _next(self) -> None:
        if not self._steps:
            self.finished.emit()
            return
        name, prepare = self._steps.pop(0)
        prepare()
        QTimer.singleShot(SETTLE_MS, lambda: self._grab(name))

    def _look(self, mode: str, panel: str, go: Callable[[], None]) -> None:
        self._theme.set_mode(mode)
        self._window.shell.show_panel(panel)
        go()

    def _grab(self, name: str) -> None:
        self._window.grab().save(str(self._folder / f"{name}.png"))
        self._next()
