"""HTTP of streaming (docs/api.md, Streaming): the stream route under the API, and signed media beside it.

Endpoints are plain functions: FastAPI runs them on its thread pool, where encoding a segment may take its time.
"""

from __future__ import annotations

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from server.identity.access import CurrentUser
from server.problems import Problem, not_found
from server.streaming import manifests
from server.streaming.byte_ranges import immutable_answer
from server.streaming.ladder import LADDER, Rendition, ladder_for
from server.streaming.packager import Packager
from server.streaming.signing import LIFETIME_S, Grant, UrlSigner
from server.streaming.streams import Stream, Streams

HLS_TYPE = "application/vnd.apple.mpegurl"
DASH_TYPE = "application/dash+xml"
_SEGMENT_TYPE = "audio/mp4"
_NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter(tags=["streaming"])
"""under the API's prefix"""
media_router = APIRouter(prefix="/media", tags=["media"])
"""at the root: what a content delivery network would answer"""


def _packager(request: Request) -> Packager:
    packager: Packager = request.app.state.services.packager
    return packager


def _streams(request: Request) -> Streams:
    streams: Streams = request.app.state.services.streams
    return streams


def _signer(request: Request) -> UrlSigner:
    signer: UrlSigner = request.app.state.services.url_signer
    return signer


PackagerOf = Annotated[Packager, Depends(_packager)]
StreamsOf = Annotated[Streams, Depends(_streams)]
SignerOf = Annotated[UrlSigner, Depends(_signer)]


def _granted(
    song_id: str,
    content: str,
    signer: SignerOf,
    exp: Annotated[int, Query(ge=0, le=1 << 53)],
    plan: Annotated[str, Query(max_length=64)],
    sig: Annotated[str, Query(max_length=128)],
) -> Grant:
    grant = Grant(song_id, content, plan, exp)
    signer.verify(grant, sig, now_s=time.time())
    return grant


GrantOf = Annotated[Grant, Depends(_granted)]


def _stream(grant: GrantOf, streams: StreamsOf) -> Stream:
    return streams.of_content(grant.song_id, grant.content)


StreamOf = Annotated[Stream, Depends(_stream)]


def _rendition(kbps: int, grant: GrantOf) -> Rendition:
    if kbps not in (rendition.kbps for rendition in LADDER):
        raise not_found("rendition")
    for rendition in ladder_for(grant.plan):
        if rendition.kbps == kbps:
            return rendition
    raise Problem(403, "FORBIDDEN", f"The plan “{grant.plan}” does not hold {kbps} kbit/s.")


RenditionOf = Annotated[Rendition, Depends(_rendition)]


@router.get(
    "/songs/{song_id}/stream", response_class=Response, responses={200: {"content": {HLS_TYPE: {}, DASH_TYPE: {}}}}
)
def stream_song(
    song_id: str,
    listener: CurrentUser,
    streams: StreamsOf,
    signer: SignerOf,
    stream_format: Annotated[Literal["hls", "dash"], Query(alias="format")] = "hls",
) -> Response:
    stream = streams.of_song(song_id)
    grant = Grant(song_id, stream.content, listener.plan, int(time.time()) + LIFETIME_S)
    query = signer.query(grant)
    answer = _manifest(stream, grant, query, stream_format)
    name = "master.m3u8" if stream_format == "hls" else "manifest.mpd"
    answer.headers["Link"] = f'<{_folder(stream)}{name}?{query}>; rel="alternate"'
    return answer


def _folder(stream: Stream) -> str:
    return f"{media_router.prefix}/{stream.song_id}/{stream.content}/"


def _manifest(stream: Stream, grant: Grant, query: str, stream_format: Literal["hls", "dash"]) -> Response:
    renditions = ladder_for(grant.plan)
    folder = _folder(stream)
    if stream_format == "hls":
        text, media_type = manifests.hls_master(renditions, base=folder, query=query), HLS_TYPE
    else:
        channels = stream.source.output_channels
        text = manifests.dash(renditions, stream.timeline, channels=channels, base=folder, query=query)
        media_type = DASH_TYPE
    return Response(text, headers=_NO_STORE, media_type=media_type)


@media_router.api_route("/{song_id}/{content}/master.m3u8", methods=["GET", "HEAD"], include_in_schema=False)
def hls_master(stream: StreamOf, grant: GrantOf, signer: SignerOf) -> Response:
    return _manifest(stream, grant, signer.query(grant), "hls")


@media_router.api_route("/{song_id}/{content}/manifest.mpd", methods=["GET", "HEAD"], include_in_schema=False)
def dash_manifest(stream: StreamOf, grant: GrantOf, signer: SignerOf) -> Response:
    return _manifest(stream, grant, signer.query(grant), "dash")


@media_router.api_route("/{song_id}/{content}/{kbps}/index.m3u8", methods=["GET", "HEAD"], include_in_schema=False)
def hls_media(stream: StreamOf, grant: GrantOf, signer: SignerOf, _rendition: RenditionOf) -> Response:
    text = manifests.hls_media(stream.timeline, query=signer.query(grant))
    return Response(text, headers=_NO_STORE, media_type=HLS_TYPE)


@media_router.api_route("/{song_id}/{content}/{kbps}/init.mp4", methods=["GET", "HEAD"], include_in_schema=False)
def init_segment(request: Request, stream: StreamOf, packager: PackagerOf, _rendition: RenditionOf) -> Response:
    data = packager.init(stream)
    return immutable_answer(request, data, media_type=_SEGMENT_TYPE, etag=f"{stream.content}-init")


@media_router.api_route("/{song_id}/{content}/{kbps}/{index}.m4s", methods=["GET", "HEAD"], include_in_schema=False)
def media_segment(
    request: Request, index: int, stream: StreamOf, packager: PackagerOf, rendition: RenditionOf
) -> Response:
    if not 0 <= index < stream.timeline.segment_count:
        raise not_found("segment")
    data = packager.segment(stream, rendition, index)
    etag = f"{stream.content}-{rendition.kbps}-{index}"
    return immutable_answer(request, data, media_type=_SEGMENT_TYPE, etag=etag)
