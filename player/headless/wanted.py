"""What `--play KIND:QUERY` asks for, and finding it in a library that may still be read in. On the `net` loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from player.domain.catalogue import IngestPhase, IngestStatus, Track
from player.domain.playback import QueueSource
from player.errors import NotFound
from player.service.port import MusicService

KINDS = ("song", "album", "playlist", "artist")
ASK_AGAIN_S = 0.3


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: str
    query: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.query}"


@dataclass(frozen=True, slots=True)
class Found:
    source: QueueSource
    tracks: tuple[Track, ...]


def parse_wanted(text: str) -> Wanted:
    """ValueError with a sentence where the text is not KIND:QUERY."""
    kind, colon, query = text.partition(":")
    if not colon or kind not in KINDS or not query.strip():
        raise ValueError(f"--play takes KIND:QUERY with KIND one of {', '.join(KINDS)}, not {text!r}")
    return Wanted(kind, query.strip())


async def find(
    service: MusicService, wanted: Wanted, on_progress: Callable[[IngestStatus], None] | None = None
) -> Found:
    """The first match. While the library is being scanned an album may lack songs, so anything but a single song
    waits for the scan's end; NotFound when the scan has ended without a match."""
    while True:
        status = await _ingest_status(service)
        is_settled = status is None or status.phase is not IngestPhase.SCANNING
        if is_settled or wanted.kind == "song":
            found = await _MATCHES[wanted.kind](service, wanted.query)
            if found is not None and found.tracks:
                return found
        if is_settled:
            raise NotFound(f"nothing in the library matches {wanted}")
        if on_progress is not None and status is not None:
            on_progress(status)
        await asyncio.sleep(ASK_AGAIN_S)


async def _ingest_status(service: MusicService) -> IngestStatus | None:
    return await service.ingest_status() if service.capabilities.ingest else None


async def _song(service: MusicService, query: str) -> Found | None:
    tracks = (await service.search(query, limit=1)).tracks
    return Found(QueueSource("songs", "", query), tracks) if tracks else None


async def _album(service: MusicService, query: str) -> Found | None:
    albums = (await service.search(query, limit=1)).albums
    if not albums:
        return None
    detail = await service.album(albums[0].id)
    return Found(QueueSource("album", detail.album.id, detail.album.title), detail.tracks)


async def _artist(service: MusicService, query: str) -> Found | None:
    artists = (await service.search(query, limit=1)).artists
    if not artists:
        return None
    detail = await service.artist(artists[0].id)
    albums = [await service.album(album.id) for album in detail.albums]
    tracks = tuple(track for album in albums for track in album.tracks) or detail.top_tracks
    return Found(QueueSource("artist", detail.artist.id, detail.artist.name), tracks)


async def _playlist(service: MusicService, query: str) -> Found | None:
    playlists = (await service.search(query, limit=1)).playlists
    if not playlists:
        return None
    detail = await service.playlist(playlists[0].id)
    source = QueueSource("playlist", detail.playlist.id, detail.playlist.name)
    return Found(source, tuple(item.track for item in detail.items))


_MATCHES: dict[str, Callable[[MusicService, str], Awaitable[Found | None]]] = {
    "song": _song,
    "album": _album,
    "artist": _artist,
    "playlist": _playlist,
}
