"""The playlists and the account at the left. GUI thread. What is done with playlists is `SongActions`'."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from player.account.port import ConnectionPhase, ConnectionState
from player.domain.catalogue import Playlist
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.song_actions import SongActions

PHASES = {
    ConnectionPhase.SIGNED_OUT: "Signed out",
    ConnectionPhase.STARTING_BACKEND: "Starting",
    ConnectionPhase.SIGNING_IN: "Signing in",
    ConnectionPhase.ONLINE: "Online",
    ConnectionPhase.RECONNECTING: "Reconnecting",
}


@dataclass(frozen=True, slots=True)
class SidebarState:
    account: str = "Not signed in"
    standing: str = "Signed out"
    """plan and connection: 'Premium · Online'"""
    phase: ConnectionPhase = ConnectionPhase.SIGNED_OUT
    can_create: bool = False
    playlists: tuple[Playlist, ...] = ()

    @property
    def initial(self) -> str:
        return self.account[:1].upper()


class SidebarPresenter(QObject):
    state_changed = Signal(object)
    playlist_made = Signal(str)
    """its id: the window opens it"""

    def __init__(self, core: Core, actions: SongActions) -> None:
        super().__init__()
        self._core = core
        self._actions = actions
        self._scope = GuiScope(core.runtime)
        self._state = SidebarState()
        self._scope.listen(core.accounts.subscribe, self._show)
        actions.playlists_changed.connect(self._on_playlists)

    @property
    def state(self) -> SidebarState:
        return self._state

    def start(self) -> None:
        self._show(self._core.accounts.state)
        self._actions.refresh_playlists()

    def close(self) -> None:
        self._scope.close()

    def create_playlist(self) -> None:
        """A new one under a free name; its page lets the listener change it."""
        self._actions.create_playlist(self._actions.new_playlist_name(), then=self.playlist_made.emit)

    def _on_playlists(self, _playlists: tuple[Playlist, ...]) -> None:
        self._show(self._core.accounts.state)

    def _show(self, connection: ConnectionState) -> None:
        profile, phase = connection.profile, PHASES[connection.phase]
        state = SidebarState(
            account=(profile.display_name or profile.username) if profile else "Not signed in",
            standing=f"{profile.plan.capitalize()} · {phase}" if profile and profile.plan else phase,
            phase=connection.phase,
            can_create=self._actions.capabilities.playlists_edit,
            playlists=self._actions.playlists if profile else (),
        )
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
