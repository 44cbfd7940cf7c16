"""What holds for every request: host names, body sizes, headers, and how a bug looks from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from server.http_rules import HttpRules
from tests.support.backend import Backend


@pytest.fixture
def nobody(backend: Backend) -> Iterator[httpx.Client]:
    with backend.client("") as client:
        yield client


def test_health_needs_no_sign_in_and_carries_the_headers(nobody: httpx.Client) -> None:
    answer = nobody.get("/health")
    assert answer.json() == {"name": "Segue", "api": 1, "version": "0.1.0"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::2]:80"])
def test_a_page_that_points_its_own_name_here_is_refused(nobody: httpx.Client, host: str) -> None:
    answer = nobody.get("/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "WRONG_HOST")


def test_a_body_too_large_is_refused_told_or_not(nobody: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 65_536

    told = nobody.post("/auth/token", content=b"x" * (1 << 20) + b"x")
    counted = nobody.post("/auth/token", content=pieces())
    for answer in (told, counted):
        assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/none", 404, "NOT_FOUND"),
        ("DELETE", "/health", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/auth/token", 422, "VALIDATION"),
    ],
)
def test_every_error_is_a_problem(nobody: httpx.Client, method: str, path: str, status: int, code: str) -> None:
    answer = nobody.request(method, path, content=b"{")
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["detail"]


async def _ask_for_the_bug() -> httpx.Response:
    app = FastAPI()
    app.add_middleware(HttpRules, bound_host="127.0.0.1", max_body_bytes=10)

    @app.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError("secret detail")

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get("/bug?sig=secret-signature")


@pytest.mark.allow_log(r"ERROR server: GET /bug failed")
def test_a_bug_is_logged_and_answered_without_detail(caplog: pytest.LogCaptureFixture) -> None:
    answer = asyncio.run(_ask_for_the_bug())
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert "secret-signature" not in caplog.text
