"""Segue's own backend as a MusicService (docs/api.md). Made by `player.account` once signed in; used by presenters,
playback and main.py through the port; runs on the `net` loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from player.domain.catalogue import (
    Album,
    AlbumDetail,
    Artist,
    ArtistDetail,
    Genre,
    IngestStatus,
    InsertTracks,
    Lyrics,
    MoveItems,
    Page,
    Playlist,
    PlaylistDetail,
    PlaylistEdit,
    Profile,
    SearchResults,
    Shelf,
    Track,
)
from player.domain.ids import AlbumId, ArtistId, CoverId, PlaylistId, TrackId
from player.errors import NotFound, ProtocolError
from player.network.client import MEDIA_TIMEOUT
from player.service.port import Capabilities, PlayEvent, StreamDocument
from player.service.segue import parsing
from player.service.segue.fields import Fields, parse_json
from player.service.segue.wire import SegueWire, path_of

T = TypeVar("T")

COVER_LIMIT_BYTES = 4 * 1024 * 1024
PLAYLIST_LIMIT_BYTES = 1024 * 1024
STREAM_S = 10.0  # a master playlist is 2 KB, and the music waits for it
WAVEFORM_BYTES = 1000
PAGE_MOST = 500
EVENTS_MOST = 100
PICTURE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class SegueService:
    """Whether the listener may add music is known from the first `me` on."""

    def __init__(self, wire: SegueWire, *, name: str = "Segue") -> None:
        self._wire = wire
        self._name = name
        self._capabilities = Capabilities(
            adaptive=True, lyrics=True, likes=True, playlists_edit=True, play_events=True
        )

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    # ---- browsing

    async def me(self) -> Profile:
        profile = parsing.profile(await self._wire.get_json("/me"))
        self._capabilities = replace(self._capabilities, ingest=profile.is_owner)
        return profile

    async def home(self) -> tuple[Shelf, ...]:
        return parsing.shelves(await self._wire.get_json("/home"))

    async def search(self, query: str, *, limit: int = 20) -> SearchResults:
        return parsing.search_results(await self._wire.get_json("/search", {"q": query, "limit": limit}))

    async def tracks(
        self, *, cursor: str | None = None, limit: int = 200, sort: str = "title", genre: str | None = None
    ) -> Page[Track]:
        return await self._page("/songs", parsing.track, cursor, limit, sort, genre)

    async def albums(
        self, *, cursor: str | None = None, limit: int = 100, sort: str = "title", genre: str | None = None
    ) -> Page[Album]:
        return await self._page("/albums", parsing.album, cursor, limit, sort, genre)

    async def artists(self, *, cursor: str | None = None, limit: int = 100) -> Page[Artist]:
        return await self._page("/artists", parsing.artist, cursor, limit)

    async def genres(self) -> tuple[Genre, ...]:
        return (await self._wire.get_json("/genres")).list("items", parsing.genre)

    async def track(self, track_id: TrackId) -> Track:
        return parsing.track(await self._wire.get_json(path_of("songs", track_id)))

    async def album(self, album_id: AlbumId) -> AlbumDetail:
        return parsing.album_detail(await self._wire.get_json(path_of("albums", album_id)))

    async def artist(self, artist_id: ArtistId) -> ArtistDetail:
        return parsing.artist_detail(await self._wire.get_json(path_of("artists", artist_id)))

    async def _page(
        self,
        path: str,
        parse: Callable[[Fields], T],
        cursor: str | None,
        limit: int,
        sort: str | None = None,
        genre: str | None = None,
    ) -> Page[T]:
        wanted = {"cursor": cursor, "limit": max(1, min(limit, PAGE_MOST)), "sort": sort, "genre": genre}
        fields = await self._wire.get_json(path, {name: value for name, value in wanted.items() if value is not None})
        return Page(
            items=fields.list("items", parse, limit=PAGE_MOST),
            next_cursor=fields.text("next") if fields.has("next") else None,
            total=fields.optional_whole("total"),
        )

    # ---- what a listener keeps

    async def liked_tracks(self, *, cursor: str | None = None, limit: int = 200) -> Page[Track]:
        return await self._page("/me/library/songs", parsing.track, cursor, limit)

    async def set_liked(self, track_id: TrackId, is_liked: bool) -> None:
        path = path_of("me", "library", "songs", track_id)
        await self._wire.request("PUT" if is_liked else "DELETE", path, is_idempotent=True)

    async def playlists(self) -> tuple[Playlist, ...]:
        return (await self._wire.get_json("/playlists")).list("items", parsing.playlist)

    async def playlist(self, playlist_id: PlaylistId) -> PlaylistDetail:
        return parsing.playlist_detail(await self._wire.get_json(path_of("playlists", playlist_id)))

    async def create_playlist(self, name: str, track_ids: Sequence[TrackId] = ()) -> PlaylistDetail:
        return await self._changed("POST", "/playlists", {"name": name, "song_ids": list(track_ids)})

    async def rename_playlist(
        self, playlist_id: PlaylistId, *, version: str, name: str, description: str = ""
    ) -> PlaylistDetail:
        change = {"name": name, "description": description}
        return await self._changed("PATCH", path_of("playlists", playlist_id), change, version)

    async def edit_playlist(
        self, playlist_id: PlaylistId, *, version: str, edits: Sequence[PlaylistEdit]
    ) -> PlaylistDetail:
        change = {"edits": [_edit_json(edit) for edit in edits]}
        return await self._changed("POST", path_of("playlists", playlist_id, "edits"), change, version)

    async def delete_playlist(self, playlist_id: PlaylistId, *, version: str) -> None:
        await self._wire.request("DELETE", path_of("playlists", playlist_id), headers=_if_match(version))

    async def _changed(
        self, method: str, path: str, change: Mapping[str, object], version: str | None = None
    ) -> PlaylistDetail:
        headers = None if version is None else _if_match(version)
        answer = await self._wire.request(method, path, json=change, headers=headers)
        return parsing.playlist_detail(parse_json(answer.body, path))

    async def send_play_events(self, events: Sequence[PlayEvent]) -> None:
        for start in range(0, len(events), EVENTS_MOST):
            batch = [_event_json(event) for event in events[start : start + EVENTS_MOST]]
            await self._wire.request("POST", "/playback-events", json={"events": batch}, is_idempotent=True)

    # ---- media

    async def cover(self, cover_id: CoverId, size_px: int) -> bytes:
        answer = await self._wire.request(
            "GET",
            path_of("covers", cover_id),
            params={"size": size_px},
            limit_bytes=COVER_LIMIT_BYTES,
            is_idempotent=True,
        )
        if not _is_picture(answer.body):
            raise ProtocolError("the cover is no JPEG, PNG or WebP picture")
        return answer.body

    async def lyrics(self, track_id: TrackId) -> Lyrics | None:
        try:
            return parsing.lyrics(await self._wire.get_json(path_of("songs", track_id, "lyrics")))
        except NotFound:
            return None

    async def waveform(self, track_id: TrackId) -> bytes:
        path = path_of("songs", track_id, "waveform")
        answer = await self._wire.request("GET", path, limit_bytes=64 * 1024, is_idempotent=True)
        if answer.status == 204:
            return b""
        if len(answer.body) != WAVEFORM_BYTES:
            raise ProtocolError(f"the waveform has {len(answer.body)} points instead of {WAVEFORM_BYTES}")
        return answer.body

    async def open_stream(self, track_id: TrackId) -> StreamDocument:
        """Asked once: the look-ahead scheduler tries again itself and tells the listener so meanwhile."""
        answer = await self._wire.request(
            "GET", _stream_path(track_id), limit_bytes=PLAYLIST_LIMIT_BYTES, limits=MEDIA_TIMEOUT, total_s=STREAM_S
        )
        text = answer.body.decode("utf-8", errors="replace")
        if not text.startswith("#EXTM3U"):
            raise ProtocolError("the server's answer is no HLS playlist")
        return StreamDocument(self.stream_url(track_id), text)

    def stream_url(self, track_id: TrackId) -> str:
        return self._wire.url(_stream_path(track_id))

    # ---- administration

    async def ingest_status(self) -> IngestStatus:
        return parsing.ingest_status(await self._wire.get_json("/admin/ingest"))

    async def add_library(self, folder: Path) -> None:
        await self._wire.request("POST", "/admin/libraries", json={"path": str(folder)})

    async def aclose(self) -> None:
        """Nothing of its own: the account owns the connections."""


def _stream_path(track_id: TrackId) -> str:
    return path_of("songs", track_id, "stream")


def _if_match(version: str) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def _edit_json(edit: PlaylistEdit) -> dict[str, object]:
    if isinstance(edit, InsertTracks):
        return {"op": "insert", "song_ids": list(edit.track_ids), "position": edit.position}
    if isinstance(edit, MoveItems):
        return {"op": "move", "item_ids": list(edit.item_ids), "position": edit.position}
    return {"op": "remove", "item_ids": list(edit.item_ids)}


def _event_json(event: PlayEvent) -> dict[str, object]:
    return {
        "id": event.event_id,
        "song_id": event.track_id,
        "started_at": event.started_at_s,
        "heard_s": event.heard_s,
        "is_offline": event.is_offline,
    }


def _is_picture(body: bytes) -> bool:
    return body.startswith(PICTURE_MAGIC) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")
