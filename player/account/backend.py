"""The player's own backend as a child process: started, read, watched, started again, stopped. Used by `accounts`
for music on this computer; runs on the `net` loop.

The child ends when its standard input closes (`--stop-with-stdin`): this end of the pipe goes with the player
however that dies, so no orphan survives. Its output goes to the log, area `backend`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from player.errors import BackendError, NetworkError
from player.network.retry import Backoff
from player.runtime import Runtime

log = logging.getLogger("backend")

START_LIMIT_S = 60.0  # a cold disk and a virus scanner; warm it takes one second
STOP_LIMIT_S = 5.0
LINE_LIMIT = 64 * 1024
ROOT = Path(__file__).resolve().parents[2]


class LocalBackend:
    """`arguments` are those after `python -m server`."""

    def __init__(
        self,
        runtime: Runtime,
        arguments: Sequence[str],
        *,
        reach: Callable[[str], Awaitable[str]] | None = None,
        command: Sequence[str] = (sys.executable, "-P", "-m", "server"),
    ) -> None:
        self._runtime = runtime
        self._command = (*command, *arguments, "--port", "0", "--owner-code", "--stop-with-stdin")
        self._on_change: Callable[[bool], None] = lambda _: None
        self._reach = reach
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._url: str | None = None
        self._owner_code = ""
        self._last_words = ""

    @property
    def process_id(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def owner_code(self) -> str:
        """Signs the owner in, once for each start of the child."""
        return self._owner_code

    def url(self) -> str:
        """The present address; another one after each start."""
        if self._url is None:
            raise NetworkError("the backend on this computer is starting again")
        return self._url

    def follow(self, listener: Callable[[bool], None]) -> None:
        """`listener(is_up)` is called on the loop when the child dies unasked and when it is back."""
        self._on_change = listener

    async def start(self) -> None:
        """Up and answering when it returns; BackendError with what it said otherwise."""
        await self._launch()
        self._watching = self._runtime.spawn(self._watch(), "watch the backend")

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching], timeout=STOP_LIMIT_S)
        await self._end_child()

    async def _launch(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                limit=LINE_LIMIT,
                start_new_session=True,  # Ctrl+C in a terminal is for the player, which stops the child in order
            )
        except OSError as error:
            raise BackendError(f"the backend could not be started: {error.strerror}") from error
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout is not None
        assert stderr is not None
        drained = self._runtime.spawn(self._drain(stderr), "backend's standard error")
        try:
            async with asyncio.timeout(START_LIMIT_S):
                self._url, self._owner_code = await self._first_line(stdout, drained)
                if self._reach is not None:
                    self._url = await self._reach(self._url)
        except BaseException as error:
            await self._end_child()
            if isinstance(error, TimeoutError):
                raise BackendError("the backend did not start in time") from error
            raise
        self._runtime.spawn(self._drain(stdout), "backend's standard output")

    async def _first_line(self, stdout: asyncio.StreamReader, drained: asyncio.Task[None]) -> tuple[str, str]:
        line = await _line(stdout)
        if not line:
            await asyncio.wait([drained], timeout=STOP_LIMIT_S)
            raise BackendError(self._last_words or "the backend ended at once and did not say why")
        try:
            said = json.loads(line)
            return str(said["url"]), str(said["owner_code"])
        except (ValueError, TypeError, KeyError) as error:
            raise BackendError("the backend said something unexpected at its start") from error

    async def _drain(self, stream: asyncio.StreamReader) -> None:
        while line := await _line(stream):
            self._last_words = line.strip()
            log.info("%s", self._last_words)

    async def _watch(self) -> None:
        backoff = Backoff(first_s=0.5, limit_s=30.0)
        while True:
            assert self._process is not None
            code = await self._process.wait()
            self._url = None
            log.info("the backend ended by itself (%s); it is started again", code)
            self._on_change(False)
            await self._relaunch(backoff)
            self._on_change(True)

    async def _relaunch(self, backoff: Backoff) -> None:
        while True:
            await asyncio.sleep(backoff.next_s())
            try:
                return await self._launch()
            except BackendError as error:
                log.info("the backend did not come back: %s", error.message)

    async def _end_child(self) -> None:
        process, self._process, self._url = self._process, None, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        for ask in (None, process.terminate, process.kill):
            if ask is not None:
                with contextlib.suppress(ProcessLookupError):
                    ask()
            try:
                async with asyncio.timeout(STOP_LIMIT_S):
                    await process.wait()
                    return
            except TimeoutError:
                continue


async def _line(stream: asyncio.StreamReader) -> str:
    """The next line, empty at the end; a line over `LINE_LIMIT` is dropped."""
    while True:
        try:
            return (await stream.readline()).decode("utf-8", errors="replace")
        except ValueError:
            continue
