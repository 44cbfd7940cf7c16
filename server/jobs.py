"""Work that can wait: a small priority queue over few threads. The ingest and the packager submit to it from request
threads and from jobs themselves; `Services.stop` ends it.

Every priority has threads of its own, so that something long never delays what matters more: the scan of a library
that has just been chosen does not wait for the packaging of a song. Idle threads run at the lowest priority the
operating system gives, so that serving music always comes first. A key that waits already is not queued twice. In a
larger installation this port stands before a message queue.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

log = logging.getLogger("server.jobs")

_URGENT_THREADS = 2  # the demo library is made on one while the other answers
_JOIN_S = 30.0


class Priority(IntEnum):
    URGENT = 0
    NORMAL = 1
    """what the listener waits for, though not this second"""
    BULK = 2
    """what a listener waits for by the hundred: songs prepared for download"""
    IDLE = 3
    """what is only convenient"""


_NICE = {Priority.URGENT: 0, Priority.NORMAL: 5, Priority.BULK: 10, Priority.IDLE: 19}


class StopSignal(Protocol):
    """What a job looks at between its steps: it ends early when this is set."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


Job = Callable[[StopSignal], None]
_Entry = tuple[str, Job]


class Jobs:
    def __init__(self, *, background_workers: int = 1) -> None:
        self._background_workers = max(1, background_workers)
        self._stopping = threading.Event()
        self._condition = threading.Condition()
        self._lanes: dict[Priority, deque[_Entry]] = {priority: deque() for priority in Priority}
        self._waiting: set[str] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        threads = dict.fromkeys(Priority, 1)
        threads |= {Priority.URGENT: _URGENT_THREADS, Priority.IDLE: self._background_workers}
        for priority, count in threads.items():
            for number in range(count):
                name = f"jobs-{priority.name.lower()}-{number}"
                thread = threading.Thread(target=self._work, args=(priority,), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Running jobs are asked to end and waited for; what still waits is forgotten."""
        with self._condition:
            self._stopping.set()
            for lane in self._lanes.values():
                lane.clear()
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
            self._lanes[priority].append((key, job))
            self._condition.notify_all()
            return True

    def _work(self, priority: Priority) -> None:
        _be_nice(_NICE[priority])
        while (taken := self._take(self._lanes[priority])) is not None:
            key, job = taken
            try:
                job(self._stopping)
            except Exception:  # a job's failure must not end the thread that serves all others
                log.exception("job %s failed", key)

    def _take(self, lane: deque[_Entry]) -> tuple[str, Job] | None:
        with self._condition:
            while not self._stopping.is_set():
                if lane:
                    key, job = lane.popleft()
                    self._waiting.discard(key)
                    return key, job
                self._condition.wait()
        return None


def _be_nice(nice: int) -> None:
    """Linux lets one thread be niced by its own id; elsewhere a process has one priority, which is left alone."""
    if sys.platform == "linux" and nice:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
