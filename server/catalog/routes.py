"""Songs, albums, artists, genres, covers, and the songs a listener likes (docs/api.md, Catalogue)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from server.catalog.albums import album_detail, album_page
from server.catalog.artists import artist_detail, artist_page, genre_shapes
from server.catalog.covers import Covers, PictureRefused, served_size
from server.catalog.likes import set_liked
from server.catalog.paging import Cursor, Limit
from server.catalog.shapes import (
    AlbumDetail,
    AlbumShape,
    ArtistDetail,
    ArtistShape,
    GenreShape,
    Items,
    Page,
    SongShape,
)
from server.catalog.songs import liked_page, song_page, song_shapes, top_song_ids
from server.db.models import Artist, Cover
from server.db.session import Db, WritableDb
from server.identity.access import CurrentUser
from server.problems import not_found

router = APIRouter(tags=["catalogue"])

Sort = Annotated[str, Query(max_length=40)]
Genre = Annotated[str | None, Query(max_length=200)]
TopLimit = Annotated[int, Query(ge=1, le=500)]
_IMMUTABLE = "private, max-age=31536000, immutable"


async def _covers(request: Request) -> Covers:
    covers: Covers = request.app.state.services.covers
    return covers


@router.get("/songs")
def songs(
    user: CurrentUser, db: Db, sort: Sort = "title", genre: Genre = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[SongShape]:
    return song_page(db, user.id, sort=sort, genre=genre, cursor=cursor, limit=limit)


@router.get("/songs/top")
def top_songs(user: CurrentUser, db: Db, limit: TopLimit = 50) -> Items[SongShape]:
    return Items(items=song_shapes(db, top_song_ids(db, limit), user.id))


@router.get("/songs/{song_id}")
def song(song_id: str, user: CurrentUser, db: Db) -> SongShape:
    shapes = song_shapes(db, [song_id], user.id)
    if not shapes:
        raise not_found("song")
    return shapes[0]


@router.get("/albums")
def albums(
    _user: CurrentUser, db: Db, sort: Sort = "title", genre: Genre = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[AlbumShape]:
    return album_page(db, sort=sort, genre=genre, cursor=cursor, limit=limit)


@router.get("/albums/{album_id}")
def album(album_id: str, user: CurrentUser, db: Db) -> AlbumDetail:
    return album_detail(db, album_id, user.id)


@router.get("/artists")
def artists(_user: CurrentUser, db: Db, cursor: Cursor = None, limit: Limit = 100) -> Page[ArtistShape]:
    return artist_page(db, cursor=cursor, limit=limit)


@router.get("/artists/{artist_id}")
def artist(artist_id: str, user: CurrentUser, db: Db) -> ArtistDetail:
    return artist_detail(db, artist_id, user.id)


@router.get("/artists/{artist_id}/top-songs")
def artist_top_songs(artist_id: str, user: CurrentUser, db: Db, limit: TopLimit = 10) -> Items[SongShape]:
    if db.get(Artist, artist_id) is None:
        raise not_found("artist")
    return Items(items=song_shapes(db, top_song_ids(db, limit, artist_id=artist_id), user.id))


@router.get("/genres")
def genres(_user: CurrentUser, db: Db) -> Items[GenreShape]:
    return Items(items=genre_shapes(db))


@router.get("/covers/{cover_id}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def cover(
    cover_id: str,
    request: Request,
    _user: CurrentUser,
    db: Db,
    covers: Annotated[Covers, Depends(_covers)],
    size: Annotated[int, Query(ge=1, le=4096)] = 320,
) -> Response:
    _demand_cover(db, cover_id)
    served = served_size(size)
    headers = {"ETag": f'"{cover_id}-{served}"', "Cache-Control": _IMMUTABLE}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    try:
        picture = covers.sized(cover_id, served)
    except PictureRefused as error:
        raise not_found("cover") from error
    if picture is None:
        raise not_found("cover")
    return Response(picture, media_type="image/jpeg", headers=headers)


@router.get("/me/library/songs")
def liked_songs(user: CurrentUser, db: Db, cursor: Cursor = None, limit: Limit = 100) -> Page[SongShape]:
    return liked_page(db, user.id, cursor=cursor, limit=limit)


@router.put("/me/library/songs/{song_id}", status_code=204)
def like(song_id: str, user: CurrentUser, db: WritableDb) -> Response:
    set_liked(db, user.id, song_id, is_liked=True)
    return Response(status_code=204)


@router.delete("/me/library/songs/{song_id}", status_code=204)
def unlike(song_id: str, user: CurrentUser, db: WritableDb) -> Response:
    set_liked(db, user.id, song_id, is_liked=False)
    return Response(status_code=204)


def _demand_cover(db: Session, cover_id: str) -> None:
    # the id names a place in the storage: only one that a row vouches for gets there
    if db.get(Cover, cover_id) is None:
        raise not_found("cover")
