"""The search index: which songs, albums, artists and playlists hold these words. Its only writers and its reader.

Kept in step by two calls, made in the transaction that changes the rows: ingest calls `reindex(session, song_ids)`
with every song it added, changed or removed; playlists call `reindex_playlist`. On SQLite an FTS5 table follows
`search_entries` by triggers; on another engine only `_matching` would differ.

What a listener types never reaches FTS5's query syntax: it is folded to letters and digits first, and quoted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from server.catalog.folding import chunks, index_words, title_key
from server.db.models import Album, Artist, Playlist, SearchEntry, Song, SongArtist, SongGenre

CANDIDATES = 500
"""per kind; PERF.md: the first 500 by row id, sorted here, cost .3 ms at 100,000 rows where bm25 costs 60"""
_MAX_QUERY_CHARS = 200
_MAX_QUERY_WORDS = 12
_RANGE = 1 << 40


class Kind(StrEnum):
    SONG = "song"
    ALBUM = "album"
    ARTIST = "artist"
    PLAYLIST = "playlist"


_FIRST_ID = {kind: number * _RANGE + 1 for number, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Candidate:
    entity_id: str
    title: str


def candidates(session: Session, kind: Kind, query: str) -> list[Candidate]:
    """Entities with a word beginning with each word of the query; exact titles and beginnings are always among
    them, whatever the cap leaves out. Unranked."""
    wanted = chunks(query[:_MAX_QUERY_CHARS])[:_MAX_QUERY_WORDS]
    if not wanted:
        return []
    rows = [*_titled(session, kind, title_key(query[:_MAX_QUERY_CHARS])), *_matching(session, kind, wanted)]
    return [Candidate(entity_id, title) for entity_id, title in dict.fromkeys(rows)]


def reindex(session: Session, song_ids: Collection[str]) -> None:
    """Brings the entries of these songs, of their albums and of their artists up to date. Songs with `removed_at`
    leave the index, and so do albums and artists without any song left."""
    ids = list(song_ids)
    for start in range(0, len(ids), CANDIDATES):
        _reindex_batch(session, ids[start : start + CANDIDATES])


def reindex_playlist(session: Session, playlist: Playlist) -> None:
    _put(session, Kind.PLAYLIST, {playlist.id: (playlist.name, playlist.description)})


def forget(session: Session, entity_ids: Collection[str]) -> None:
    session.execute(delete(SearchEntry).where(SearchEntry.entity_id.in_(entity_ids)))


def _reindex_batch(session: Session, song_ids: Sequence[str]) -> None:
    session.flush()
    artist_ids = set(session.scalars(select(SongArtist.artist_id).where(SongArtist.song_id.in_(song_ids)).distinct()))
    album_ids = set(
        session.scalars(select(Song.album_id).where(Song.id.in_(song_ids), Song.album_id.is_not(None)).distinct())
    )
    albums = session.execute(
        select(Album.id, Album.title, Album.year, Artist.id, Artist.name)
        .join(Artist, Album.artist_id == Artist.id)
        .where(Album.id.in_(album_ids))
    ).all()
    artist_ids |= {row[3] for row in albums}
    _replace(session, Kind.SONG, song_ids, _song_texts(session, song_ids))
    live_albums = set(
        session.scalars(
            select(Song.album_id).where(Song.album_id.in_(album_ids), Song.removed_at.is_(None)).distinct()
        )
    )
    genres = _album_genres(session, live_albums)
    texts = {
        album_id: (title, f"{artist} {year or ''} {genres.get(album_id, '')}")
        for album_id, title, year, _, artist in albums
        if album_id in live_albums
    }
    _replace(session, Kind.ALBUM, [row[0] for row in albums], texts)
    _replace(session, Kind.ARTIST, artist_ids, _artist_texts(session, artist_ids))


def _song_texts(session: Session, song_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    names: dict[str, list[str]] = {}
    rows = session.execute(
        select(SongArtist.song_id, Artist.name)
        .join(Artist, SongArtist.artist_id == Artist.id)
        .where(SongArtist.song_id.in_(song_ids))
    )
    for song_id, name in rows:
        names.setdefault(song_id, []).append(name)
    songs = session.execute(
        select(Song.id, Song.title, Album.title)
        .outerjoin(Album, Song.album_id == Album.id)
        .where(Song.id.in_(song_ids), Song.removed_at.is_(None))
    )
    return {song_id: (title, " ".join([*names.get(song_id, ()), album or ""])) for song_id, title, album in songs}


def _album_genres(session: Session, album_ids: Collection[str | None]) -> dict[str | None, str]:
    rows = session.execute(
        select(Song.album_id, SongGenre.name)
        .join(Song, SongGenre.song_id == Song.id)
        .where(Song.album_id.in_(album_ids), Song.removed_at.is_(None))
        .distinct()
    )
    genres: dict[str | None, str] = {}
    for album_id, name in rows:
        genres[album_id] = f"{genres.get(album_id, '')} {name}"
    return genres


def _artist_texts(session: Session, artist_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    sings = (
        select(SongArtist.artist_id)
        .join(Song, SongArtist.song_id == Song.id)
        .where(SongArtist.artist_id == Artist.id, Song.removed_at.is_(None))
    )
    has_album = (
        select(Album.id)
        .join(Song, Song.album_id == Album.id)
        .where(Album.artist_id == Artist.id, Song.removed_at.is_(None))
    )
    rows = session.execute(
        select(Artist.id, Artist.name).where(Artist.id.in_(artist_ids), sings.exists() | has_album.exists())
    )
    return {artist_id: (name, "") for artist_id, name in rows}


def _replace(session: Session, kind: Kind, entity_ids: Collection[str], texts: dict[str, tuple[str, str]]) -> None:
    forget(session, [entity_id for entity_id in entity_ids if entity_id not in texts])
    _put(session, kind, texts)


def _put(session: Session, kind: Kind, texts: dict[str, tuple[str, str]]) -> None:
    """`texts`: id -> (title, further words)."""
    if not texts:
        return
    known: dict[str, int] = {}
    for entity_id, known_id in session.execute(
        select(SearchEntry.entity_id, SearchEntry.id).where(SearchEntry.entity_id.in_(texts.keys()))
    ):
        known[entity_id] = known_id
    entry_id = _next_id(session, kind)
    added, changed = [], []
    for entity_id, (title, more) in texts.items():
        values = {"title": title_key(title), "words": " ".join(index_words(f"{title} {more}"))}
        if entity_id in known:
            changed.append({"id": known[entity_id], **values})
        else:
            added.append({"id": entry_id, "entity_id": entity_id, **values})
            entry_id += 1
    if added:
        session.execute(insert(SearchEntry), added)
    if changed:
        session.execute(update(SearchEntry), changed)


def _next_id(session: Session, kind: Kind) -> int:
    highest = session.scalar(select(func.max(SearchEntry.id)).where(*_in_range(kind)))
    return _FIRST_ID[kind] if highest is None else highest + 1


def _in_range(kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return (SearchEntry.id >= _FIRST_ID[kind], SearchEntry.id < _FIRST_ID[kind] + _RANGE)


def _titled(session: Session, kind: Kind, key: str) -> list[tuple[str, str]]:
    after_last = key[:-1] + chr(ord(key[-1]) + 1)
    rows = session.execute(
        select(SearchEntry.entity_id, SearchEntry.title)
        .where(SearchEntry.title >= key, SearchEntry.title < after_last)
        .where(*_in_range(kind))
        .order_by(SearchEntry.title)
        .limit(CANDIDATES)
    )
    return [(entity_id, title) for entity_id, title in rows]


_MATCHING = text(
    """SELECT entity_id, title FROM search_entries WHERE id IN (
        SELECT rowid FROM search_words WHERE search_words MATCH :expression
        AND rowid BETWEEN :first AND :last ORDER BY rowid LIMIT :cap)"""
)


def _matching(session: Session, kind: Kind, wanted: list[list[str]]) -> list[tuple[str, str]]:
    first = _FIRST_ID[kind]
    bounds = {"first": first, "last": first + _RANGE - 1, "cap": CANDIDATES}
    rows = session.execute(_MATCHING, {"expression": _expression(wanted), **bounds})
    return [(entity_id, title) for entity_id, title in rows]


def _expression(wanted: list[list[str]]) -> str:
    """Every chunk, as its joined word or as all of its parts. Words are letters and digits only (see `chunks`)."""
    alternatives = []
    for parts in wanted:
        apart = " AND ".join(f'"{part}"*' for part in parts)
        alternatives.append(f'("{"".join(parts)}"* OR ({apart}))' if len(parts) > 1 else apart)
    return " AND ".join(alternatives)
