"""Requests to Segue's backend as one signed-in listener: token, retry, renewal, bounds and typed errors. Made by
`player.account`, used by `service`; runs on the `net` loop.

A GET (and what is idempotent by docs/api.md) is tried again with jittered backoff while the network fails, for
`RETRY_TOTAL_S` in all; anything else is sent once. A 401 renews the access token once and tries once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from player.clock import Clock, SystemClock
from player.errors import AuthError, NetworkError, NotFound, PlayerError, RateLimited, UnexpectedPage
from player.network.client import PORTAL, TIMEOUT, is_sign_in_page, status_error
from player.network.exchange import TOTAL_S, Answer, exchange
from player.network.retry import Backoff
from player.service.segue.fields import Fields, parse_json

RETRY_TOTAL_S = 8.0
JSON_LIMIT_BYTES = 8 * 1024 * 1024  # 500 songs with long titles are about 1 MiB
PREFIX = "/api/v1"

BaseUrl = Callable[[], str]
"""The backend's present address; NetworkError while there is none (a local backend that is starting again)."""


class Tokens(Protocol):
    """Who keeps the access token (player.account)."""

    async def access_token(self) -> str:
        """The present token, renewed first where it is known to be over; AuthError when signed out."""
        ...

    async def renew(self, refused: str) -> str:
        """A token newer than `refused`, by one refresh however many ask at once."""
        ...


def path_of(*parts: str) -> str:
    """A path from ids and words; ids are opaque, so each is quoted whole. An id that is no id finds nothing."""
    if any(part in ("", ".", "..") for part in parts):
        raise NotFound("there is nothing of that name")
    return "/" + "/".join(quote(part, safe="") for part in parts)


def is_web_page(answer: Answer) -> bool:
    """Whether a captive portal answered: of an API even a refusal is no page for people."""
    return is_sign_in_page(answer.response) or (answer.media_type == "text/html" and answer.status < 500)


def check_answer(answer: Answer) -> Answer:
    """The answer if it is a success, else its typed error."""
    if is_web_page(answer):
        raise UnexpectedPage(PORTAL)
    if not 200 <= answer.status < 300:
        raise status_error(answer.response)
    return answer


class SegueWire:
    """`report` hears the outcome of every exchange: None for an answer of the server, else the NetworkError."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: BaseUrl,
        tokens: Tokens,
        *,
        report: Callable[[NetworkError | None], None] = lambda _: None,
        clock: Clock | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._tokens = tokens
        self._report = report
        self._clock = clock or SystemClock()
        self._pause = pause

    def url(self, path: str) -> str:
        return f"{self._base_url()}{PREFIX}{path}"

    async def get_json(self, path: str, params: Mapping[str, str | int] | None = None) -> Fields:
        answer = await self.request("GET", path, params=params, is_idempotent=True)
        return parse_json(answer.body, path)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = JSON_LIMIT_BYTES,
        is_idempotent: bool = False,
        limits: httpx.Timeout = TIMEOUT,
        total_s: float = TOTAL_S,
    ) -> Answer:
        """One call of the API. PlayerError only; the answer is a success."""

        async def once() -> Answer:
            return await self._authorised(method, path, params, json, headers or {}, limit_bytes, limits, total_s)

        return await (self._retried(once) if is_idempotent else once())

    async def _retried(self, once: Callable[[], Awaitable[Answer]]) -> Answer:
        deadline = self._clock.monotonic_s() + RETRY_TOTAL_S
        backoff = Backoff(limit_s=2.0)
        while True:
            try:
                return await once()
            except NetworkError as error:
                wait_s = error.retry_after_s if isinstance(error, RateLimited) else backoff.next_s()
                if self._clock.monotonic_s() + wait_s >= deadline:
                    raise
            await self._pause(wait_s)

    async def _authorised(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        json: Any,
        headers: Mapping[str, str],
        limit_bytes: int,
        limits: httpx.Timeout,
        total_s: float,
    ) -> Answer:
        token = await self._tokens.access_token()
        for is_last in (False, True):
            request = self._client.build_request(
                method,
                self.url(path),
                params=params,
                json=json,
                headers={"Accept": "*/*", **headers, "Authorization": f"Bearer {token}"},
                timeout=limits,
            )
            answer = await self._send(request, limit_bytes, total_s)
            try:
                return check_answer(answer)
            except AuthError:
                if is_last:
                    raise
                token = await self._tokens.renew(token)
        raise AssertionError("the loop returns or raises")

    async def _send(self, request: httpx.Request, limit_bytes: int, total_s: float) -> Answer:
        try:
            answer = await exchange(self._client, request, limit_bytes=limit_bytes, total_s=total_s)
        except NetworkError as error:
            self._report(error)
            raise
        except PlayerError:
            self._report(None)
            raise
        self._report(NetworkError("the server is out of order") if answer.status in (502, 503, 504) else None)
        return answer
