"""Tracks and queues as compact JSON for the local database: whole enough to show and play them before the service
has answered. Not the wire's format, which may change under us. Pure; used by the stores of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from player.domain.catalogue import AlbumRef, ArtistRef, Cover, Loudness, Track
from player.domain.ids import AlbumId, ArtistId, CoverId, EntryId, TrackId
from player.domain.playback import QueueEntry, QueueSource, QueueState, Repeat


def track_to_json(track: Track) -> dict[str, Any]:
    """Plain values; what is empty is left out."""
    loudness = track.loudness
    values = {
        "id": track.id,
        "title": track.title,
        "artists": [[artist.id, artist.name] for artist in track.artists],
        "album": [track.album.id, track.album.title] if track.album else None,
        "length": track.duration_s,
        "number": track.track_number,
        "disc": track.disc_number,
        "year": track.year,
        "genres": list(track.genres),
        "cover": [track.cover.id, track.cover.colour] if track.cover else None,
        "lyrics": track.has_lyrics,
        "plays": track.plays,
        "liked": track.is_liked,
        "loudness": [loudness.track_lufs, loudness.track_peak_dbtp, loudness.album_lufs, loudness.album_peak_dbtp],
    }
    return {name: value for name, value in values.items() if value}


def track_from_json(values: dict[str, Any]) -> Track:
    """KeyError, TypeError or ValueError for what `track_to_json` never wrote."""
    album, cover = values.get("album"), values.get("cover")
    return Track(
        id=TrackId(str(values["id"])),
        title=str(values.get("title", "")),
        artists=tuple(ArtistRef(ArtistId(str(key)), str(name)) for key, name in values.get("artists", [])),
        album=AlbumRef(AlbumId(str(album[0])), str(album[1])) if album else None,
        duration_s=float(values.get("length", 0.0)),
        track_number=values.get("number"),
        disc_number=values.get("disc"),
        year=values.get("year"),
        genres=tuple(str(name) for name in values.get("genres", [])),
        cover=Cover(CoverId(str(cover[0])), str(cover[1])) if cover else None,
        has_lyrics=bool(values.get("lyrics", False)),
        plays=int(values.get("plays", 0)),
        is_liked=bool(values.get("liked", False)),
        loudness=Loudness(*values.get("loudness", [])),
    )


def entries_to_json(entries: Sequence[QueueEntry]) -> list[Any]:
    return [[entry.id, entry.is_picked, track_to_json(entry.track)] for entry in entries]


def entries_from_json(values: list[Any]) -> list[QueueEntry]:
    return [QueueEntry(EntryId(int(entry)), track_from_json(track), bool(picked)) for entry, picked, track in values]


def queue_to_json(state: QueueState) -> dict[str, Any]:
    """Everything but the order."""
    source = state.source
    return {
        "index": state.index,
        "source": [source.kind, source.id, source.title] if source else None,
        "shuffled": state.is_shuffled,
        "repeat": state.repeat.value,
        "version": state.version,
    }


def queue_from_json(values: dict[str, Any], order: tuple[QueueEntry, ...]) -> QueueState:
    """KeyError, TypeError or ValueError for what `queue_to_json` never wrote."""
    index, source = values["index"], values["source"]
    if index is not None and not 0 <= int(index) < len(order):
        raise ValueError("the queue's place is outside it")
    return QueueState(
        order=order,
        index=None if index is None else int(index),
        source=QueueSource(*map(str, source)) if source else None,
        is_shuffled=bool(values["shuffled"]),
        repeat=Repeat(values["repeat"]),
        version=int(values["version"]),
    )
