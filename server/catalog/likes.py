"""The songs a listener likes."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.db.models import LikedSong, Song
from server.problems import not_found


def set_liked(session: Session, user_id: str, song_id: str, *, is_liked: bool) -> None:
    """Idempotent: liking again keeps the first time, so the list does not jump."""
    if not is_liked:
        session.execute(delete(LikedSong).where(LikedSong.user_id == user_id, LikedSong.song_id == song_id))
        return
    if session.get(Song, song_id) is None:
        raise not_found("song")
    if session.get(LikedSong, (user_id, song_id)) is None:
        session.add(LikedSong(user_id=user_id, song_id=song_id))
