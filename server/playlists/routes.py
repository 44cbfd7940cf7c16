"""`/playlists` (docs/api.md, What a listener keeps)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from server.catalog.shapes import Items, PlaylistShape
from server.db.session import Db, WritableDb
from server.identity.access import CurrentUser
from server.playlists import playlists as service
from server.playlists.shapes import NewPlaylist, PlaylistChange, PlaylistDetail, PlaylistEdits
from server.playlists.summaries import playlist_ids_of, playlist_shapes

router = APIRouter(prefix="/playlists", tags=["playlists"])

IfMatch = Annotated[str | None, Header(max_length=200)]


@router.get("")
def playlists(user: CurrentUser, db: Db) -> Items[PlaylistShape]:
    return Items(items=playlist_shapes(db, playlist_ids_of(db, user.id)))


@router.post("", status_code=201)
def create_playlist(body: NewPlaylist, user: CurrentUser, db: WritableDb, response: Response) -> PlaylistDetail:
    return _tagged(response, service.create(db, user.id, body))


@router.get("/{playlist_id}")
def playlist(playlist_id: str, user: CurrentUser, db: Db, response: Response) -> PlaylistDetail:
    return _tagged(response, service.detail(db, user.id, playlist_id))


@router.patch("/{playlist_id}")
def change_playlist(
    playlist_id: str,
    body: PlaylistChange,
    user: CurrentUser,
    db: WritableDb,
    response: Response,
    if_match: IfMatch = None,
) -> PlaylistDetail:
    return _tagged(response, service.change(db, user.id, playlist_id, if_match, body))


@router.post("/{playlist_id}/edits")
def edit_playlist(
    playlist_id: str,
    body: PlaylistEdits,
    user: CurrentUser,
    db: WritableDb,
    response: Response,
    if_match: IfMatch = None,
) -> PlaylistDetail:
    return _tagged(response, service.edit(db, user.id, playlist_id, if_match, body.edits))


@router.delete("/{playlist_id}", status_code=204)
def delete_playlist(playlist_id: str, user: CurrentUser, db: WritableDb, if_match: IfMatch = None) -> Response:
    service.remove(db, user.id, playlist_id, if_match)
    return Response(status_code=204)


def _tagged(response: Response, shape: PlaylistDetail) -> PlaylistDetail:
    response.headers["ETag"] = f'"{shape.version}"'
    return shape
