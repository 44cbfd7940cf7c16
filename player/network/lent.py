"""Connections that several clients share. Catalogue and music mostly come from one server: what is heard first then
goes over the connection that has just answered for its playlist, which spares a round trip, two more with TLS.
main.py owns the pool and lends it to each client; on the `net` loop.
"""

from __future__ import annotations

import httpx


class Lent(httpx.AsyncBaseTransport):
    """Closing a client that was lent the pool leaves the pool to the others."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)
