from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from player.errors import (
    AuthError,
    Conflict,
    NetworkError,
    NotFound,
    PlayerError,
    RateLimited,
    Rejected,
)
from player.network.client import build_client, status_error
from player.network.exchange import Answer, exchange


class Slow(httpx.AsyncByteStream):
    """A body that never ends."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.Event().wait()


def ask(response: httpx.Response | Exception, *, limit_bytes: int = 1000, total_s: float = 5.0) -> Answer:
    def handler(request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    async def work() -> Answer:
        async with build_client(transport=httpx.MockTransport(handler)) as client:
            request = client.build_request("GET", "http://test/")
            return await exchange(client, request, limit_bytes=limit_bytes, total_s=total_s)

    return asyncio.run(work())


def test_reads_the_whole_answer() -> None:
    answer = ask(httpx.Response(200, content=b"music", headers={"content-type": "Text/Plain; charset=utf-8"}))
    assert (answer.status, answer.body, answer.media_type) == (200, b"music", "text/plain")
    assert answer.response.content == b"music"


def test_decodes_gzip_and_counts_what_comes_out() -> None:
    packed = gzip.compress(b"x" * 900)
    assert ask(httpx.Response(200, content=packed, headers={"content-encoding": "gzip"})).body == b"x" * 900
    bomb = gzip.compress(b"x" * 100_000)
    with pytest.raises(PlayerError, match="larger than") as caught:
        ask(httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"}))
    assert caught.value.code == "PROTOCOL"


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no")]
)
def test_transport_failures_are_network_errors_without_the_address(failure: Exception) -> None:
    with pytest.raises(NetworkError) as caught:
        ask(failure)
    assert type(failure).__name__ in caught.value.message
    assert "test" not in caught.value.message


def test_a_trickle_ends_at_the_total_limit() -> None:
    with pytest.raises(NetworkError):
        ask(httpx.Response(200, stream=Slow()), total_s=0.05)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthError),
        (404, NotFound),
        (409, Conflict),
        (412, Conflict),
        (422, Rejected),
        (408, NetworkError),
        (429, RateLimited),
        (503, NetworkError),
    ],
)
def test_statuses_have_their_errors(status: int, kind: type[PlayerError]) -> None:
    problem = {"code": "SOME_CODE", "detail": "a sentence"}
    error = status_error(httpx.Response(status, json=problem))
    assert type(error) is kind
    assert error.message == "a sentence"


def test_a_refusal_carries_the_servers_code_and_a_limit_its_wait() -> None:
    refusal = status_error(httpx.Response(422, json={"code": "USERNAME_TAKEN", "title": "taken"}))
    assert isinstance(refusal, Rejected)
    assert refusal.server_code == "USERNAME_TAKEN"
    limited = status_error(httpx.Response(429, headers={"retry-after": "7"}))
    assert isinstance(limited, RateLimited)
    assert limited.retry_after_s == 7


def test_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://evil.invalid:1")
    monkeypatch.setenv("SSLKEYLOGFILE", "/tmp/keys")  # noqa: S108 - never opened
    client = build_client()
    assert not client.trust_env
    assert not client.follow_redirects
    asyncio.run(client.aclose())
