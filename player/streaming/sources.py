"""Where a segment's bytes come from when they are fetched: the network, or what stands for it. What this computer
holds already is asked before (player/streaming/recall.py). Used on the `net` loop by player/streaming/download.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import httpx

from player.domain.ids import TrackId
from player.errors import Conflict, NotFound, PlayerError, ProtocolError, SongChanged, UnexpectedPage
from player.network.client import PORTAL, is_sign_in_page, network_error, status_error
from player.network.pieces import HEADER, PieceCheck, read_pieces
from player.streaming.playlists import Address

MAX_PROBLEM_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    track_id: TrackId
    segment: int
    rendition_kbps: int
    address: Address


class SegmentSource(Protocol):
    @property
    def name(self) -> str:
        """network, cache or vault"""
        ...

    def chunks(self, request: SegmentRequest, resume_at: int = 0) -> AsyncGenerator[bytes, None]:
        """The segment's bytes from `resume_at` on, as they arrive; PlayerError where they cannot be had. A source
        may end early without an error: the reader counts."""
        ...


class NetworkSource:
    """Segments by HTTP, ranges where the playlist has them or a broken transfer goes on. Only bytes that have been
    checked come out, where the server says what they should be (player/network/pieces.py)."""

    name = "network"

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def chunks(self, request: SegmentRequest, resume_at: int = 0) -> AsyncGenerator[bytes, None]:
        headers = {"Accept-Encoding": "identity"}
        span = request.address.byte_range
        start = resume_at + (span.offset if span else 0)
        if span is not None:
            headers["Range"] = f"bytes={start}-{span.offset + span.count - 1}"
        elif resume_at:
            headers["Range"] = f"bytes={start}-"
        try:
            async with self._client.stream("GET", request.address.url, headers=headers) as response:
                await _refuse(response, resume_at)
                body = _body(response, start, None if span is None else span.count - resume_at)
                async with aclosing(body if span else _checked(body, response, start)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except (httpx.HTTPError, OSError) as error:
            raise network_error(error) from error


async def _body(response: httpx.Response, start: int, left: int | None) -> AsyncGenerator[bytes, None]:
    """The bytes from `start` of the resource on, `left` of them."""
    skip = _bytes_to_skip(response, start)
    async for chunk in response.aiter_raw():
        part = chunk[skip:]
        skip -= len(chunk) - len(part)
        if left is not None:
            part = part[:left]
            left -= len(part)
        if part:
            yield part


async def _checked(
    body: AsyncGenerator[bytes, None], response: httpx.Response, start: int
) -> AsyncGenerator[bytes, None]:
    """What of the body is right. Nothing can be said of one without sums, nor of one that begins inside a piece,
    which is so only where an earlier answer had no sums."""
    pieces = read_pieces(response.headers.get(HEADER))
    check = None if pieces is None or start % pieces.size_bytes else PieceCheck(pieces, start)
    async with aclosing(body) as chunks:
        async for chunk in chunks:
            part = chunk if check is None else check.feed(chunk)
            if part:
                yield part
    if check is not None:
        check.end()


def _bytes_to_skip(response: httpx.Response, start: int) -> int:
    """A server may answer a range with the whole; one that answers with another range is not to be trusted."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ProtocolError("a segment came compressed")
    if response.status_code == 200:
        return start
    if not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
        raise ProtocolError("the server answered with another range than was asked for")
    return 0


async def _refuse(response: httpx.Response, resume_at: int) -> None:
    if response.status_code == 416 and resume_at:
        raise ProtocolError("a segment is shorter than what came of it before")  # it is fetched from its start
    if response.status_code not in (200, 206):
        raise await refusal(response)
    if is_sign_in_page(response):
        raise UnexpectedPage(PORTAL)


async def refusal(response: httpx.Response) -> PlayerError:
    """The error of an answer outside 2xx, its problem document read as far as it is short."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_PROBLEM_BYTES:
            break
    headers = {name: value for name, value in response.headers.items() if name in ("content-type", "retry-after")}
    return media_error(httpx.Response(response.status_code, headers=headers, content=bytes(body)))


def media_error(response: httpx.Response) -> PlayerError:
    """What a refusal means of media: gone is not found, and a conflict is a file that was replaced."""
    error = status_error(response)
    if response.status_code == 410:
        return NotFound("the song is gone")
    return SongChanged(error.message) if isinstance(error, Conflict) else error
