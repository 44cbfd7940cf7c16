"""A MusicService in memory for tests of the window and of playback; it passes the same contract suite as the real
adapter (tests/contract/test_music_service.py).

    service = FakeService()
    service.before = gate      # awaited before every call with the method's name: delays, blocks or raises
    service.calls              # names of the calls made, in order
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageDraw

from player.domain.catalogue import (
    Album,
    AlbumDetail,
    Artist,
    ArtistDetail,
    Genre,
    IngestPhase,
    IngestStatus,
    LyricLine,
    Lyrics,
    Page,
    Playlist,
    PlaylistDetail,
    PlaylistEdit,
    Profile,
    SearchResults,
    Shelf,
    ShelfKind,
    Track,
)
from player.domain.ids import AlbumId, ArtistId, CoverId, PlaylistId, TrackId
from player.errors import NotFound, Rejected
from player.service.port import Capabilities, PlayEvent, StreamDocument
from tests.support.fake_catalogue import build_catalogue
from tests.support.fake_playlists import FakePlaylists

T = TypeVar("T")

MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"
128/index.m3u8
"""
LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})


class FakeService:
    """Every method awaits `before(name)` first, so that a test holds or fails any call."""

    name = "Fake"
    capabilities = Capabilities(
        adaptive=True, lyrics=True, likes=True, playlists_edit=True, ingest=True, play_events=True
    )

    def __init__(self) -> None:
        self.catalogue = build_catalogue()
        self.before: Callable[[str], Awaitable[None]] | None = None
        self.calls: list[str] = []
        self.events: dict[str, PlayEvent] = {}
        self.libraries: list[Path] = []
        self.ingest = IngestStatus(IngestPhase.IDLE, 0, 0, len(self.catalogue.tracks), ())
        self._liked: list[TrackId] = []
        self._playlists = FakePlaylists(self._track)
        ids = [track.id for track in self.catalogue.tracks]
        self._playlists.create("Evening trains", ids[1:20:3])
        self._playlists.create("Focus", ids[19:25])

    async def _begin(self, name: str) -> None:
        self.calls.append(name)
        if self.before is not None:
            await self.before(name)

    def _track(self, track_id: TrackId) -> Track:
        for track in self.catalogue.tracks:
            if track.id == track_id:
                return replace(track, is_liked=track_id in self._liked)
        raise NotFound("this song is gone")

    def _present(self, tracks: Sequence[Track]) -> tuple[Track, ...]:
        return tuple(self._track(track.id) for track in tracks)

    def _top(self) -> tuple[Track, ...]:
        return self._present(sorted(self.catalogue.tracks, key=lambda track: -track.plays))

    # ---- browsing

    async def me(self) -> Profile:
        await self._begin("me")
        return Profile("us_1", "robin", "Robin", "premium")

    async def home(self) -> tuple[Shelf, ...]:
        await self._begin("home")
        albums, playlists = self.catalogue.albums, self._playlists.all()
        return (
            Shelf("quick", "Jump back in", ShelfKind.QUICK, (*albums[:4], *playlists[:2])),
            Shelf("new", "New here", ShelfKind.ALBUMS, tuple(reversed(albums))),
            Shelf("artists", "Artists", ShelfKind.ARTISTS, self.catalogue.artists),
            Shelf("top", "Most played", ShelfKind.TRACKS, self._top()[:10]),
            Shelf("playlists", "Playlists", ShelfKind.PLAYLISTS, playlists),
        )

    async def search(self, query: str, *, limit: int = 20) -> SearchResults:
        await self._begin("search")
        matches = _matcher(query)
        return SearchResults(
            query=query,
            tracks=self._present([t for t in self.catalogue.tracks if matches(f"{t.title} {t.artist_line}")][:limit]),
            albums=tuple(a for a in self.catalogue.albums if matches(f"{a.title} {a.artist_line}"))[:limit],
            artists=tuple(a for a in self.catalogue.artists if matches(a.name))[:limit],
            playlists=tuple(p for p in self._playlists.all() if matches(p.name))[:limit],
            took_ms=1.0,
        )

    async def tracks(
        self, *, cursor: str | None = None, limit: int = 200, sort: str = "title", genre: str | None = None
    ) -> Page[Track]:
        await self._begin("tracks")
        keys: dict[str, Callable[[Track], object]] = {
            "title": lambda t: fold(t.title),
            "artist": lambda t: fold(t.artist_line),
            "album": lambda t: fold(t.album.title if t.album else ""),
            "added": lambda t: int(t.id.split("_")[1]),
            "plays": lambda t: t.plays,
        }
        chosen = [t for t in self.catalogue.tracks if genre is None or genre in t.genres]
        return _page(self._present(_sorted(chosen, keys, sort)), cursor, limit)

    async def albums(
        self, *, cursor: str | None = None, limit: int = 100, sort: str = "title", genre: str | None = None
    ) -> Page[Album]:
        await self._begin("albums")
        keys: dict[str, Callable[[Album], object]] = {
            "title": lambda a: fold(a.title),
            "artist": lambda a: fold(a.artist_line),
            "year": lambda a: a.year or 0,
            "added": lambda a: int(a.id.split("_")[1]),
        }
        chosen = [a for a in self.catalogue.albums if genre is None or genre in a.genres]
        return _page(_sorted(chosen, keys, sort), cursor, limit)

    async def artists(self, *, cursor: str | None = None, limit: int = 100) -> Page[Artist]:
        await self._begin("artists")
        return _page(sorted(self.catalogue.artists, key=lambda a: fold(a.name)), cursor, limit)

    async def genres(self) -> tuple[Genre, ...]:
        await self._begin("genres")
        names = sorted({name for track in self.catalogue.tracks for name in track.genres})
        return tuple(Genre(name, sum(name in t.genres for t in self.catalogue.tracks)) for name in names)

    async def track(self, track_id: TrackId) -> Track:
        await self._begin("track")
        return self._track(track_id)

    async def album(self, album_id: AlbumId) -> AlbumDetail:
        await self._begin("album")
        for album in self.catalogue.albums:
            if album.id == album_id:
                return AlbumDetail(album, self._present(self.catalogue.tracks_of(album_id)))
        raise NotFound("this album is gone")

    async def artist(self, artist_id: ArtistId) -> ArtistDetail:
        await self._begin("artist")
        for artist in self.catalogue.artists:
            if artist.id == artist_id:
                own = [t for t in self._top() if artist_id in {ref.id for ref in t.artists}]
                albums = [a for a in self.catalogue.albums if artist_id in {ref.id for ref in a.artists}]
                return ArtistDetail(artist, tuple(own[:10]), tuple(albums))
        raise NotFound("this artist is gone")

    # ---- what a listener keeps

    async def liked_tracks(self, *, cursor: str | None = None, limit: int = 200) -> Page[Track]:
        await self._begin("liked_tracks")
        return _page([self._track(track_id) for track_id in reversed(self._liked)], cursor, limit)

    async def set_liked(self, track_id: TrackId, is_liked: bool) -> None:
        await self._begin("set_liked")
        self._track(track_id)
        if is_liked and track_id not in self._liked:
            self._liked.append(track_id)
        elif not is_liked and track_id in self._liked:
            self._liked.remove(track_id)

    async def playlists(self) -> tuple[Playlist, ...]:
        await self._begin("playlists")
        return self._playlists.all()

    async def playlist(self, playlist_id: PlaylistId) -> PlaylistDetail:
        await self._begin("playlist")
        return self._playlists.get(playlist_id)

    async def create_playlist(self, name: str, track_ids: Sequence[TrackId] = ()) -> PlaylistDetail:
        await self._begin("create_playlist")
        return self._playlists.create(name, track_ids)

    async def rename_playlist(
        self, playlist_id: PlaylistId, *, version: str, name: str, description: str = ""
    ) -> PlaylistDetail:
        await self._begin("rename_playlist")
        return self._playlists.rename(playlist_id, version, name, description)

    async def edit_playlist(
        self, playlist_id: PlaylistId, *, version: str, edits: Sequence[PlaylistEdit]
    ) -> PlaylistDetail:
        await self._begin("edit_playlist")
        return self._playlists.edit(playlist_id, version, edits)

    async def delete_playlist(self, playlist_id: PlaylistId, *, version: str) -> None:
        await self._begin("delete_playlist")
        self._playlists.delete(playlist_id, version)

    async def send_play_events(self, events: Sequence[PlayEvent]) -> None:
        await self._begin("send_play_events")
        for event in events:
            self.events.setdefault(event.event_id, event)

    # ---- media

    async def cover(self, cover_id: CoverId, size_px: int) -> bytes:
        await self._begin("cover")
        for album in self.catalogue.albums:
            if album.cover is not None and album.cover.id == cover_id:
                return _picture(album.cover.colour, size_px)
        raise NotFound("this cover is gone")

    async def lyrics(self, track_id: TrackId) -> Lyrics | None:
        await self._begin("lyrics")
        track = self._track(track_id)
        if not track.has_lyrics:
            return None
        step = track.duration_s / 12
        return Lyrics(tuple(LyricLine(n * step, f"Line {n + 1} of {track.title}") for n in range(10)), is_synced=True)

    async def waveform(self, track_id: TrackId) -> bytes:
        await self._begin("waveform")
        self._track(track_id)
        return bytes(64 + (n * 37 + len(track_id) * 11) % 160 for n in range(1000))

    async def open_stream(self, track_id: TrackId) -> StreamDocument:
        await self._begin("open_stream")
        self._track(track_id)
        return StreamDocument(self.stream_url(track_id), MASTER)

    def stream_url(self, track_id: TrackId) -> str:
        return f"http://fake.invalid/{track_id}/master.m3u8"

    async def ingest_status(self) -> IngestStatus:
        await self._begin("ingest_status")
        return self.ingest

    async def add_library(self, folder: Path) -> None:
        await self._begin("add_library")
        self.libraries.append(folder)

    async def aclose(self) -> None:
        self.calls.append("aclose")


def fold(text: str) -> str:
    """Lower case without diacritics and without points inside words, as the backend's search folds."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return re.sub(r"[^\w\s]", "", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def _matcher(query: str) -> Callable[[str], bool]:
    words = fold(query).split()

    def matches(text: str) -> bool:
        there = fold(text).split()
        return bool(words) and all(any(have.startswith(word) for have in there) for word in words)

    return matches


def _sorted(items: Sequence[T], keys: dict[str, Callable[[T], object]], sort: str) -> list[T]:
    key = keys.get(sort.removeprefix("-"))
    if key is None:
        raise Rejected(f"unknown order {sort!r}", server_code="VALIDATION")
    decorated = sorted(((key(item), place) for place, item in enumerate(items)), reverse=sort.startswith("-"))
    return [items[place] for _, place in decorated]


def _page(items: Sequence[T], cursor: str | None, limit: int) -> Page[T]:
    if cursor is not None and not cursor.isdecimal():
        raise Rejected("this cursor is not one of ours", server_code="VALIDATION")
    start = int(cursor or "0")
    end = start + limit
    return Page(tuple(items[start:end]), str(end) if end < len(items) else None, len(items))


def _picture(colour: str, size_px: int) -> bytes:
    size = next((step for step in (64, 160, 320, 640, 1200) if step >= size_px), 1200)
    image = Image.new("RGB", (size, size), colour)
    ImageDraw.Draw(image).ellipse((size // 5, size // 5, size * 4 // 5, size * 4 // 5), fill="#e9e2d0")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
