"""The one asyncio loop of the player (thread `net`) and the scopes that own work on it.

The GUI thread, mpv's threads and main.py reach the loop through `Runtime.call` or a `Scope`; nothing else makes
tasks. A scope belongs to whoever shows the result (a presenter, a page): closing it cancels what is under way and
drops results that arrive late. `deliver` carries callbacks to the owner's thread; the window passes a bridge that
emits one Qt signal, tests and the headless player pass a plain call.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from player.errors import PlayerError

T = TypeVar("T")
Deliver = Callable[[Callable[[], None]], None]
log = logging.getLogger("runtime")

POOL_THREADS = 3  # disk and CPU work; two cores decode covers while one waits for the disk


class Runtime:
    """Owns the loop thread and the small pool. Start it once, stop it last; both are idempotent."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="net", daemon=True)
        self._pool = ThreadPoolExecutor(POOL_THREADS, thread_name_prefix="pool")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._calls: set[Future[Any]] = set()
        self._stopped = False

    def start(self) -> None:
        if not self._thread.is_alive():
            self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` on the loop from any other thread. The caller may drop the future: asyncio itself holds its
        tasks weakly, so we hold the call until it is done."""
        if self._stopped:
            work.close()
            raise RuntimeError("the runtime has stopped")
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        return future

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Make a named task; call it on the loop only. A failure nobody awaits is logged as an error."""
        task = self.loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed: %r", task.get_name(), error, exc_info=error)

    async def in_pool(self, work: Callable[[], T]) -> T:
        """Run blocking disk or CPU work away from the loop."""
        return await self.loop.run_in_executor(self._pool, work)

    def stop(self, limit_s: float = 5.0) -> None:
        """Cancel every task, stop the loop and join its thread; never from the loop thread itself."""
        if self._stopped:
            return
        self._stopped = True
        if self._thread.is_alive():
            done = asyncio.run_coroutine_threadsafe(self._cancel_all(), self.loop)
            try:
                done.result(limit_s)
            except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
                log.warning("tasks still running after %.1f s", limit_s)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(limit_s)
        self._pool.shutdown(wait=False, cancel_futures=True)
        if not self._thread.is_alive():
            self.loop.close()

    async def _cancel_all(self) -> None:
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.loop.shutdown_asyncgens()


async def uncancelled(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end although the caller is cancelled meanwhile; the cancellation is raised after it. For the
    giving back of what must not be kept, which is short."""
    task = asyncio.get_running_loop().create_task(work)
    await _ended(task)
    return task.result()


async def cancelled_at_most_once(
    work: Coroutine[Any, Any, T], discard: Callable[[T], Coroutine[Any, Any, None]] | None = None
) -> T:
    """Run `work`, which hears of a cancellation once, however often the caller is cancelled while it cleans up.
    `discard` takes a result that came all the same, since the caller will not get it."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # this cancellation is raised below
            await _ended(task)
        if discard is not None and not task.cancelled() and task.exception() is None:
            with contextlib.suppress(asyncio.CancelledError):
                await uncancelled(discard(task.result()))
        elif not task.cancelled():
            task.exception()  # it failed while nobody waits: looked at, so that asyncio does not report it
        raise
    return task.result()


async def _ended(task: asyncio.Task[Any]) -> None:
    """Wait for `task` through cancellations, and raise the last of them when it is over."""
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation


def deliver_inline(callback: Callable[[], None]) -> None:
    """For owners without a thread of their own: the callback runs on the loop."""
    callback()


class Scope:
    """Work owned by one presenter or page. `close` cancels it; late results are dropped."""

    def __init__(self, runtime: Runtime, deliver: Deliver = deliver_inline) -> None:
        self._runtime = runtime
        self._deliver = deliver
        self._running: set[Future[Any]] = set()
        self._closed = False

    def run(
        self,
        work: Coroutine[Any, Any, T],
        ok: Callable[[T], None] | None = None,
        err: Callable[[PlayerError], None] | None = None,
    ) -> Future[T]:
        """Run `work` on the loop; `ok` or `err` is called in the owner's thread. An exception that is no
        PlayerError is a bug: it is logged as an error and reaches `err` as a PlayerError."""
        future = self._runtime.call(work)
        self._running.add(future)
        future.add_done_callback(lambda done: self._finish(done, ok, err))
        return future

    def _finish(
        self, done: Future[T], ok: Callable[[T], None] | None, err: Callable[[PlayerError], None] | None
    ) -> None:
        self._running.discard(done)
        if self._closed or done.cancelled():
            return
        error = done.exception()
        if error is None:
            if ok is not None:
                result = done.result()
                self._deliver(lambda: None if self._closed else ok(result))
            return
        if isinstance(error, PlayerError):
            known: PlayerError = error
            if err is None:
                log.warning("nobody handles %s: %s", known.code, known.message)
        else:
            log.error("a task failed: %r", error, exc_info=error)
            known = PlayerError("something went wrong inside Segue")
        if err is not None:
            self._deliver(lambda: None if self._closed else err(known))

    def cancel_running(self) -> None:
        """Cancel what is under way and stay open: a newer search cancels the older."""
        for future in list(self._running):
            future.cancel()

    def close(self) -> None:
        self._closed = True
        self.cancel_running()
