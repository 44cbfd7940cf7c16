from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx
import pytest

from player.domain.ids import CoverId, PlaylistId, TrackId
from player.errors import (
    AuthError,
    NetworkError,
    NotFound,
    PlayerError,
    ProtocolError,
    RateLimited,
    UnexpectedPage,
)
from player.network.client import build_client
from player.service.segue.service import SegueService
from player.service.segue.wire import RETRY_TOTAL_S, SegueWire, path_of

T = TypeVar("T")
PROFILE = {"id": "us_1", "username": "robin", "display_name": "Robin", "plan": "premium", "is_owner": True}


class Time:
    """A clock that moves when somebody pauses."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s

    async def pause(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


class Tokens:
    def __init__(self) -> None:
        self.renewals = 0

    async def access_token(self) -> str:
        return f"token-{self.renewals}"

    async def renew(self, refused: str) -> str:
        assert refused == f"token-{self.renewals}"
        self.renewals += 1
        return await self.access_token()


class Server:
    """Answers from a list; the last answer repeats."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.tokens = Tokens()
        self.time = Time()
        self.outcomes: list[NetworkError | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def do(self, work: Callable[[SegueService], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            async with build_client(transport=httpx.MockTransport(self)) as client:
                wire = SegueWire(
                    client,
                    lambda: "http://server:1",
                    self.tokens,
                    report=self.outcomes.append,
                    clock=self.time,
                    pause=self.time.pause,
                )
                return await work(SegueService(wire))

        return asyncio.run(run())


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    answer = httpx.Response(status, json={"code": code, "detail": f"says {code}"}, headers=headers)
    answer.headers["content-type"] = "application/problem+json"
    return answer


def test_a_call_carries_the_token_and_reports_success() -> None:
    server = Server(httpx.Response(200, json=PROFILE))
    profile = server.do(lambda service: service.me())
    assert profile.username == "robin"
    assert server.requests[0].headers["authorization"] == "Bearer token-0"
    assert str(server.requests[0].url) == "http://server:1/api/v1/me"
    assert server.outcomes == [None]


def test_the_owner_may_add_music() -> None:
    server = Server(httpx.Response(200, json=PROFILE))

    async def capabilities(service: SegueService) -> tuple[bool, bool]:
        before = service.capabilities.ingest
        await service.me()
        return before, service.capabilities.ingest

    assert server.do(capabilities) == (False, True)


def test_a_refused_token_is_renewed_once_and_the_call_made_again() -> None:
    server = Server(problem(401, "TOKEN_EXPIRED"), httpx.Response(200, json=PROFILE))
    server.do(lambda service: service.me())
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer token-0", "Bearer token-1"]


def test_a_second_refusal_is_an_auth_error() -> None:
    server = Server(problem(401, "UNAUTHENTICATED"))
    with pytest.raises(AuthError):
        server.do(lambda service: service.me())
    assert len(server.requests) == 2


def test_a_get_is_tried_again_while_the_network_fails() -> None:
    server = Server(httpx.ConnectError("no"), problem(503, "BUSY"), httpx.Response(200, json=PROFILE))
    assert server.do(lambda service: service.me()).id == "us_1"
    assert len(server.requests) == 3
    assert [outcome is None for outcome in server.outcomes] == [False, False, True]


def test_retries_end_within_their_time() -> None:
    server = Server(httpx.ConnectError("no"))
    with pytest.raises(NetworkError):
        server.do(lambda service: service.me())
    assert server.time.now_s < RETRY_TOTAL_S
    assert 4 < len(server.requests) < 20


def test_a_rate_limit_is_waited_for_or_passed_on() -> None:
    server = Server(problem(429, "RATE_LIMITED", **{"retry-after": "3"}), httpx.Response(200, json=PROFILE))
    server.do(lambda service: service.me())
    assert server.time.now_s == 3
    server = Server(problem(429, "RATE_LIMITED", **{"retry-after": "60"}))
    with pytest.raises(RateLimited):
        server.do(lambda service: service.me())
    assert len(server.requests) == 1


def test_what_is_not_idempotent_is_sent_once() -> None:
    for call in (
        lambda service: service.create_playlist("New"),
        lambda service: service.rename_playlist(PlaylistId("pl_1"), version="1", name="New"),
        lambda service: service.edit_playlist(PlaylistId("pl_1"), version="1", edits=[]),
        lambda service: service.delete_playlist(PlaylistId("pl_1"), version="1"),
        lambda service: service.open_stream(TrackId("so_1")),
    ):
        server = Server(httpx.ReadError("cut"))
        with pytest.raises(NetworkError):
            server.do(call)
        assert len(server.requests) == 1


def test_likes_are_idempotent_and_tried_again() -> None:
    server = Server(httpx.ReadError("cut"), httpx.Response(204))
    server.do(lambda service: service.set_liked(TrackId("so_1"), True))
    assert [request.method for request in server.requests] == ["PUT", "PUT"]


@pytest.mark.parametrize(
    "page",
    [
        httpx.Response(200, html="<html>Welcome to the hotel</html>"),
        httpx.Response(302, headers={"location": "http://portal.invalid/"}),
        httpx.Response(404, html="<html>404</html>"),
        httpx.Response(403, html="<html>pay</html>"),
    ],
)
def test_a_web_page_is_never_taken_for_an_answer(page: httpx.Response) -> None:
    for call in (
        lambda service: service.track(TrackId("so_1")),
        lambda service: service.open_stream(TrackId("so_1")),
    ):
        with pytest.raises(UnexpectedPage, match="sign-in page") as caught:
            Server(page).do(call)
        assert caught.value.retryable
        assert not isinstance(caught.value, NotFound)


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (httpx.Response(200, content=b"not json"), lambda service: service.me()),
        (httpx.Response(200, content=b"GIF89a"), lambda service: service.cover(CoverId("co_1"), 64)),
        (httpx.Response(200, content=b"x" * 999), lambda service: service.waveform(TrackId("so_1"))),
        (httpx.Response(200, content=b"MP3"), lambda service: service.open_stream(TrackId("so_1"))),
        (httpx.Response(200, content=b"\xff\xd8\xff" + b"x" * (5 << 20)), lambda s: s.cover(CoverId("co_1"), 64)),
    ],
)
def test_nonsense_is_a_protocol_error(
    answer: httpx.Response, call: Callable[[SegueService], Coroutine[Any, Any, object]]
) -> None:
    with pytest.raises(ProtocolError):
        Server(answer).do(call)


def test_a_waveform_that_is_not_measured_yet_is_empty() -> None:
    assert Server(httpx.Response(204)).do(lambda service: service.waveform(TrackId("so_1"))) == b""


def test_edits_name_their_version() -> None:
    server = Server(problem(412, "VERSION_MISMATCH"))
    with pytest.raises(PlayerError) as caught:
        server.do(lambda service: service.delete_playlist(PlaylistId("pl_1"), version="7"))
    assert caught.value.code == "CONFLICT"
    assert server.requests[0].headers["if-match"] == '"7"'


def test_ids_never_leave_their_place_in_the_path() -> None:
    assert path_of("songs", "a/../b?x#y") == "/songs/a%2F..%2Fb%3Fx%23y"
    for bad in ("", ".", ".."):
        with pytest.raises(NotFound):
            path_of("songs", bad)
