"""The playlists and the account at the left. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from player.account.port import ConnectionPhase, ConnectionState
from player.domain.catalogue import InsertTracks, Playlist, PlaylistDetail
from player.domain.ids import PlaylistId, TrackId
from player.errors import PlayerError
from player.service.port import MusicService
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.states import in_one_line
from ui.wording import counted

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
    playlist_changed = Signal(str)
    """songs were added to it from outside its page"""
    told = Signal(str)

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._scope = GuiScope(core.runtime)
        self._playlists: tuple[Playlist, ...] = ()
        self._loads = 0
        self._state = SidebarState()
        self._scope.listen(core.accounts.subscribe, self._on_connection)

    @property
    def state(self) -> SidebarState:
        return self._state

    def start(self) -> None:
        self._on_connection(self._core.accounts.state)

    def close(self) -> None:
        self._scope.close()

    def reload(self) -> None:
        """Ask for the playlists again; what is shown stays until the answer comes."""
        service = self._core.accounts.service
        if service is None:
            return
        self._loads += 1
        load = self._loads

        def arrived(playlists: tuple[Playlist, ...]) -> None:
            if load == self._loads:
                self._playlists = playlists
                self._show(self._core.accounts.state)

        # The account's line already says that the service does not answer.
        self._scope.run(service.playlists(), arrived, err=lambda _error: None)

    def create(self, name: str) -> None:
        service = self._core.accounts.service
        if service is None:
            self.told.emit("Could not make the playlist: Segue is not connected to your music")
            return

        def made(detail: PlaylistDetail) -> None:
            self.reload()
            self.playlist_made.emit(detail.playlist.id)

        self._scope.run(service.create_playlist(name), made, self._telling(f"make {name}"))

    def add_tracks(self, playlist_id: PlaylistId, track_ids: Sequence[TrackId]) -> None:
        """Songs were dropped on a playlist's name."""
        service = self._core.accounts.service
        name = next((each.name for each in self._playlists if each.id == playlist_id), "the playlist")
        if service is None or not track_ids:
            return

        def added(_detail: PlaylistDetail) -> None:
            self.told.emit(f"Added {counted(len(track_ids), 'song')} to {name}")
            self.playlist_changed.emit(playlist_id)
            self.reload()

        work = _append(service, playlist_id, tuple(track_ids))
        self._scope.run(work, added, self._telling(f"add to {name}"))

    def _telling(self, attempt: str) -> Callable[[PlayerError], None]:
        return lambda error: self.told.emit(in_one_line(error, attempt))

    def _on_connection(self, state: ConnectionState) -> None:
        if state.phase is ConnectionPhase.SIGNED_OUT:
            self._playlists = ()
        self._show(state)
        if state.phase is ConnectionPhase.ONLINE:
            self.reload()

    def _show(self, connection: ConnectionState) -> None:
        profile, service = connection.profile, self._core.accounts.service
        phase = PHASES[connection.phase]
        state = SidebarState(
            account=(profile.display_name or profile.username) if profile else "Not signed in",
            standing=f"{profile.plan.capitalize()} · {phase}" if profile and profile.plan else phase,
            phase=connection.phase,
            can_create=service is not None and service.capabilities.playlists_edit,
            playlists=self._playlists,
        )
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


async def _append(service: MusicService, playlist_id: PlaylistId, track_ids: tuple[TrackId, ...]) -> PlaylistDetail:
    now = await service.playlist(playlist_id)
    return await service.edit_playlist(playlist_id, version=now.playlist.version, edits=[InsertTracks(track_ids)])
