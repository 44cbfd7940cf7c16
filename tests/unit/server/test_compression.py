"""Text is compressed for those who take it, media never."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Scope

from server.compression import Compression

_TEXT = b"segment.m4s?exp=1&plan=free&sig=abc\n" * 100


def _answer(app: ASGIApp, accepts: str, method: str = "GET") -> tuple[dict[str, str], bytes]:
    """Headers and body as they go out; the lengths must agree."""
    sent: list[Message] = []
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "headers": [(b"accept-encoding", accepts.encode())],
    }

    async def receive() -> Message:
        await asyncio.Event().wait()  # the client stays
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Compression(app)(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("accepts", ["gzip", "br, gzip", "gzip;q=0.5", "*", "GZIP ; q=1, br"])
@pytest.mark.parametrize("kind", ["application/json", "application/vnd.apple.mpegurl; charset=utf-8"])
def test_text_is_compressed_for_who_takes_it(accepts: str, kind: str) -> None:
    headers, body = _answer(Response(_TEXT, media_type=kind), accepts)
    assert gzip.decompress(body) == _TEXT
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(body) < len(_TEXT) / 10
    assert headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepts", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br", "x-gzip-like"])
def test_others_get_it_as_it_is(accepts: str) -> None:
    headers, body = _answer(Response(_TEXT, media_type="application/json"), accepts)
    assert body == _TEXT
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "app",
    [
        Response(_TEXT, media_type="audio/mp4"),
        Response(_TEXT, media_type="image/jpeg"),
        Response(b"{}", media_type="application/json"),
        Response(status_code=204),
    ],
)
def test_media_and_small_answers_are_left_alone(app: Response) -> None:
    headers, body = _answer(app, "gzip")
    assert body == app.body
    assert "content-encoding" not in headers


def test_what_comes_in_pieces_goes_in_pieces() -> None:
    headers, body = _answer(StreamingResponse(iter([_TEXT, _TEXT]), media_type="application/json"), "gzip")
    assert body == _TEXT * 2
    assert "content-encoding" not in headers
