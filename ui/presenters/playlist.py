"""One playlist and its edits: shown at once, sent one after another, rolled back when the service refuses.

Made by PlaylistPage. Each edit names the version it was made against. When somebody else was first (Conflict), the
playlist is read again and the edit is tried on what is there now, a bounded number of times.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Signal

from player.account.port import Accounts
from player.domain.catalogue import (
    InsertTracks,
    MoveItems,
    Playlist,
    PlaylistDetail,
    PlaylistEdit,
    PlaylistItem,
    RemoveItems,
    Track,
)
from player.domain.ids import PlaylistId, PlaylistItemId
from player.domain.playback import QueueSource
from player.errors import Conflict, PlayerError
from player.runtime import Scope
from player.service.port import MusicService
from ui.presenters.playlist_edits import applied, still_possible
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Ready, ViewState, in_one_line
from ui.wording import counted, dotted, long_time

CONFLICT_TRIES = 3


@dataclass(frozen=True, slots=True)
class PlaylistView:
    playlist: Playlist
    items: tuple[PlaylistItem, ...]
    can_edit: bool

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(item.track for item in self.items)

    @property
    def figures(self) -> str:
        seconds = sum(item.track.duration_s for item in self.items)
        return dotted(counted(len(self.items), "song"), long_time(seconds) if self.items else None)

    @property
    def source(self) -> QueueSource:
        return QueueSource("playlist", self.playlist.id, self.playlist.name)


@dataclass(frozen=True, slots=True)
class _Pending:
    edit: PlaylistEdit
    attempt: str
    """what the listener did, for the sentence that tells of a failure"""
    tries: int = 1


class PlaylistPresenter(PagePresenter):
    removed = Signal(str, object)
    """a sentence and the call that brings the songs back"""
    list_changed = Signal()
    """name or existence changed: lists of playlists read again"""
    deleted = Signal(object)
    """the PlaylistView as it was"""

    def __init__(self, accounts: Accounts, scope: Scope) -> None:
        super().__init__(accounts, scope)
        self._playlist: PlaylistId | None = None
        self._confirmed: PlaylistDetail | None = None
        self._pending: deque[_Pending] = deque()
        self._is_sending = False

    def open(self, playlist_id: PlaylistId) -> None:
        self._playlist = playlist_id
        self._confirmed = None
        self._pending.clear()
        self._fetch(lambda service: service.playlist(playlist_id), self._took, "this playlist")

    def reload(self) -> None:
        if (playlist_id := self._playlist) is not None and not self._pending:
            self._fetch(lambda service: service.playlist(playlist_id), self._took, "this playlist", keeps=True)

    def move(self, item_ids: Sequence[PlaylistItemId], position: int | None) -> None:
        if item_ids:
            self._edit(MoveItems(tuple(item_ids), position), "move the songs")

    def insert(self, tracks: Sequence[Track], position: int | None) -> None:
        if tracks:
            self._edit(InsertTracks(tuple(track.id for track in tracks), position), "add the songs")

    def remove(self, item_ids: Sequence[PlaylistItemId]) -> None:
        view = self._view()
        if view is None:
            return
        wanted = set(item_ids)
        gone = [(place, item.track) for place, item in enumerate(view.items) if item.id in wanted]
        if not gone:
            return
        self._edit(RemoveItems(tuple(item_ids)), "remove the songs")
        what = gone[0][1].title if len(gone) == 1 else counted(len(gone), "song")
        self.removed.emit(f"Removed {what}", self._bring_back(gone))

    def rename(self, name: str, description: str) -> None:
        detail = self._confirmed
        if detail is None or not name.strip():
            self._show_present()
            return
        playlist = detail.playlist
        if (name.strip(), description.strip()) == (playlist.name, playlist.description):
            return
        shown = replace(playlist, name=name.strip(), description=description.strip())
        self._show(Ready(PlaylistView(shown, self._items(), self._can_edit)))
        self._ask(
            lambda service: service.rename_playlist(
                playlist.id, version=playlist.version, name=shown.name, description=shown.description
            ),
            self._renamed,
            "rename the playlist",
        )

    def delete(self) -> None:
        view = self._view()
        if view is None:
            return
        playlist = view.playlist

        def gone(_: None) -> None:
            self.deleted.emit(view)
            self.list_changed.emit()

        self._ask(
            lambda service: service.delete_playlist(playlist.id, version=playlist.version),
            gone,
            f"delete {playlist.name}",
        )

    def _bring_back(self, gone: list[tuple[int, Track]]) -> Callable[[], None]:
        playlist_id = self._playlist

        def undo() -> None:
            if playlist_id == self._playlist:
                for place, track in gone:
                    self.insert([track], place)

        return undo

    def _ask(self, call: Callable[[MusicService], Any], ok: Callable[[Any], None], attempt: str) -> None:
        service = self.service
        if service is None:
            self._refused(attempt, None)
            return
        self._scope.run(call(service), ok, lambda error: self._refused(attempt, error))

    def _refused(self, attempt: str, error: PlayerError | None) -> None:
        self.told.emit(in_one_line(error, attempt) if error else f"Could not {attempt}: there is no connection")
        self._show_present()
        if isinstance(error, Conflict):
            self.reload()

    def _renamed(self, detail: PlaylistDetail) -> None:
        self._adopt(detail)
        self.list_changed.emit()

    def _edit(self, edit: PlaylistEdit, attempt: str) -> None:
        if self._confirmed is None:
            return
        self._pending.append(_Pending(edit, attempt))
        self._show_present()
        self._send_next()

    def _send_next(self) -> None:
        detail = self._confirmed
        if self._is_sending or not self._pending or detail is None:
            return
        pending, service = self._pending[0], self.service
        if service is None:
            self._drop(pending, None)
            return
        self._is_sending = True
        playlist = detail.playlist
        self._scope.run(
            service.edit_playlist(playlist.id, version=playlist.version, edits=[pending.edit]),
            lambda answer: self._edited(pending, answer),
            lambda error: self._not_edited(pending, error),
        )

    def _edited(self, pending: _Pending, answer: PlaylistDetail) -> None:
        self._is_sending = False
        if self._is_first(pending):
            self._pending.popleft()
            self._adopt(answer)
            self.list_changed.emit()
        self._send_next()

    def _not_edited(self, pending: _Pending, error: PlayerError) -> None:
        self._is_sending = False
        if not self._is_first(pending):
            self._send_next()
        elif isinstance(error, Conflict) and pending.tries < CONFLICT_TRIES:
            self._read_again(pending)
        else:
            self._drop(pending, error)

    def _read_again(self, pending: _Pending) -> None:
        service, playlist_id = self.service, self._playlist
        if service is None or playlist_id is None:
            self._drop(pending, None)
            return
        self._is_sending = True
        self._scope.run(
            service.playlist(playlist_id),
            lambda detail: self._reapply(pending, detail),
            lambda error: self._not_edited(replace(pending, tries=CONFLICT_TRIES), error),
        )

    def _reapply(self, pending: _Pending, detail: PlaylistDetail) -> None:
        self._is_sending = False
        if not self._is_first(pending):
            self._send_next()
            return
        edit = still_possible(detail.items, pending.edit)
        if edit is None:
            self._pending.popleft()
            self.told.emit("The playlist was changed elsewhere; it is shown as it is now")
        else:
            self._pending[0] = replace(pending, edit=edit, tries=pending.tries + 1)
        self._adopt(detail)
        self._send_next()

    def _is_first(self, pending: _Pending) -> bool:
        """False when another playlist was opened while the answer was on its way."""
        return bool(self._pending) and self._pending[0].edit is pending.edit

    def _drop(self, pending: _Pending, error: PlayerError | None) -> None:
        if self._is_first(pending):
            self._pending.popleft()
        self._refused(pending.attempt, error)
        self._send_next()

    def _took(self, detail: PlaylistDetail) -> ViewState[Any]:
        self._confirmed = detail
        return Ready(self._present(detail))

    def _adopt(self, detail: PlaylistDetail) -> None:
        if detail.playlist.id == self._playlist:
            self._show(self._took(detail))

    def _show_present(self) -> None:
        if self._confirmed is not None:
            self._show(Ready(self._present(self._confirmed)))

    def _present(self, detail: PlaylistDetail) -> PlaylistView:
        return PlaylistView(detail.playlist, self._items(), self._can_edit)

    def _items(self) -> tuple[PlaylistItem, ...]:
        items = () if self._confirmed is None else self._confirmed.items
        for pending in self._pending:
            items = applied(items, pending.edit)
        return items

    @property
    def _can_edit(self) -> bool:
        return self.service is not None and self.service.capabilities.playlists_edit

    def _view(self) -> PlaylistView | None:
        return None if self._confirmed is None else self._present(self._confirmed)
