"""A link that goes wrong on demand: an HTTP relay on loopback between a real player and a real backend.

It asks the backend properly and answers the player badly, byte by byte, because no server library will send half a
body, another length than it promised, or nothing at all. Runs on a thread of its own; tests and
`benchmarks/faults.py` command it from theirs.

with running_link(backend.url) as link:
    link.expect(Fault("reset", path=r"/1\\.m4s"))
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

PORTAL_PAGE = b"<!DOCTYPE html><html><title>Welcome</title><body>Please sign in to use this network.</body></html>"
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "date", "server", "host"}
REASONS = {200: "OK", 206: "Partial Content", 302: "Found"}
LIMIT_S = 20.0
NAME = "localhost"  # a name, so that it can be gone


@dataclass
class Fault:
    """Takes the next `times` requests whose path matches. `kind`: status (`status`, `code`, `retry_after_s`), portal
    (`status` 200, 302 or 511), reset, half, overpromised, underpromised, longer, garbage, forged, trickle, hang; and
    what the request sets off: dark, nameless (for `seconds`), restart."""

    kind: str
    path: str = r"\.m4s$"
    times: int = 1
    seconds: float = 1.0
    status: int = 500
    code: str = ""
    retry_after_s: float | None = None


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def head(self, length: int | None = None) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'No')}"]
        lines += [f"{name}: {value}" for name, value in self.headers if name.lower() not in HOP_BY_HOP]
        lines.append(f"Content-Length: {len(self.body) if length is None else length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@dataclass
class FaultyLink:
    """`target` may change: the server comes back elsewhere behind the same address."""

    target: str
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """the paths of all requests"""
    taken: int = 0
    """how many requests met a fault"""
    url: str = ""
    has_name: bool = True
    restart_wanted: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._darkness = 0
        self._is_dark = False
        self._client: httpx.AsyncClient | None = None
        self._connections: set[asyncio.Task[None] | None] = set()  # asyncio itself holds them weakly

    # ---- from the tests' thread

    def expect(self, *faults: Fault) -> None:
        with self._lock:
            self.faults.extend(faults)

    def forget(self) -> None:
        with self._lock:
            self.faults.clear()
            self.asked.clear()
            self.taken = 0

    def go_dark(self) -> None:
        """The network is away: nothing comes any more and nobody says so. What was connected then stays dead, as
        after sleep or behind a router that has forgotten it."""
        self._darkness += 1
        self._is_dark = True

    def come_back(self) -> None:
        self._is_dark, self.has_name = False, True

    # ---- the wire

    async def open(self) -> asyncio.Server:
        self._client = httpx.AsyncClient(trust_env=False, timeout=30.0)
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://{NAME}:{server.sockets[0].getsockname()[1]}"
        return server

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        darkness, task = self._darkness, asyncio.current_task()
        self._connections.add(task)
        # cancelled when the link closes: asyncio's streams report a cancelled handler as an error (3.11)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"^content-length: *(\d+)", head, re.IGNORECASE | re.MULTILINE)
                body = await reader.readexactly(int(length[1])) if length else b""
                if self._is_dark or darkness != self._darkness:
                    await reader.read()  # until the player gives up
                    break
                fault = self._due(head.split(" ", 2)[1].partition("?")[0])
                if fault is not None and fault.kind == "hang":
                    await reader.read()
                    break
                if not await self._answer(head, body, writer, fault):
                    break
        self._connections.discard(task)
        if not writer.is_closing():
            writer.close()

    async def _answer(self, head: str, body: bytes, writer: asyncio.StreamWriter, fault: Fault | None) -> bool:
        method, target, _ = head.split(" ", 2)
        if fault is not None and fault.kind in ("dark", "nameless", "restart"):
            self._set_off(fault)
            writer.transport.abort()
            return False
        if fault is not None and fault.kind in ("status", "portal"):
            return await self._instead(writer, fault)
        try:
            answer = await self._ask(method, target, head, body)
        except httpx.HTTPError:  # the server is away: so is this connection
            writer.transport.abort()
            return False
        if fault is None or answer.status >= 300:
            writer.write(answer.head() + answer.body)
            await writer.drain()
            return True
        return await self._spoil(writer, answer, fault)

    def _due(self, path: str) -> Fault | None:
        with self._lock:
            self.asked.append(path)
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.path, path):
                    fault.times -= 1
                    self.taken += 1
                    return fault
        return None

    async def _ask(self, method: str, target: str, head: str, body: bytes) -> Answer:
        assert self._client is not None
        pairs = (line.partition(":")[::2] for line in head.split("\r\n")[1:] if ":" in line)
        headers = [(name, value.strip()) for name, value in pairs if name.lower() not in HOP_BY_HOP]
        request = self._client.build_request(method, self.target + target, headers=headers, content=body)
        response = await self._client.send(request, stream=True)
        try:
            raw = b"".join([part async for part in response.aiter_raw()])
        finally:
            await response.aclose()
        return Answer(response.status_code, list(response.headers.multi_items()), raw)

    def _set_off(self, fault: Fault) -> None:
        loop = asyncio.get_running_loop()
        if fault.kind == "restart":
            self.restart_wanted.set()
            return
        self.go_dark()  # also without names what is connected must not help
        if fault.kind == "nameless":
            self.has_name, self._is_dark = False, False
        loop.call_later(fault.seconds, self.come_back)

    async def _instead(self, writer: asyncio.StreamWriter, fault: Fault) -> bool:
        """What somebody else than the server says."""
        if fault.kind == "portal":
            headers = [("Content-Type", "text/html")]
            if fault.status == 302:
                headers.append(("Location", "http://portal.invalid/login"))
            answer = Answer(fault.status, headers, PORTAL_PAGE)
        else:
            problem = f'{{"status": {fault.status}, "title": "no", "code": "{fault.code}"}}'
            answer = Answer(fault.status, [("Content-Type", "application/problem+json")], problem.encode())
        if fault.retry_after_s is not None:
            answer.headers.append(("Retry-After", f"{fault.retry_after_s:g}"))
        writer.write(answer.head() + answer.body)
        await writer.drain()
        return True

    async def _spoil(self, writer: asyncio.StreamWriter, answer: Answer, fault: Fault) -> bool:
        """What the server says, arriving wrong. False closes the connection."""
        body = answer.body
        part = body[: self.rng.randrange(1, len(body))] if len(body) > 1 else b""
        match fault.kind:
            case "half" | "reset":
                writer.write(answer.head() + part)
            case "overpromised":
                writer.write(answer.head(len(body) + 1 + self.rng.randrange(5000)) + body)
            case "underpromised":
                writer.write(answer.head(len(part)) + body)
            case "longer":
                answer.body = body + self.rng.randbytes(1 + self.rng.randrange(5000))
                writer.write(answer.head() + answer.body)
            case "garbage":
                writer.write(answer.head() + self.rng.randbytes(len(body)))
            case "forged":
                writer.write(answer.head() + forged(body, self.rng))
            case "trickle":
                writer.write(answer.head())
                for at in range(len(body)):
                    writer.write(body[at : at + 1])
                    await writer.drain()
                    await asyncio.sleep(0.1)
            case unknown:
                raise AssertionError(f"there is no fault {unknown}")
        await writer.drain()
        if fault.kind == "reset" and (raw := writer.get_extra_info("socket")) is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return fault.kind in ("longer", "garbage", "forged", "trickle", "underpromised")


def forged(body: bytes, rng: random.Random) -> bytes:
    """The boxes as they were, with a stretch of other bytes inside: of what is behind the first `mdat`, or of the
    second half where there is none."""
    at = body.find(b"mdat") + 4
    begin = at if at >= 4 else len(body) // 2
    start = rng.randrange(begin, len(body))
    end = min(len(body), start + 1 + rng.randrange(400))
    return body[:start] + bytes(byte ^ rng.randrange(1, 256) for byte in body[start:end]) + body[end:]


@contextlib.contextmanager
def names_while(has_name: Callable[[], bool]) -> Iterator[None]:
    """The resolver of this process knows `NAME` only while it is said to."""
    resolve = socket.getaddrinfo

    def asked(host: Any, *arguments: Any, **options: Any) -> Any:
        if host in (NAME, NAME.encode()) and not has_name():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(host, *arguments, **options)

    socket.getaddrinfo = asked
    try:
        yield
    finally:
        socket.getaddrinfo = resolve


@contextlib.contextmanager
def running_link(target: str) -> Iterator[FaultyLink]:
    link = FaultyLink(target)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="faulty-link")
    thread.start()

    async def stop(listening: asyncio.Server) -> None:
        listening.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await link.aclose()

    listening = asyncio.run_coroutine_threadsafe(link.open(), loop).result(LIMIT_S)
    try:
        with names_while(lambda: link.has_name):
            yield link
    finally:
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result(LIMIT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(LIMIT_S)
        loop.close()
