"""HTTP of ingest: the owner's administration, and what ingest found in a song beyond its tags (lyrics, waveform)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, model_validator

from server.db.models import Song
from server.db.session import Db
from server.demo.service import Demo
from server.identity.access import CurrentUser, OwnerUser
from server.ingest.lyrics import parse
from server.ingest.service import Ingest, IngestStatus
from server.problems import Problem, not_found

router = APIRouter(tags=["ingest"])


async def _ingest(request: Request) -> Ingest:
    ingest: Ingest = request.app.state.services.ingest
    return ingest


async def _demo(request: Request) -> Demo:
    demo: Demo = request.app.state.services.demo
    return demo


IngestOf = Annotated[Ingest, Depends(_ingest)]
DemoOf = Annotated[Demo, Depends(_demo)]


class LibraryRequest(BaseModel):
    path: Annotated[str | None, Field(max_length=4096)] = None
    demo: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> LibraryRequest:
        if (self.path is None) == (not self.demo):
            raise ValueError('give either "path" or "demo": true')
        return self


class LyricLineShape(BaseModel):
    start_s: float | None
    text: str


class LyricsShape(BaseModel):
    is_synced: bool
    lines: list[LyricLineShape]


@router.post("/admin/libraries", status_code=202, response_class=Response)
def add_library(body: LibraryRequest, _owner: OwnerUser, ingest: IngestOf, demo: DemoOf) -> Response:
    if body.path is None:
        demo.begin()
        return Response(status_code=202)
    ingest.add_folder(_folder(body.path))
    return Response(status_code=202)


def _folder(text: str) -> Path:
    try:
        path = Path(text).expanduser()
        if not path.is_absolute():
            raise Problem(422, "VALIDATION", "The path of a music folder is absolute.")
        path = path.resolve()
        is_readable = path.is_dir() and os.access(path, os.R_OK | os.X_OK)
    except (OSError, ValueError, RuntimeError) as error:
        raise Problem(422, "VALIDATION", "This is not the path of a folder.") from error
    if not is_readable:
        raise Problem(422, "VALIDATION", f"There is no folder “{path}” that can be read.")
    return path


@router.get("/admin/ingest")
def ingest_status(_owner: OwnerUser, ingest: IngestOf) -> IngestStatus:
    return ingest.status()


@router.post("/admin/ingest", status_code=202, response_class=Response)
def scan_again(_owner: OwnerUser, ingest: IngestOf) -> Response:
    ingest.request_scan()
    return Response(status_code=202)


@router.get("/songs/{song_id}/lyrics")
def lyrics(song_id: str, _listener: CurrentUser, session: Db) -> LyricsShape:
    song = session.get(Song, song_id)
    if song is None:
        raise not_found("song")
    parsed = parse(song.lyrics or "")
    if not parsed.lines:
        raise Problem(404, "NOT_FOUND", "This song has no lyrics.")
    lines = [LyricLineShape(start_s=line.start_s, text=line.text) for line in parsed.lines]
    return LyricsShape(is_synced=parsed.is_synced, lines=lines)


@router.get("/songs/{song_id}/waveform", response_class=Response)
def waveform(song_id: str, _listener: CurrentUser, session: Db) -> Response:
    """1,000 bytes, one a peak; 204 while the song is not measured."""
    song = session.get(Song, song_id)
    if song is None:
        raise not_found("song")
    if song.waveform is None:
        return Response(status_code=204)
    return Response(song.waveform, media_type="application/octet-stream", headers={"Cache-Control": "no-cache"})
