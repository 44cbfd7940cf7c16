"""Songs while they are dragged: from any list onto a playlist or the queue. Plain JSON, checked when it is read back.

`TRACKS_MIME` carries songs to whoever takes them; `ROWS_MIME` tells a list that its own rows are coming home.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from player.domain.catalogue import AlbumRef, ArtistRef, Cover, Loudness, Track
from player.domain.ids import AlbumId, ArtistId, CoverId, TrackId

TRACKS_MIME = "application/x-segue-tracks"
ROWS_MIME = "application/x-segue-rows"


def encode_tracks(tracks: Sequence[Track]) -> bytes:
    return json.dumps([_plain(track) for track in tracks]).encode()


def decode_tracks(data: bytes) -> tuple[Track, ...]:
    """Empty for anything that is not ours: another program may use the same name."""
    try:
        return tuple(_track(entry) for entry in json.loads(data))
    except (ValueError, KeyError, TypeError):
        return ()


def encode_rows(owner: int, rows: Sequence[int]) -> bytes:
    return json.dumps([owner, list(rows)]).encode()


def decode_rows(data: bytes, owner: int) -> tuple[int, ...]:
    """The rows, if they were dragged from this very list."""
    try:
        whose, rows = json.loads(data)
        return tuple(int(row) for row in rows) if whose == owner else ()
    except (ValueError, TypeError):
        return ()


def _plain(track: Track) -> dict[str, Any]:
    loudness = track.loudness
    return {
        "id": track.id,
        "title": track.title,
        "artists": [[artist.id, artist.name] for artist in track.artists],
        "album": [track.album.id, track.album.title] if track.album else None,
        "duration_s": track.duration_s,
        "numbers": [track.track_number, track.disc_number, track.year],
        "genres": track.genres,
        "cover": [track.cover.id, track.cover.colour] if track.cover else None,
        "flags": [track.has_lyrics, track.plays, track.is_liked],
        "loudness": [
            loudness.track_lufs,
            loudness.track_peak_dbtp,
            loudness.album_lufs,
            loudness.album_peak_dbtp,
        ],
    }


def _track(entry: dict[str, Any]) -> Track:
    album, cover = entry["album"], entry["cover"]
    number, disc, year = entry["numbers"]
    has_lyrics, plays, is_liked = entry["flags"]
    return Track(
        id=TrackId(str(entry["id"])),
        title=str(entry["title"]),
        artists=tuple(ArtistRef(ArtistId(str(key)), str(name)) for key, name in entry["artists"]),
        album=AlbumRef(AlbumId(str(album[0])), str(album[1])) if album else None,
        duration_s=float(entry["duration_s"]),
        track_number=number,
        disc_number=disc,
        year=year,
        genres=tuple(str(genre) for genre in entry["genres"]),
        cover=Cover(CoverId(str(cover[0])), str(cover[1])) if cover else None,
        has_lyrics=bool(has_lyrics),
        plays=int(plays),
        is_liked=bool(is_liked),
        loudness=Loudness(*entry["loudness"]),
    )
