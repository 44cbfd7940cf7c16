"""What can be done with songs from any list: play, queue, like, keep in a playlist. One for the whole window.

Pages, menus and the sidebar call it in the GUI thread; failures come back as one line in `told`. A like shows at
once everywhere through `liked_changed` and is taken back the same way when the service refuses.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from player.account.port import Accounts, ConnectionPhase, ConnectionState
from player.domain.catalogue import Album, Artist, InsertTracks, Playlist, PlaylistDetail, Track
from player.domain.ids import PlaylistId, TrackId
from player.domain.playback import QueueSource
from player.errors import PlayerError
from player.playback.port import Playback
from player.service.port import Capabilities, MusicService
from ui.bridge import GuiScope
from ui.presenters.states import in_one_line
from ui.wording import counted, plain

Gathered = tuple[Sequence[Track], QueueSource]
NO_CONNECTION = "there is no connection"


class SongActions(QObject):
    told = Signal(str)
    liked_changed = Signal(object, bool)
    """track ids that were liked or not, as a frozenset"""
    playlists_changed = Signal(object)
    """all playlists, after every change made or read here"""
    playlist_edited = Signal(str)
    """songs were added to it from elsewhere: its page reads it again"""
    connected = Signal()
    """the service answers (again): pages that could not load do so now"""

    def __init__(self, accounts: Accounts, playback: Playback, scope: GuiScope) -> None:
        super().__init__()
        self._accounts = accounts
        self._playback = playback
        self._scope = scope
        self._playlists: tuple[Playlist, ...] = ()
        self._is_online = accounts.state.phase is ConnectionPhase.ONLINE
        scope.listen(accounts.subscribe, self._on_connection)

    @property
    def playlists(self) -> tuple[Playlist, ...]:
        return self._playlists

    @property
    def capabilities(self) -> Capabilities:
        service = self._accounts.service
        return Capabilities() if service is None else service.capabilities

    def close(self) -> None:
        self._scope.close()

    # ---- playback

    def play(self, tracks: Sequence[Track], start: int, source: QueueSource | None) -> None:
        if tracks:
            self._run(self._playback.play(tuple(tracks), start=start, source=source), "play this")

    def play_shuffled(self, tracks: Sequence[Track], source: QueueSource | None) -> None:
        if tracks:
            start = random.randrange(len(tracks))  # noqa: S311 - any song may come first; nothing is secret here
            self._run(self._play_shuffled(tuple(tracks), start, source), "play this")

    async def _play_shuffled(self, tracks: tuple[Track, ...], start: int, source: QueueSource | None) -> None:
        await self._playback.set_shuffled(True)
        await self._playback.play(tracks, start=start, source=source)

    def enqueue(self, tracks: Sequence[Track], *, is_next: bool) -> None:
        if not tracks:
            return
        what = plain(tracks[0].title, 80) if len(tracks) == 1 else counted(len(tracks), "song")
        said = f"{what} plays next" if is_next else f"Added {what} to the queue"
        work = self._playback.enqueue(tuple(tracks), is_next=is_next)
        self._run(work, "queue this", lambda _: self.told.emit(said))

    def toggle(self) -> None:
        self._run(self._playback.toggle(), "pause")

    def play_item(self, item: Album | Artist | Playlist | Track) -> None:
        """A card's play button: its songs are asked for, then played."""
        if isinstance(item, Track):
            self.play([item], 0, QueueSource("song", item.id, item.title))
        else:
            self._with_service(lambda service: _gathered(service, item), "play this", self._play_gathered)

    def enqueue_item(self, item: Album | Artist | Playlist | Track, *, is_next: bool) -> None:
        if isinstance(item, Track):
            self.enqueue([item], is_next=is_next)
        else:
            self._with_service(
                lambda service: _gathered(service, item),
                "queue this",
                lambda gathered: self.enqueue(gathered[0], is_next=is_next),
            )

    def _play_gathered(self, gathered: Gathered) -> None:
        tracks, source = gathered
        if tracks:
            self.play(tracks, 0, source)
        else:
            self.told.emit(f"{plain(source.title, 80)} holds no songs yet")

    # ---- what a listener keeps

    def set_liked(self, tracks: Sequence[Track], is_liked: bool) -> None:
        ids = frozenset(track.id for track in tracks)
        if not ids:
            return
        self.liked_changed.emit(ids, is_liked)

        def failed(error: PlayerError | None) -> None:
            self.liked_changed.emit(ids, not is_liked)
            self._tell("like this" if is_liked else "take the like back", error)

        service = self._accounts.service
        if service is None:
            failed(None)
        else:
            self._scope.run(_like_all(service, tuple(ids), is_liked), None, failed)

    def refresh_playlists(self) -> None:
        service = self._accounts.service
        if service is not None:  # lists of playlists keep what they show while there is no connection
            self._scope.run(service.playlists(), self._took_playlists, lambda _error: None)

    def add_to_playlist(self, playlist: Playlist, tracks: Sequence[Track]) -> None:
        if not tracks:
            return
        what = plain(tracks[0].title, 80) if len(tracks) == 1 else counted(len(tracks), "song")
        name = plain(playlist.name, 80)

        def added(_: PlaylistDetail) -> None:
            self.told.emit(f"Added {what} to {name}")
            self.playlist_edited.emit(playlist.id)
            self.refresh_playlists()

        ids = tuple(track.id for track in tracks)
        self._with_service(lambda service: _append(service, playlist.id, ids), f"add to {name}", added)

    def create_playlist(
        self, name: str, tracks: Sequence[Track] = (), then: Callable[[PlaylistId], None] | None = None
    ) -> None:
        def created(detail: PlaylistDetail) -> None:
            self.refresh_playlists()
            if then is not None:
                then(detail.playlist.id)

        ids = [track.id for track in tracks]
        self._with_service(lambda service: service.create_playlist(name, ids), "make the playlist", created)

    def new_playlist_name(self) -> str:
        """'My playlist', or the first of 'My playlist 2', 3, ... that is free."""
        taken = {playlist.name for playlist in self._playlists}
        number = 1
        while (name := "My playlist" if number == 1 else f"My playlist {number}") in taken:
            number += 1
        return name

    # ---- how work is run and told

    def _took_playlists(self, playlists: tuple[Playlist, ...]) -> None:
        if playlists != self._playlists:
            self._playlists = playlists
            self.playlists_changed.emit(playlists)

    def _on_connection(self, state: ConnectionState) -> None:
        was_online, self._is_online = self._is_online, state.phase is ConnectionPhase.ONLINE
        if self._is_online and not was_online:
            self.refresh_playlists()
            self.connected.emit()

    def _with_service(
        self,
        call: Callable[[MusicService], Coroutine[Any, Any, Any]],
        attempt: str,
        ok: Callable[[Any], None] | None = None,
    ) -> None:
        service = self._accounts.service
        if service is None:
            self._tell(attempt, None)
        else:
            self._run(call(service), attempt, ok)

    def _run(self, work: Coroutine[Any, Any, Any], attempt: str, ok: Callable[[Any], None] | None = None) -> None:
        self._scope.run(work, ok, lambda error: self._tell(attempt, error))

    def _tell(self, attempt: str, error: PlayerError | None) -> None:
        self.told.emit(in_one_line(error, attempt) if error else f"Could not {attempt}: {NO_CONNECTION}")


async def _gathered(service: MusicService, item: Album | Artist | Playlist) -> Gathered:
    if isinstance(item, Album):
        return (await service.album(item.id)).tracks, QueueSource("album", item.id, item.title)
    if isinstance(item, Artist):
        return (await service.artist(item.id)).top_tracks, QueueSource("artist", item.id, item.name)
    detail = await service.playlist(item.id)
    return tuple(row.track for row in detail.items), QueueSource("playlist", item.id, item.name)


async def _like_all(service: MusicService, ids: Sequence[TrackId], is_liked: bool) -> None:
    for track_id in ids:
        await service.set_liked(track_id, is_liked)


async def _append(service: MusicService, playlist_id: PlaylistId, ids: tuple[TrackId, ...]) -> PlaylistDetail:
    """Against the newest version: adding at the end fits whatever others did meanwhile."""
    newest = await service.playlist(playlist_id)
    return await service.edit_playlist(playlist_id, version=newest.playlist.version, edits=[InsertTracks(ids, None)])
