"""Ranks what the search index finds: exact titles, then titles that begin so, then by how many of the words the title
lacks; within each the most played first. Called for every key somebody types, in request threads."""

from __future__ import annotations

import time
from collections.abc import Collection

from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.catalog.albums import album_shapes
from server.catalog.artists import artist_shapes, available_artists
from server.catalog.folding import index_words, title_key, without_article
from server.catalog.search_index import Candidate, Kind, candidates
from server.catalog.shapes import AlbumShape, ArtistShape, PlaylistShape, SongShape
from server.catalog.songs import song_shapes
from server.db.models import Album, Artist, Playlist, Song, SongArtist
from server.playlists.summaries import playlist_shapes

_WEIGHED = 50
"""plays of an album or artist are a sum over its songs: only this many more than shown are weighed"""


class SearchAnswer(BaseModel):
    query: str
    songs: list[SongShape]
    albums: list[AlbumShape]
    artists: list[ArtistShape]
    playlists: list[PlaylistShape]
    took_ms: float


def search(session: Session, user_id: str, query: str, *, limit: int) -> SearchAnswer:
    began = time.perf_counter()
    found = {kind: _best(session, kind, query, user_id, limit) for kind in Kind}
    answer = SearchAnswer(
        query=query,
        songs=song_shapes(session, found[Kind.SONG], user_id),
        albums=album_shapes(session, found[Kind.ALBUM]),
        artists=artist_shapes(session, found[Kind.ARTIST]),
        playlists=playlist_shapes(session, found[Kind.PLAYLIST]),
        took_ms=0.0,
    )
    answer.took_ms = round((time.perf_counter() - began) * 1000, 2)
    return answer


def _best(session: Session, kind: Kind, query: str, user_id: str, limit: int) -> list[str]:
    key, words = title_key(query), index_words(query)
    found = [(_closeness(one.title, key, words), one) for one in candidates(session, kind, query)]
    found.sort(key=lambda ranked: (ranked[0], ranked[1].title, ranked[1].entity_id))
    if kind is not Kind.SONG:
        found = found[: limit + _WEIGHED]
    weights = _weights(session, kind, [one.entity_id for _, one in found], user_id)

    def rank(ranked: tuple[int, Candidate]) -> tuple[int, float]:
        return ranked[0], -weights[ranked[1].entity_id]

    shown = [ranked for ranked in found if ranked[1].entity_id in weights]
    return [one.entity_id for _, one in sorted(shown, key=rank)[:limit]]


def _closeness(title: str, key: str, words: list[str]) -> int:
    forms = (title, without_article(title))
    if key in forms:
        return 0
    if any(form.startswith(key) for form in forms):
        return 1
    in_title = title.split()
    return 2 + sum(not any(word.startswith(wanted) for word in in_title) for wanted in words)


def _weights(session: Session, kind: Kind, ids: Collection[str], user_id: str) -> dict[str, float]:
    """Plays of what may be shown: a candidate without a weight is gone, or somebody else's."""
    if not ids:
        return {}
    plays = func.coalesce(func.sum(Song.plays), 0)
    rows: Select[str, int] | Select[str, float]
    match kind:
        case Kind.SONG:
            rows = select(Song.id, Song.plays).where(Song.id.in_(ids), Song.removed_at.is_(None))
        case Kind.ALBUM:
            rows = select(Album.id, plays).join(Song, Song.album_id == Album.id)
            rows = rows.where(Album.id.in_(ids), Song.removed_at.is_(None)).group_by(Album.id)
        case Kind.ARTIST:
            rows = select(Artist.id, plays).outerjoin(SongArtist, SongArtist.artist_id == Artist.id)
            rows = rows.outerjoin(Song, SongArtist.song_id == Song.id).group_by(Artist.id)
            rows = rows.where(Artist.id.in_(available_artists().where(Artist.id.in_(ids))))
        case Kind.PLAYLIST:
            rows = select(Playlist.id, Playlist.updated_at)
            rows = rows.where(Playlist.id.in_(ids), Playlist.owner_id == user_id)
    return {entity_id: float(weight) for entity_id, weight in session.execute(rows)}
