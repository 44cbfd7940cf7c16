"""Whether the listener is inside: at start, after signing in or out, and when the sign-in ends. GUI thread.

The window shows one of four faces for it: connecting, first run, sign-in, or the player itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from player import settings
from player.account.port import ConnectionPhase, ConnectionState, PlaceKind
from player.errors import AuthError, PlayerError
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.states import bounded_sentence


class Face(StrEnum):
    CONNECTING = "connecting"
    UNREACHABLE = "unreachable"
    """the place is known and does not answer; `message` says why"""
    FIRST_RUN = "first_run"
    SIGN_IN = "sign_in"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class EntranceState:
    face: Face
    message: str = ""


class EntrancePresenter(QObject):
    state_changed = Signal(object)

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._scope = GuiScope(core.runtime)
        self._state = EntranceState(Face.CONNECTING)
        self._scope.listen(core.accounts.subscribe, self._on_connection)

    @property
    def state(self) -> EntranceState:
        return self._state

    def start(self) -> None:
        """Enter the place of last time, or ask where the music lives."""
        if self._core.accounts.state.profile is not None:
            self._show(EntranceState(Face.INSIDE))
            return
        self._show(EntranceState(Face.CONNECTING))
        self._scope.run(self._core.accounts.resume(), self._resumed, self._failed)

    def choose_place(self) -> None:
        self._show(EntranceState(Face.FIRST_RUN))

    def sign_in_to_server(self) -> None:
        self._show(EntranceState(Face.SIGN_IN))

    def sign_out(self) -> None:
        self._scope.run(self._core.accounts.sign_out(), err=lambda _error: self.choose_place())

    def close(self) -> None:
        self._scope.close()

    def _resumed(self, was_remembered: bool) -> None:
        if not was_remembered:
            self._ask_again("")

    def _failed(self, error: PlayerError) -> None:
        if isinstance(error, AuthError):
            self._ask_again("Your sign-in is over. Sign in again to go on.")
        else:
            self._show(EntranceState(Face.UNREACHABLE, bounded_sentence(error.message)))

    def _ask_again(self, message: str) -> None:
        is_server = self._core.settings.get(settings.PLACE_KIND) == PlaceKind.SERVER.value
        self._show(EntranceState(Face.SIGN_IN if is_server else Face.FIRST_RUN, message))

    def _on_connection(self, connection: ConnectionState) -> None:
        if connection.profile is not None and connection.phase is ConnectionPhase.ONLINE:
            self._show(EntranceState(Face.INSIDE))
        elif connection.phase is ConnectionPhase.SIGNED_OUT and self._state.face is Face.INSIDE:
            self._ask_again("")

    def _show(self, state: EntranceState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
