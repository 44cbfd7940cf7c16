"""Rules for every request and answer, as one ASGI layer outside all routes: which host names are answered, how large
a body may be, which headers every answer carries, and what a bug looks like from outside.

A local backend answers loopback names only: a web page that makes its own name point here (DNS rebinding) gets 421.
"""

from __future__ import annotations

import logging
import re

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import Problem, problem_response

log = logging.getLogger("server")

_LOOPBACK_BINDS = {"127.0.0.1", "localhost", "::1"}
_LOOPBACK_AUTHORITY = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_EVERY_ANSWER = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}


class HttpRules:
    def __init__(self, app: ASGIApp, *, bound_host: str, max_body_bytes: int) -> None:
        self._app = app
        self._is_local = bound_host in _LOOPBACK_BINDS
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            refusal = self._refusal(Headers(scope=scope))
            if refusal is not None:
                await problem_response(refusal)(scope, receive, answer.send)
            else:
                await self._app(scope, self._counted(receive), answer.send)
        except Exception as error:
            # the path only: a query may hold a signature
            log.error("%s %s failed", scope["method"], scope["path"], exc_info=error)  # noqa: TRY400 - trace attached
            if answer.has_begun:
                raise  # the connection must break: the client would take a part for the whole
            problem = Problem(500, "INTERNAL", "The backend failed at this request; its log says more.")
            await problem_response(problem)(scope, receive, answer.send)

    def _refusal(self, headers: Headers) -> Problem | None:
        if self._is_local and not _LOOPBACK_AUTHORITY.fullmatch(headers.get("host", "")):
            return Problem(421, "WRONG_HOST", "This backend answers this computer only.")
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._max_body_bytes:
            return Problem(413, "TOO_LARGE", self._too_large)
        return None

    @property
    def _too_large(self) -> str:
        return f"A request body has at most {self._max_body_bytes} bytes."

    def _counted(self, receive: Receive) -> Receive:
        """A body without a length is counted while it comes."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body_bytes:
                raise HTTPException(413, self._too_large)
            return message

        return counted


class _Answer:
    """Adds the headers of every answer, and remembers whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _EVERY_ANSWER.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")  # answers are a listener's own, unless a route says more
        await self._send(message)
