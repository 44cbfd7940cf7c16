"""The window's surroundings without a network or sound: a runtime, the fakes, and a theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.playback import QueueSource
from player.runtime import Runtime
from player.settings import Settings
from tests.support.fake_accounts import FakeAccounts
from tests.support.fake_playback import FakePlayback
from tests.support.fake_service import FakeService
from ui.core import Core
from ui.theme.theme import Theme
from ui.window import Window

SOURCE = QueueSource("album", "al_1", "Night Ferry")


@dataclass
class World:
    core: Core
    service: FakeService
    accounts: FakeAccounts
    playback: FakePlayback
    qtbot: QtBot

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(self.service.catalogue.tracks)

    def do(self, work: Any) -> None:
        """Run a command of a port on the loop and wait until it is taken."""
        future: Future[Any] = self.core.runtime.call(work)
        future.result(5)

    def play(self, count: int = 6, start: int = 0) -> None:
        self.do(self.playback.play(self.tracks[:count], start=start, source=SOURCE))

    def until(self, claim: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(claim, timeout=20_000)


@pytest.fixture
def runtime(collected_here: None) -> Iterator[Runtime]:
    runtime = Runtime()
    runtime.start()
    yield runtime
    runtime.stop()


@pytest.fixture
def world(runtime: Runtime, qtbot: QtBot) -> World:
    service, playback = FakeService(), FakePlayback()
    accounts = FakeAccounts(service)
    core = Core(runtime, accounts, playback, Settings({"ui.theme": "dark"}))
    return World(core, service, accounts, playback, qtbot)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    qapp.setStyle("Fusion")
    theme = Theme(qapp, mode="dark")
    theme.reduces_motion = True
    yield theme
    qapp.setStyleSheet("")


@pytest.fixture
def window(world: World, theme: Theme) -> Iterator[Window]:
    window = Window(world.core, theme, SystemClock())
    window.show()
    window.activateWindow()
    world.until(window.isActiveWindow)
    window.start()
    world.until(lambda: window.shell.router.route is not None)
    yield window
    window.close()
    window.deleteLater()
