"""gzip for answers that are text: JSON and playlists, whose signed lines repeat themselves (10 KB of a media playlist
become 1 KB, which a slow link pays before each song). Media is compressed already and never passes through here.

One ASGI layer of the app. An answer is compressed when it comes whole, in one message; ETags stay as they are,
because here they name versions, not bytes.
"""

from __future__ import annotations

import gzip
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TYPES = frozenset(
    {"application/json", "application/problem+json", "application/vnd.apple.mpegurl", "application/dash+xml"}
)
_LEAST_BYTES = 1024
_LEVEL = 5
_TAKES_GZIP = re.compile(
    r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0{0,3})?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)", re.IGNORECASE
)


class Compression:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        await self._app(scope, receive, _Compressed(send, is_wanted=_TAKES_GZIP.search(accepted) is not None).send)


class _Compressed:
    def __init__(self, send: Send, *, is_wanted: bool) -> None:
        self._send = send
        self._is_wanted = is_wanted
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_text(message):
                self._start = message  # its length and encoding are known with the body
            else:
                await self._send(message)
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        headers = MutableHeaders(scope=start)
        headers.add_vary_header("Accept-Encoding")
        body = message.get("body", b"")
        if self._is_wanted and not message.get("more_body", False) and len(body) >= _LEAST_BYTES:
            body = gzip.compress(body, _LEVEL, mtime=0)
            headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(body))
            message = {**message, "body": body}
        await self._send(start)
        await self._send(message)


def _is_text(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return headers.get("content-type", "").partition(";")[0] in _TYPES and "content-encoding" not in headers
