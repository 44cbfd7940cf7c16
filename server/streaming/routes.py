"""HTTP of streaming (docs/api.md, Streaming): the stream route under the API, and signed media beside it.

Endpoints are plain functions: they run on the thread pool, where encoding a segment may take its time.
"""

from __future__ import annotations

import re
import time
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Query, Request, Response
from starlette.routing import Route

from server.identity.access import CurrentUser
from server.problems import Problem, not_found
from server.streaming import manifests
from server.streaming.byte_ranges import immutable_answer
from server.streaming.ladder import LADDER, Rendition, ladder_for
from server.streaming.packager import Packager
from server.streaming.pieces import HEADER, pieces
from server.streaming.signing import LIFETIME_S, Grant, UrlSigner
from server.streaming.streams import Stream, Streams

HLS_TYPE = "application/vnd.apple.mpegurl"
DASH_TYPE = "application/dash+xml"
_SEGMENT_TYPE = "audio/mp4"
_EXPIRY = re.compile(r"[0-9]{1,15}")
_INDEX = re.compile(r"[0-9]{1,9}")

router = APIRouter(tags=["streaming"])
"""under the API's prefix"""


def _services(request: Request) -> StreamingServices:
    services: StreamingServices = request.app.state.services
    return services


class StreamingServices(Protocol):
    """What these routes take of the backend's services."""

    @property
    def streams(self) -> Streams: ...
    @property
    def packager(self) -> Packager: ...
    @property
    def url_signer(self) -> UrlSigner: ...


def _granted(request: Request) -> Grant:
    """Read by hand: media is asked for more often than all else, and FastAPI's way costs a thread for each of its
    dependencies."""
    query = request.query_params
    if not _EXPIRY.fullmatch(query.get("exp", "")) or "plan" not in query or "sig" not in query:
        raise Problem(422, "VALIDATION", "A media URL holds the expiry, the plan and the signature it was made with.")
    path = request.path_params
    grant = Grant(path["song_id"], path["content"], query["plan"], int(query["exp"]))
    _services(request).url_signer.verify(grant, query["sig"], now_s=time.time())
    return grant


def _stream(request: Request, grant: Grant) -> Stream:
    return _services(request).streams.of_content(grant.song_id, grant.content)


def _rendition(request: Request, grant: Grant) -> Rendition:
    asked = request.path_params["kbps"]
    for rendition in LADDER:
        if str(rendition.kbps) == asked:
            break
    else:
        raise not_found("rendition")
    if rendition not in ladder_for(grant.plan):
        raise Problem(403, "FORBIDDEN", f"The plan “{grant.plan}” does not hold {rendition.kbps} kbit/s.")
    return rendition


@router.get(
    "/songs/{song_id}/stream", response_class=Response, responses={200: {"content": {HLS_TYPE: {}, DASH_TYPE: {}}}}
)
def stream_song(
    song_id: str,
    request: Request,
    listener: CurrentUser,
    stream_format: Annotated[Literal["hls", "dash"], Query(alias="format")] = "hls",
) -> Response:
    services = _services(request)
    stream = services.streams.of_song(song_id)
    grant = Grant(song_id, stream.content, listener.plan, int(time.time()) + LIFETIME_S)
    query = services.url_signer.query(grant)
    answer = _manifest(stream, grant, query, stream_format)
    name = "master.m3u8" if stream_format == "hls" else "manifest.mpd"
    answer.headers["Link"] = f'<{_folder(stream)}{name}?{query}>; rel="alternate"'
    return answer


def _folder(stream: Stream) -> str:
    return f"/media/{stream.song_id}/{stream.content}/"


def _manifest(stream: Stream, grant: Grant, query: str, stream_format: Literal["hls", "dash"]) -> Response:
    renditions = ladder_for(grant.plan)
    folder = _folder(stream)
    if stream_format == "hls":
        text, media_type = manifests.hls_master(renditions, base=folder, query=query), HLS_TYPE
    else:
        channels = stream.source.output_channels
        text = manifests.dash(renditions, stream.timeline, channels=channels, base=folder, query=query)
        media_type = DASH_TYPE
    return _text(text, media_type)


def _text(text: str, media_type: str) -> Response:
    data = text.encode()
    return Response(data, headers={"Cache-Control": "no-store", HEADER: pieces(data)}, media_type=media_type)


def hls_master(request: Request) -> Response:
    grant = _granted(request)
    return _manifest(_stream(request, grant), grant, _services(request).url_signer.query(grant), "hls")


def dash_manifest(request: Request) -> Response:
    grant = _granted(request)
    return _manifest(_stream(request, grant), grant, _services(request).url_signer.query(grant), "dash")


def hls_media(request: Request) -> Response:
    grant = _granted(request)
    _rendition(request, grant)
    stream = _stream(request, grant)
    text = manifests.hls_media(stream.timeline, query=_services(request).url_signer.query(grant))
    return _text(text, HLS_TYPE)


def init_segment(request: Request) -> Response:
    grant = _granted(request)
    _rendition(request, grant)
    stream = _stream(request, grant)
    data = _services(request).packager.init(stream)
    return immutable_answer(request, data, media_type=_SEGMENT_TYPE, etag=f"{stream.content}-init")


def media_segment(request: Request) -> Response:
    grant = _granted(request)
    rendition = _rendition(request, grant)
    stream = _stream(request, grant)
    asked = request.path_params["index"]
    index = int(asked) if _INDEX.fullmatch(asked) else -1
    if not 0 <= index < stream.timeline.segment_count:
        raise not_found("segment")
    data = _services(request).packager.segment(stream, rendition, index)
    etag = f"{stream.content}-{rendition.kbps}-{index}"
    return immutable_answer(request, data, media_type=_SEGMENT_TYPE, etag=etag)


_SONG = "/media/{song_id}/{content}"
media_routes = [
    Route(f"{_SONG}/master.m3u8", hls_master),
    Route(f"{_SONG}/manifest.mpd", dash_manifest),
    Route(f"{_SONG}/{{kbps}}/index.m3u8", hls_media),
    Route(f"{_SONG}/{{kbps}}/init.mp4", init_segment),
    Route(f"{_SONG}/{{kbps}}/{{index}}.m4s", media_segment),
]
"""at the root: what a content delivery network would answer; GET and HEAD"""
