"""What listeners do with their playlists. Every change names the version it was made against and makes the next one,
inside one writing transaction, so that two editors can never lose each other's work."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from server.catalog.search_index import forget, reindex_playlist
from server.catalog.songs import song_shapes
from server.db.models import Playlist, PlaylistItem, Song, new_id
from server.playlists.edits import Insert, Item, Move, Remove, edited
from server.playlists.shapes import NewPlaylist, PlaylistChange, PlaylistDetail, PlaylistItemShape
from server.playlists.summaries import playlist_shapes
from server.problems import Problem, not_found

MAX_PLAYLISTS = 2_000
_NAME_MAX = 200


def create(session: Session, user_id: str, wanted: NewPlaylist) -> PlaylistDetail:
    owned = session.scalar(select(func.count()).select_from(Playlist).where(Playlist.owner_id == user_id))
    if (owned or 0) >= MAX_PLAYLISTS:
        raise Problem(422, "VALIDATION", f"A listener has at most {MAX_PLAYLISTS} playlists.")
    playlist = Playlist(owner_id=user_id, name=_name(wanted.name), description=wanted.description.strip())
    session.add(playlist)
    session.flush()
    if wanted.song_ids:
        _demand_songs(session, wanted.song_ids)
        first = Insert(op="insert", song_ids=wanted.song_ids)
        _save_items(session, playlist.id, [], edited([], [first], _new_item_id))
    reindex_playlist(session, playlist)
    return detail(session, user_id, playlist.id)


def detail(session: Session, user_id: str, playlist_id: str) -> PlaylistDetail:
    _owned(session, user_id, playlist_id)
    (shape,) = playlist_shapes(session, [playlist_id])
    items = _items(session, playlist_id)
    songs = {song.id: song for song in song_shapes(session, list({item.song_id for item in items}), user_id)}
    shown = [PlaylistItemShape(id=item.id, song=songs[item.song_id]) for item in items]
    return PlaylistDetail(**dict(shape), items=shown)


def change(
    session: Session, user_id: str, playlist_id: str, if_match: str | None, wanted: PlaylistChange
) -> PlaylistDetail:
    playlist = _editable(session, user_id, playlist_id, if_match)
    if wanted.name is not None:
        playlist.name = _name(wanted.name)
    if wanted.description is not None:
        playlist.description = wanted.description.strip()
    _touch(session, playlist)
    reindex_playlist(session, playlist)
    return detail(session, user_id, playlist_id)


def edit(
    session: Session,
    user_id: str,
    playlist_id: str,
    if_match: str | None,
    edits: Sequence[Insert | Move | Remove],
) -> PlaylistDetail:
    playlist = _editable(session, user_id, playlist_id, if_match)
    _demand_songs(session, {song_id for one in edits if isinstance(one, Insert) for song_id in one.song_ids})
    before = _items(session, playlist_id)
    _save_items(session, playlist_id, before, edited(before, edits, _new_item_id))
    _touch(session, playlist)
    return detail(session, user_id, playlist_id)


def remove(session: Session, user_id: str, playlist_id: str, if_match: str | None) -> None:
    _editable(session, user_id, playlist_id, if_match)
    session.execute(delete(PlaylistItem).where(PlaylistItem.playlist_id == playlist_id))
    session.execute(delete(Playlist).where(Playlist.id == playlist_id))
    forget(session, [playlist_id])


def _owned(session: Session, user_id: str, playlist_id: str) -> Playlist:
    playlist = session.get(Playlist, playlist_id)
    if playlist is None or playlist.owner_id != user_id:
        raise not_found("playlist")
    return playlist


def _editable(session: Session, user_id: str, playlist_id: str, if_match: str | None) -> Playlist:
    playlist = _owned(session, user_id, playlist_id)
    if if_match is None:
        raise Problem(428, "PRECONDITION_REQUIRED", "Send If-Match with the version this change was made against.")
    named = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
    if "*" not in named and str(playlist.version) not in named:
        raise Problem(412, "VERSION_MISMATCH", "The playlist was changed meanwhile; look at it again.")
    return playlist


def _touch(session: Session, playlist: Playlist) -> None:
    playlist.version += 1
    playlist.updated_at = time.time()
    session.flush()


def _items(session: Session, playlist_id: str) -> list[Item]:
    rows = (
        select(PlaylistItem.id, PlaylistItem.song_id)
        .where(PlaylistItem.playlist_id == playlist_id)
        .order_by(PlaylistItem.position, PlaylistItem.id)
    )
    return [Item(item_id, song_id) for item_id, song_id in session.execute(rows)]


def _save_items(session: Session, playlist_id: str, before: Sequence[Item], after: Sequence[Item]) -> None:
    """Writes the difference only; items keep their ids and the time they were added."""
    old = {item.id: position for position, item in enumerate(before)}
    new = {item.id: position for position, item in enumerate(after)}
    gone = [item_id for item_id in old if item_id not in new]
    for start in range(0, len(gone), 500):
        session.execute(delete(PlaylistItem).where(PlaylistItem.id.in_(gone[start : start + 500])))
    added = [
        {"id": item.id, "playlist_id": playlist_id, "song_id": item.song_id, "position": new[item.id]}
        for item in after
        if item.id not in old
    ]
    if added:
        session.execute(insert(PlaylistItem), added)
    shifted = [{"id": i, "position": at} for i, at in new.items() if i in old and old[i] != at]
    if shifted:
        session.execute(update(PlaylistItem), shifted)


def _demand_songs(session: Session, song_ids: Collection[str]) -> None:
    wanted = set(song_ids)
    known = set(session.scalars(select(Song.id).where(Song.id.in_(wanted)))) if wanted else set()
    if wanted - known:
        raise Problem(422, "VALIDATION", f"There is no song '{min(wanted - known)}'.")


def _name(text: str) -> str:
    visible = "".join(c if unicodedata.category(c) != "Cc" else " " for c in text)
    name = " ".join(visible.split())
    if not name:
        raise Problem(422, "VALIDATION", "A playlist needs a name.")
    if len(name) > _NAME_MAX:
        raise Problem(422, "VALIDATION", f"A playlist's name has at most {_NAME_MAX} characters.")
    return name


def _new_item_id() -> str:
    return new_id("pi")
