from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator

import pytest

from player.errors import NetworkError, PlayerError
from player.runtime import Runtime, Scope


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    runtime = Runtime()
    runtime.start()
    yield runtime
    runtime.stop()


async def _name() -> str:
    return threading.current_thread().name


async def _fail(error: Exception) -> None:
    raise error


async def _forever(started: threading.Event, ended: threading.Event) -> None:
    started.set()
    try:
        await asyncio.Event().wait()
    finally:
        ended.set()


def test_work_runs_on_the_net_thread(runtime: Runtime) -> None:
    assert runtime.call(_name()).result(5) == "net"


def test_blocking_work_runs_in_the_pool(runtime: Runtime) -> None:
    async def work() -> str:
        return await runtime.in_pool(lambda: threading.current_thread().name)

    assert runtime.call(work()).result(5).startswith("pool")


def test_stop_cancels_what_is_under_way_and_is_idempotent() -> None:
    runtime = Runtime()
    runtime.start()
    started, ended = threading.Event(), threading.Event()
    runtime.call(_forever(started, ended))
    assert started.wait(5)
    runtime.stop()
    runtime.stop()
    assert ended.is_set()
    assert runtime.loop.is_closed()


def test_a_call_whose_future_was_dropped_lives_on(runtime: Runtime) -> None:
    started, ended = threading.Event(), threading.Event()
    runtime.call(_forever(started, ended))
    assert started.wait(5)
    gc.collect()
    assert not ended.is_set()


def test_a_stopped_runtime_takes_no_work() -> None:
    runtime = Runtime()
    runtime.start()
    runtime.stop()
    with pytest.raises(RuntimeError, match="stopped"):
        runtime.call(_name())


def test_a_scope_delivers_results_and_known_errors(runtime: Runtime) -> None:
    scope = Scope(runtime)
    results: list[str] = []
    errors: list[PlayerError] = []
    told = threading.Semaphore(0)

    def ok(name: str) -> None:
        results.append(name)
        told.release()

    def err(error: PlayerError) -> None:
        errors.append(error)
        told.release()

    scope.run(_name(), ok=ok)
    scope.run(_fail(NetworkError("down")), err=err)
    assert told.acquire(timeout=5)
    assert told.acquire(timeout=5)
    assert results == ["net"]
    assert [error.code for error in errors] == ["NETWORK"]


@pytest.mark.allow_log(r"ERROR runtime: a task failed: ValueError")
def test_a_bug_is_logged_and_reaches_the_owner_as_one_sentence(runtime: Runtime) -> None:
    seen: list[PlayerError] = []
    told = threading.Event()

    def err(error: PlayerError) -> None:
        seen.append(error)
        told.set()

    Scope(runtime).run(_fail(ValueError("secret detail")), err=err)
    assert told.wait(5)
    assert seen[0].code == "PLAYER_ERROR"
    assert "secret" not in seen[0].message


def test_a_closed_scope_cancels_and_drops_late_results(runtime: Runtime) -> None:
    waiting: list[object] = []
    scope = Scope(runtime, deliver=waiting.append)
    results: list[str] = []
    scope.run(_name(), ok=results.append).result(5)
    started, ended = threading.Event(), threading.Event()
    scope.run(_forever(started, ended))
    assert started.wait(5)
    scope.close()
    assert ended.wait(5)
    for callback in waiting:  # delivered only now, after the close
        assert callable(callback)
        callback()
    assert results == []


@pytest.mark.allow_log(r"ERROR runtime: task doomed failed")
def test_a_failure_nobody_awaits_is_logged(runtime: Runtime) -> None:
    async def start() -> None:
        task = runtime.spawn(_fail(ValueError("x")), "doomed")
        await asyncio.wait([task])

    runtime.call(start()).result(5)
    assert runtime.call(_name()).result(5) == "net"
