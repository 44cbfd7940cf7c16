from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from player.account.backend import ROOT, LocalBackend
from player.errors import BackendError, NetworkError
from tests.support.looping import Looping

CHILD = """
import json, sys
print(json.dumps({"event": "listening", "url": "http://127.0.0.1:1", "owner_code": "code"}), flush=True)
print("reading songs", file=sys.stderr, flush=True)
"""


def child(code: str) -> tuple[str, ...]:
    """A stand-in for `python -m server`; the arguments that follow are ignored."""
    return (sys.executable, "-c", textwrap.dedent(code))


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_starts_and_stops_with_its_standard_input(loop: Looping) -> None:
    backend = LocalBackend(loop.runtime, [], command=child(CHILD + "sys.stdin.read()"))
    loop.do(backend.start())
    assert (backend.url(), backend.owner_code) == ("http://127.0.0.1:1", "code")
    process_id = backend.process_id
    assert process_id is not None
    loop.do(backend.stop())
    assert not is_alive(process_id)
    with pytest.raises(NetworkError):
        backend.url()


def test_a_flood_of_output_blocks_nobody(loop: Looping) -> None:
    code = CHILD + "print('x' * 3_000_000); print('y\\n' * 50_000, file=sys.stderr); sys.stdin.read()"
    backend = LocalBackend(loop.runtime, [], command=child(code))
    loop.do(backend.start())
    loop.do(backend.stop())


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import sys; sys.exit('the music folder /x cannot be read')", "music folder /x cannot be read"),
        ("raise SystemExit(9)", "did not say why"),
        ("print('hello')", "something unexpected"),
        ("print('[1]')", "something unexpected"),
    ],
)
def test_a_child_that_does_not_start_says_why(loop: Looping, code: str, sentence: str) -> None:
    with pytest.raises(BackendError, match=sentence):
        loop.do(LocalBackend(loop.runtime, [], command=child(code)).start())


def test_a_program_that_is_not_there_is_said(loop: Looping) -> None:
    with pytest.raises(BackendError, match="could not be started"):
        loop.do(LocalBackend(loop.runtime, [], command=("/nowhere/python",)).start())


def test_a_child_that_died_is_started_again_and_told(loop: Looping) -> None:
    backend = LocalBackend(loop.runtime, [], command=child(CHILD + "sys.stdin.read()"))

    async def run() -> list[bool]:
        changes: list[bool] = []
        back = asyncio.Event()

        def changed(is_up: bool) -> None:
            changes.append(is_up)
            if is_up:
                back.set()

        backend.follow(changed)
        await backend.start()
        first = backend.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(20):
            await back.wait()
        assert backend.process_id != first
        assert backend.url()
        await backend.stop()
        return changes

    assert loop.do(run()) == [False, True]


def test_the_real_backend_leaves_no_orphan_when_the_player_is_killed(tmp_path: Path) -> None:
    player = f"""
        import time
        from player.account.backend import LocalBackend
        from player.runtime import Runtime
        runtime = Runtime()
        runtime.start()
        backend = LocalBackend(runtime, ["--data", {str(tmp_path / "server")!r}])
        runtime.call(backend.start()).result(60)
        print(backend.process_id, backend.url(), flush=True)
        time.sleep(600)
    """
    with subprocess.Popen(
        child(player), cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout is not None
        process_id, url = process.stdout.readline().split()
        assert url.startswith(b"http://127.0.0.1:")
        assert is_alive(int(process_id))
        process.kill()
    deadline = time.monotonic() + 20
    while is_alive(int(process_id)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(int(process_id))
