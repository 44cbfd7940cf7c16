"""Work that can wait: a small priority queue over few threads. The ingest and the packager submit to it from request
threads and from jobs themselves; `Services.stop` ends it.

Urgent jobs have a thread of their own, so that something long in the background never delays them. Background
threads run at the lowest priority the operating system gives, so that serving music always comes first. A key that
waits already is not queued twice. In a larger installation this port stands before a message queue.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import sys
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

log = logging.getLogger("server.jobs")

_LOWEST_PRIORITY = 19
_JOIN_S = 30.0


class Priority(IntEnum):
    URGENT = 0
    NORMAL = 1
    """in the background, before what is only convenient"""
    IDLE = 2


class StopSignal(Protocol):
    """What a job looks at between its steps: it ends early when this is set."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


Job = Callable[[StopSignal], None]
_Entry = tuple[int, int, str, Job]
"""priority, number (first come, first served), key, job"""


class Jobs:
    def __init__(self, *, background_workers: int = 1) -> None:
        self._background_workers = max(1, background_workers)
        self._stopping = threading.Event()
        self._condition = threading.Condition()
        self._urgent: list[_Entry] = []
        self._background: list[_Entry] = []
        self._waiting: set[str] = set()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        lanes = [("jobs-urgent", self._urgent)]
        lanes += [(f"jobs-{number}", self._background) for number in range(self._background_workers)]
        for name, queue in lanes:
            thread = threading.Thread(target=self._work, args=(queue,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Running jobs are asked to end and waited for; what still waits is forgotten."""
        with self._condition:
            self._stopping.set()
            self._urgent.clear()
            self._background.clear()
            self._waiting.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(_JOIN_S)
            if thread.is_alive():
                log.warning("the job on %s did not end in %.0f s", thread.name, _JOIN_S)
        self._threads.clear()

    def submit(self, key: str, job: Job, priority: Priority = Priority.NORMAL) -> bool:
        """False when a job of that key waits already, or the queue is closed. One that runs does not count: what
        it has looked at may have changed since."""
        with self._condition:
            if self._stopping.is_set() or key in self._waiting:
                return False
            self._waiting.add(key)
            queue = self._urgent if priority is Priority.URGENT else self._background
            heapq.heappush(queue, (priority, next(self._numbers), key, job))
            self._condition.notify_all()
            return True

    def _work(self, queue: list[_Entry]) -> None:
        if queue is self._background:
            _lower_priority()
        while (taken := self._take(queue)) is not None:
            key, job = taken
            try:
                job(self._stopping)
            except Exception:  # a job's failure must not end the thread that serves all others
                log.exception("job %s failed", key)

    def _take(self, queue: list[_Entry]) -> tuple[str, Job] | None:
        with self._condition:
            while not self._stopping.is_set():
                if queue:
                    _, _, key, job = heapq.heappop(queue)
                    self._waiting.discard(key)
                    return key, job
                self._condition.wait()
        return None


def _lower_priority() -> None:
    """Linux lets one thread be niced by its own id; elsewhere a process has one priority, which is left alone."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST_PRIORITY)
