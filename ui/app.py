"""Runs the window: the QApplication, its look, and the order of quitting. Called by main.py in the main thread."""

from __future__ import annotations

import locale
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from player import settings
from player.clock import SystemClock
from ui.collector import Collector
from ui.core import Core
from ui.theme.theme import Theme
from ui.window import Window

log = logging.getLogger("ui")

SIGNAL_CHECK_MS = 250  # Python sees Ctrl+C only while its own code runs: let it, four times a second


def run_window(
    core: Core,
    *,
    screenshots: Path | None = None,
    on_shown: Callable[[Window, Theme], None] | None = None,
) -> int:
    """Shows the window until it is closed; the exit status. The caller stops playback and the runtime afterwards:
    no view listens any more. `screenshots` takes pictures of every page into that folder and closes.
    `on_shown` runs once the window is on the screen."""
    app = build_application()
    missing: list[str] = []
    collector = Collector(app)
    theme = Theme(app, mode=core.settings.get(settings.THEME), text_scale=core.settings.get(settings.TEXT_SCALE))
    window = Window(core, theme, SystemClock())
    app.aboutToQuit.connect(window.close_parts)
    _quit_on_interrupt(app)
    window.show()
    window.start()
    if on_shown is not None:
        QTimer.singleShot(0, lambda: on_shown(window, theme))
    if screenshots is not None:
        from ui.pictures import Pictures

        pictures = Pictures(core, window, theme, screenshots)
        pictures.finished.connect(missing.append)
        pictures.finished.connect(window.close)
        pictures.start()
    status = app.exec()
    for name in filter(None, missing):
        log.error("the pictures end early: %s did not come about", name)
        status = 1
    window.close_parts()
    window.deleteLater()
    app.processEvents()
    collector.stop()
    return status


def build_application() -> QApplication:
    """The application in Fusion, which the stylesheet is written for. Qt takes the system's locale for numbers when
    it starts; libmpv refuses to start unless they are read as in C."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    locale.setlocale(locale.LC_NUMERIC, "C")
    app.setApplicationName("Segue")
    app.setApplicationDisplayName("")
    app.setDesktopFileName("segue")
    app.setStyle("Fusion")
    return app


def _quit_on_interrupt(app: QApplication) -> None:
    signal.signal(signal.SIGINT, lambda _number, _frame: app.quit())
    signal.signal(signal.SIGTERM, lambda _number, _frame: app.quit())
    timer = QTimer(app, interval=SIGNAL_CHECK_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
