"""One request and its whole answer, bounded in bytes and in time. Adapters build on it; runs on the `net` loop.

httpx's own time limits are per read: a server that sends a byte every ten seconds would never end. `TOTAL_S`
bounds the exchange as a whole, and the byte cap counts what comes out of the decoder, so that a gzip bomb stops
at the cap.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx

from player.errors import ProtocolError
from player.network.client import media_type, network_error
from player.network.pieces import HEADER, check_whole

TOTAL_S = 60.0  # a cover of 100 KB takes half a minute on the slowest link we play over (24 kbit/s)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read whole; `response` holds status and headers and carries the body for `status_error`."""

    response: httpx.Response
    body: bytes

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def media_type(self) -> str:
        return media_type(self.response)


async def exchange(
    client: httpx.AsyncClient, request: httpx.Request, *, limit_bytes: int, total_s: float = TOTAL_S
) -> Answer:
    """Send `request` and read the answer; NetworkError where the transport fails or the answer came damaged,
    ProtocolError past the cap."""
    try:
        async with asyncio.timeout(total_s):
            response = await client.send(request, stream=True)
            try:
                body = await _read(response, limit_bytes)
            finally:
                await response.aclose()
    except (httpx.HTTPError, OSError) as error:  # OSError holds TimeoutError, which asyncio.timeout raises
        raise network_error(error) from error
    if response.status_code == 200:
        check_whole(response.headers.get(HEADER), body)
    return Answer(_with_body(response, body), body)


async def _read(response: httpx.Response, limit_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > limit_bytes:
            raise ProtocolError(f"the server's answer is larger than {limit_bytes // 1024} KiB")
        parts.append(part)
    return b"".join(parts)


def _with_body(response: httpx.Response, body: bytes) -> httpx.Response:
    """The same answer as a response whose body is read; `aiter_bytes` keeps none. Without the headers that
    describe the transfer, which the body no longer has."""
    kept = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name.lower() not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    return httpx.Response(response.status_code, headers=kept, content=body)
