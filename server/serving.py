"""Runs one backend on one socket: for `python -m server` in the main thread, for tests in a thread of theirs."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

_GRACE_S = 5
_KEEP_ALIVE_S = 75
_BACKLOG = 256


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; OSError when the port is taken or the host is none of this machine's."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def url_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Serving(uvicorn.Server):
    """`on_listening` is called once, in the serving thread, when requests are answered."""

    def __init__(self, app: FastAPI, *, on_listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,  # its lines hold whole URLs, and media URLs are signed
                ws="none",
                lifespan="on",
                backlog=_BACKLOG,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    def request_stop(self) -> None:
        """Safe from any thread."""
        self.should_exit = True
