"""Where does your music live? Three answers, the folder's check, and the way in. GUI thread; disk on the pool."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from player.account.port import ConnectionPhase, ConnectionState, Place, PlaceKind
from player.errors import PlayerError
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.states import bounded_sentence

PROGRESS = {
    ConnectionPhase.STARTING_BACKEND: "Starting the part of Segue that reads your music",
    ConnectionPhase.SIGNING_IN: "Opening your library",
}
DEMO_PROGRESS = "Making the demo library: 24 songs, about half a minute the first time"


@dataclass(frozen=True, slots=True)
class FirstRunState:
    choice: PlaceKind = PlaceKind.FOLDER
    folder: str = ""
    """as it is shown: the home folder is ~"""
    problem: str = ""
    is_busy: bool = False
    progress: str = ""


class FirstRunPresenter(QObject):
    state_changed = Signal(object)
    server_asked = Signal()

    def __init__(self, core: Core, *, home: Path | None = None) -> None:
        super().__init__()
        self._core = core
        self._home = home or Path.home()
        self._folder = self._home / "Music"
        self._scope = GuiScope(core.runtime)
        self._state = FirstRunState(folder=self._shown(self._folder))
        self._scope.listen(core.accounts.subscribe, self._on_connection)

    @property
    def state(self) -> FirstRunState:
        return self._state

    @property
    def folder(self) -> Path:
        return self._folder

    def close(self) -> None:
        self._scope.close()

    def choose(self, kind: PlaceKind) -> None:
        self._show(replace(self._state, choice=kind, problem=""))

    def set_folder(self, folder: Path) -> None:
        self._folder = folder
        self._show(replace(self._state, choice=PlaceKind.FOLDER, folder=self._shown(folder), problem=""))

    def go(self) -> None:
        """'Start listening'."""
        if self._state.is_busy:
            return
        if self._state.choice is PlaceKind.SERVER:
            self.server_asked.emit()
            return
        self._show(replace(self._state, is_busy=True, problem="", progress=""))
        if self._state.choice is PlaceKind.DEMO:
            self._enter(Place(PlaceKind.DEMO))
        else:
            folder = self._folder
            check = self._core.runtime.in_pool(_checking(folder))
            self._scope.run(check, lambda problem: self._checked(folder, problem), self._failed)

    def _checked(self, folder: Path, problem: str) -> None:
        if problem:
            self._show(replace(self._state, is_busy=False, problem=problem))
        else:
            self._enter(Place(PlaceKind.FOLDER, str(folder)))

    def _enter(self, place: Place) -> None:
        self._scope.run(self._core.accounts.connect(place), self._entered, self._failed)

    def _entered(self, _done: None) -> None:
        self._show(replace(self._state, is_busy=False, progress=""))

    def _failed(self, error: PlayerError) -> None:
        self._show(replace(self._state, is_busy=False, progress="", problem=bounded_sentence(error.message)))

    def _on_connection(self, connection: ConnectionState) -> None:
        if self._state.is_busy:
            is_demo = self._state.choice is PlaceKind.DEMO
            starting = connection.phase is ConnectionPhase.STARTING_BACKEND
            progress = DEMO_PROGRESS if is_demo and starting else PROGRESS.get(connection.phase, "")
            self._show(replace(self._state, progress=progress))

    def _shown(self, folder: Path) -> str:
        return f"~/{folder.relative_to(self._home)}" if folder.is_relative_to(self._home) else str(folder)

    def _show(self, state: FirstRunState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


def _checking(folder: Path) -> Callable[[], str]:
    return lambda: folder_problem(folder)


def folder_problem(folder: Path) -> str:
    """Why music cannot be read from `folder`, or nothing. Blocks on the disk."""
    if not folder.exists():
        return f"There is no folder {folder}. Choose another with 'Change'."
    if not folder.is_dir():
        return f"{folder} is a file, not a folder. Choose the folder it is in."
    if not os.access(folder, os.R_OK | os.X_OK):
        return f"Segue may not read {folder}. Change its permissions, or choose another folder."
    return ""
