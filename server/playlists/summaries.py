"""Playlists as lists show them: totals and a cover, without their songs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.catalog.shapes import CoverRef, PlaylistShape
from server.db.models import Album, Cover, Playlist, PlaylistItem, Song


def playlist_ids_of(session: Session, user_id: str) -> list[str]:
    """The last changed first."""
    rows = select(Playlist.id).where(Playlist.owner_id == user_id)
    return list(session.scalars(rows.order_by(Playlist.updated_at.desc(), Playlist.id)))


def playlist_shapes(session: Session, playlist_ids: Sequence[str]) -> list[PlaylistShape]:
    """In the order of the ids; three queries, however many."""
    if not playlist_ids:
        return []
    totals = {
        playlist_id: (count, duration)
        for playlist_id, count, duration in session.execute(
            select(PlaylistItem.playlist_id, func.count(), func.sum(Song.duration_s))
            .join(Song, PlaylistItem.song_id == Song.id)
            .where(PlaylistItem.playlist_id.in_(playlist_ids))
            .group_by(PlaylistItem.playlist_id)
        )
    }
    covers = _covers_of(session, playlist_ids)
    shapes = {}
    for playlist in session.scalars(select(Playlist).where(Playlist.id.in_(playlist_ids))):
        count, duration = totals.get(playlist.id, (0, 0.0))
        shapes[playlist.id] = PlaylistShape(
            id=playlist.id,
            name=playlist.name,
            description=playlist.description,
            song_count=count,
            duration_s=duration,
            version=str(playlist.version),
            cover=covers.get(playlist.id),
            updated_at=datetime.fromtimestamp(playlist.updated_at, UTC).isoformat(),
        )
    return [shapes[playlist_id] for playlist_id in playlist_ids if playlist_id in shapes]


def _covers_of(session: Session, playlist_ids: Sequence[str]) -> dict[str, CoverRef]:
    """Of the first song that has one."""
    place = func.row_number().over(partition_by=PlaylistItem.playlist_id, order_by=PlaylistItem.position)
    ranked = (
        select(PlaylistItem.playlist_id, Cover.id.label("cover_id"), Cover.colour, place.label("place"))
        .join(Song, PlaylistItem.song_id == Song.id)
        .outerjoin(Album, Song.album_id == Album.id)
        .join(Cover, Cover.id == func.coalesce(Song.cover_id, Album.cover_id))
        .where(PlaylistItem.playlist_id.in_(playlist_ids))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.playlist_id, ranked.c.cover_id, ranked.c.colour).where(ranked.c.place == 1)
    )
    return {playlist_id: CoverRef(id=cover_id, colour=colour) for playlist_id, cover_id, colour in rows}
