"""What the playlist calls take and answer (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from server.catalog.shapes import PlaylistShape, SongShape
from server.playlists.edits import MAX_EDITS, Edit, Id

Name = Annotated[str, Field(max_length=400)]
Description = Annotated[str, Field(max_length=2_000)]


class NewPlaylist(BaseModel):
    name: Name
    description: Description = ""
    song_ids: Annotated[list[Id], Field(max_length=1_000)] = []


class PlaylistChange(BaseModel):
    name: Name | None = None
    description: Description | None = None


class PlaylistEdits(BaseModel):
    edits: Annotated[list[Edit], Field(min_length=1, max_length=MAX_EDITS)]


class PlaylistItemShape(BaseModel):
    id: str
    song: SongShape


class PlaylistDetail(PlaylistShape):
    items: list[PlaylistItemShape]
