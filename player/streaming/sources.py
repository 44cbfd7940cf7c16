"""Where a segment's bytes come from: one interface for the network, and for the recent-segment cache and the offline
vault that will stand before it. Used on the `net` loop by player/streaming/download.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

import httpx

from player.domain.ids import TrackId
from player.errors import NotFound, PlayerError, ProtocolError
from player.network.client import network_error, status_error
from player.streaming.playlists import Address

MAX_PROBLEM_BYTES = 64 * 1024
TIMEOUT = httpx.Timeout(10.0, connect=5.0, pool=5.0)  # per read: a link that sends nothing for 10 s is tried anew


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
    """Segments by HTTP, ranges where the playlist has them or a broken transfer goes on."""

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
            async with self._client.stream("GET", request.address.url, headers=headers, timeout=TIMEOUT) as response:
                if response.status_code not in (200, 206):
                    raise await refusal(response)
                skip = _bytes_to_skip(response, start)
                left = None if span is None else span.count - resume_at
                async for chunk in response.aiter_raw():
                    part = chunk[skip:]
                    skip -= len(chunk) - len(part)
                    if left is not None:
                        part = part[:left]
                        left -= len(part)
                    if part:
                        yield part
        except (httpx.HTTPError, OSError) as error:
            raise network_error(error) from error


def _bytes_to_skip(response: httpx.Response, start: int) -> int:
    """A server may answer a range with the whole; one that answers with another range is not to be trusted."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ProtocolError("a segment came compressed")
    if response.status_code == 200:
        return start
    if not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
        raise ProtocolError("the server answered with another range than was asked for")
    return 0


async def refusal(response: httpx.Response) -> PlayerError:
    """The error of an answer outside 2xx, its problem document read as far as it is short."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_PROBLEM_BYTES:
            break
    headers = {name: value for name, value in response.headers.items() if name in ("content-type", "retry-after")}
    error = status_error(httpx.Response(response.status_code, headers=headers, content=bytes(body)))
    return NotFound(error.message) if response.status_code == 410 else error
