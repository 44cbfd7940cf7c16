"""The shaped link against a real socket server; times are read from a clock the test owns only where it decides,
so the assertions are on bytes and on order of magnitude (a link that does not shape is 100x faster)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from player.clock import SystemClock
from player.headless.link import ShapedLink
from player.headless.trace import Step, Trace
from player.runtime import Runtime

BODY = bytes(range(256)) * 100


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    runtime = Runtime()
    runtime.start()
    yield runtime
    runtime.stop()


async def _fetch(address: str) -> bytes:
    port = int(address.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"ask")
    answer = await asyncio.wait_for(reader.read(-1), 20)
    writer.close()
    return answer


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(3)
    writer.write(BODY)
    await writer.drain()
    writer.close()


def _through(runtime: Runtime, trace: Trace, count: int) -> tuple[list[bytes], float]:
    async def run() -> tuple[list[bytes], float]:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0)
        link = ShapedLink(runtime, SystemClock(), trace)
        address = await link.start(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        began = time.monotonic()
        answers = await asyncio.gather(*(_fetch(address) for _ in range(count)))
        took = time.monotonic() - began
        assert link.bytes_down == sum(map(len, answers))
        await link.aclose()
        server.close()
        return answers, took

    return runtime.call(run()).result(30)


def test_bytes_pass_unchanged_and_no_faster_than_the_link(runtime: Runtime) -> None:
    answers, took = _through(runtime, Trace.of((Step(60, len(BODY) * 8 * 4, 0.05),)), 1)
    assert answers == [BODY]
    assert took >= 0.25 + 2 * 0.05 - 0.01


def test_connections_share_one_link(runtime: Runtime) -> None:
    answers, took = _through(runtime, Trace.of((Step(60, len(BODY) * 8 * 6, 0.0),)), 3)
    assert answers == [BODY] * 3
    assert took >= 0.5 - 0.01
