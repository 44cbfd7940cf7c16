"""How far the reading of the music folder is, as one line. GUI thread.

Asks the service every second while it works and seldom while it rests; says `library_grew` so that pages load again.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from player.account.port import ConnectionPhase, ConnectionState, PlaceKind
from player.domain.catalogue import IngestFailure, IngestPhase, IngestStatus
from player.errors import PlayerError
from ui.bridge import GuiScope
from ui.core import Core
from ui.wording import counted

BUSY_MS = 1000
IDLE_MS = 20_000
GREW_EVERY = 8  # songs between two reloads of what is shown, while the folder is being read


@dataclass(frozen=True, slots=True)
class IngestState:
    is_shown: bool = False
    text: str = ""
    done: int = 0
    total: int = 0
    failures: tuple[IngestFailure, ...] = ()


class IngestPresenter(QObject):
    state_changed = Signal(object)
    library_grew = Signal()

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._scope = GuiScope(core.runtime)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self._songs: int | None = None
        self._dismissed: tuple[IngestFailure, ...] = ()
        self._state = IngestState()
        self._scope.listen(core.accounts.subscribe, self._on_connection)

    @property
    def state(self) -> IngestState:
        return self._state

    def start(self) -> None:
        self._on_connection(self._core.accounts.state)

    def close(self) -> None:
        self._timer.stop()
        self._scope.close()

    def dismiss(self) -> None:
        """The listener has read about the files that could not be read."""
        self._dismissed = self._state.failures
        self._show(IngestState())

    def _on_connection(self, connection: ConnectionState) -> None:
        is_here = connection.place is not None and connection.place.kind is not PlaceKind.SERVER
        if is_here and connection.phase is ConnectionPhase.ONLINE:
            self._timer.start(0)
        else:
            self._timer.stop()
            self._show(IngestState())

    def _ask(self) -> None:
        service = self._core.accounts.service
        if service is not None and service.capabilities.ingest:
            self._scope.run(service.ingest_status(), self._arrived, self._failed)

    def _failed(self, _error: PlayerError) -> None:
        self._timer.start(IDLE_MS)

    def _arrived(self, status: IngestStatus) -> None:
        is_busy = status.phase is not IngestPhase.IDLE
        self._show(present(status, self._dismissed))
        if self._songs is None:
            self._songs = status.songs
        grown = abs(status.songs - self._songs)
        if grown >= GREW_EVERY or (grown and not is_busy):
            self._songs = status.songs
            self.library_grew.emit()
        self._timer.start(BUSY_MS if is_busy else IDLE_MS)

    def _show(self, state: IngestState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


def present(status: IngestStatus, dismissed: tuple[IngestFailure, ...] = ()) -> IngestState:
    match status.phase:
        case IngestPhase.SCANNING:
            found = f", {counted(status.total, 'file')} so far" if status.total else ""
            return IngestState(True, f"Looking through your music folder{found}", 0, 0, status.failures)
        case IngestPhase.ANALYSING:
            text = f"Reading your music: {status.done:,} of {status.total:,}"
            return IngestState(True, text, status.done, status.total, status.failures)
        case _:
            if status.failures and status.failures != dismissed:
                files = counted(len(status.failures), "file")
                return IngestState(True, f"{files} could not be read", 0, 0, status.failures)
            return IngestState()
