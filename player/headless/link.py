"""A shaped link: a TCP relay on loopback through which the player reaches its server at the rate and latency of a
trace. Runs on the `net` loop; `--shape`, the guided tour and the playback benchmarks use it.

All connections share one link. Only the way down is slow, as on the access links the traces were taken from: the
way up carries requests of a few hundred bytes. The latency is a round trip: it is paid once to connect and once for
each answer, counted from the last byte of the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from player.clock import Clock
from player.headless.trace import Trace
from player.runtime import Runtime

log = logging.getLogger("link")

CHUNK_BYTES = 1400  # one Ethernet packet's worth: the grain at which a real link interleaves its streams
READ_BYTES = 16 * 1024
CONNECT_LIMIT_S = 5.0


class ShapedLink:
    """`start` gives the address to use instead of the server's; `set_trace` changes the link under way."""

    def __init__(self, runtime: Runtime, clock: Clock, trace: Trace) -> None:
        self._runtime = runtime
        self._clock = clock
        self._trace = trace
        self._origin_s = clock.monotonic_s()
        self._free_at_s = 0.0
        self._turn = asyncio.Lock()
        self._servers: list[asyncio.Server] = []
        self._relays: set[asyncio.Task[object]] = set()
        """asyncio forgets the handler of a connection that was lost: it would be collected where it waits"""
        self.bytes_down = 0

    def set_trace(self, trace: Trace) -> None:
        self._trace = trace
        self._origin_s = self._clock.monotonic_s()
        self._free_at_s = 0.0

    async def start(self, target_url: str) -> str:
        """Relay a free loopback port to `target_url` (http://host:port) and return its base URL."""
        target = urlsplit(target_url)
        host, port = target.hostname or "127.0.0.1", target.port or 80

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._relays.add(task)
            # cancelled when the loop stops: asyncio's streams report a cancelled handler as an error (Python 3.11)
            with contextlib.suppress(asyncio.CancelledError):
                await self._relay(reader, writer, host, port)
            self._relays.discard(task)

        server = await asyncio.start_server(relay, "127.0.0.1", 0, limit=READ_BYTES)
        self._servers.append(server)
        own_port = server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{own_port}"

    async def aclose(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()

    def _elapsed_s(self) -> float:
        return self._clock.monotonic_s() - self._origin_s

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
        step, _ = self._trace.at(self._elapsed_s())
        await asyncio.sleep(step.latency_s)
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                up_reader, up_writer = await asyncio.open_connection(host, port, limit=READ_BYTES)
        except (OSError, TimeoutError):
            writer.transport.abort()
            return
        asked_at = [self._elapsed_s()]
        up = self._runtime.spawn(_pump_up(reader, up_writer, asked_at, self._elapsed_s), "link up")
        try:
            await self._pump_down(up_reader, writer, asked_at)
        except (OSError, asyncio.IncompleteReadError):
            log.debug("a relayed connection broke")
        finally:
            up.cancel()
            for end in (writer, up_writer):
                if not end.is_closing():
                    end.transport.abort()

    async def _pump_down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked_at: list[float]
    ) -> None:
        answered = -1.0
        while data := await reader.read(READ_BYTES):
            if asked_at[0] != answered:
                answered = asked_at[0]
                step, _ = self._trace.at(self._elapsed_s())
                await self._sleep_until(answered + step.latency_s)
            for start in range(0, len(data), CHUNK_BYTES):
                await self._send(writer, data[start : start + CHUNK_BYTES])
        with contextlib.suppress(OSError):
            await writer.drain()
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter, chunk: bytes) -> None:
        async with self._turn:  # asyncio's lock is fair: the streams take turns, packet by packet
            now_s = self._elapsed_s()
            begin_s = max(now_s, self._free_at_s)
            self._free_at_s = begin_s + self._trace.seconds_to_send(len(chunk), begin_s)
            await self._sleep_until(self._free_at_s)
        self.bytes_down += len(chunk)
        writer.write(chunk)
        await writer.drain()

    async def _sleep_until(self, elapsed_s: float) -> None:
        wait_s = elapsed_s - self._elapsed_s()
        if wait_s > 0.002:  # a shorter wait is below the timer's grain; the debt is kept in _free_at_s
            await asyncio.sleep(wait_s)


async def _pump_up(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked_at: list[float], elapsed_s: Callable[[], float]
) -> None:
    try:
        while data := await reader.read(READ_BYTES):
            asked_at[0] = elapsed_s()
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        log.debug("the player's side of a relayed connection broke")
