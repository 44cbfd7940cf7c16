"""The playlists of `fake_service`: ordered edits under a version, all or none, as docs/api.md says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

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
from player.domain.ids import PlaylistId, PlaylistItemId, TrackId
from player.errors import Conflict, NotFound, Rejected

START = datetime(2026, 1, 1, tzinfo=UTC)


class FakePlaylists:
    def __init__(self, find_track: Callable[[TrackId], Track]) -> None:
        self._find_track = find_track
        self._details: dict[PlaylistId, PlaylistDetail] = {}
        self._numbers = count(1)

    def all(self) -> tuple[Playlist, ...]:
        return tuple(self.get(playlist_id).playlist for playlist_id in self._details)

    def get(self, playlist_id: PlaylistId) -> PlaylistDetail:
        """As kept, with the songs as they are now (liked, plays)."""
        detail = self._details.get(playlist_id)
        if detail is None:
            raise NotFound("this playlist is gone")
        items = tuple(replace(item, track=self._find_track(item.track.id)) for item in detail.items)
        return replace(detail, items=items)

    def create(self, name: str, track_ids: Sequence[TrackId]) -> PlaylistDetail:
        if not name.strip():
            raise Rejected("a playlist needs a name", server_code="VALIDATION")
        playlist_id = PlaylistId(f"pl_{next(self._numbers)}")
        playlist = Playlist(playlist_id, name.strip(), "", 0, 0.0, "1", None, START)
        return self._keep(PlaylistDetail(playlist, self._items(track_ids)))

    def rename(self, playlist_id: PlaylistId, version: str, name: str, description: str) -> PlaylistDetail:
        detail = self._at(playlist_id, version)
        if not name.strip():
            raise Rejected("a playlist needs a name", server_code="VALIDATION")
        renamed = replace(detail.playlist, name=name.strip(), description=description, version=_after(version))
        return self._keep(replace(detail, playlist=renamed))

    def edit(self, playlist_id: PlaylistId, version: str, edits: Sequence[PlaylistEdit]) -> PlaylistDetail:
        detail = self._at(playlist_id, version)
        items = list(detail.items)
        for edit in edits:
            items = self._edited(items, edit)
        newer = replace(detail.playlist, version=_after(version))
        return self._keep(PlaylistDetail(newer, tuple(items)))

    def delete(self, playlist_id: PlaylistId, version: str) -> None:
        self._at(playlist_id, version)
        del self._details[playlist_id]

    def _at(self, playlist_id: PlaylistId, version: str) -> PlaylistDetail:
        detail = self.get(playlist_id)
        if detail.playlist.version != version:
            raise Conflict("this playlist was changed elsewhere")
        return detail

    def _items(self, track_ids: Sequence[TrackId]) -> tuple[PlaylistItem, ...]:
        tracks = [self._find_track(track_id) for track_id in track_ids]
        return tuple(PlaylistItem(PlaylistItemId(f"pi_{next(self._numbers)}"), track) for track in tracks)

    def _keep(self, detail: PlaylistDetail) -> PlaylistDetail:
        tracks = [item.track for item in detail.items]
        playlist = replace(
            detail.playlist,
            track_count=len(tracks),
            duration_s=sum(track.duration_s for track in tracks),
            cover=tracks[0].cover if tracks else None,
        )
        kept = replace(detail, playlist=playlist)
        self._details[playlist.id] = kept
        return kept

    def _edited(self, items: list[PlaylistItem], edit: PlaylistEdit) -> list[PlaylistItem]:
        if isinstance(edit, InsertTracks):
            place = _place(items, edit.position)
            return [*items[:place], *self._items(edit.track_ids), *items[place:]]
        taken = [item for item in items if item.id in edit.item_ids]
        if len(taken) != len(set(edit.item_ids)):
            raise Rejected("an item is not in this playlist", server_code="VALIDATION")
        if isinstance(edit, RemoveItems):
            return [item for item in items if item not in taken]
        return _moved(items, taken, edit)


def _moved(items: list[PlaylistItem], taken: list[PlaylistItem], edit: MoveItems) -> list[PlaylistItem]:
    place = _place(items, edit.position)
    before = [item for item in items[:place] if item not in taken]
    after = [item for item in items[place:] if item not in taken]
    return [*before, *taken, *after]


def _place(items: Sequence[PlaylistItem], position: int | None) -> int:
    if position is None:
        return len(items)
    if not 0 <= position <= len(items):
        raise Rejected("the position is outside the playlist", server_code="VALIDATION")
    return position


def _after(version: str) -> str:
    return str(int(version) + 1)
