from __future__ import annotations

import threading

import pytest

from server.jobs import Job, Jobs, Priority, StopSignal

_LIMIT_S = 30.0


def test_no_job_waits_for_a_lesser_one_and_keys_are_queued_once() -> None:
    order: list[str] = []
    running, gate, urgent, normal, last = (threading.Event() for _ in range(5))

    def hold(_stop: StopSignal) -> None:
        running.set()
        gate.wait(_LIMIT_S)

    def end(_stop: StopSignal) -> None:
        order.append("last")
        last.set()

    jobs = Jobs()
    jobs.start()
    jobs.submit("hold", hold, Priority.IDLE)
    assert running.wait(_LIMIT_S)
    jobs.submit("first", lambda _stop: order.append("first"), Priority.IDLE)
    assert jobs.submit("last", end, Priority.IDLE)
    assert not jobs.submit("last", end, Priority.IDLE)
    jobs.submit("normal", lambda _stop: normal.set())
    jobs.submit("urgent", lambda _stop: urgent.set(), Priority.URGENT)
    assert urgent.wait(_LIMIT_S), "an urgent job waited for the background"
    assert normal.wait(_LIMIT_S), "a scan waited for packaging"
    gate.set()
    assert last.wait(_LIMIT_S)
    jobs.stop()
    assert order == ["first", "last"]
    assert not jobs.submit("after", hold)


@pytest.mark.parametrize("busy", [priority for priority in Priority if priority is not Priority.URGENT])
def test_no_priority_waits_for_another(busy: Priority) -> None:
    gate, done = threading.Event(), {priority: threading.Event() for priority in Priority if priority is not busy}

    def hold(_stop: StopSignal) -> None:
        gate.wait(_LIMIT_S)

    def finishing(priority: Priority) -> Job:
        return lambda _stop: done[priority].set()

    jobs = Jobs()
    jobs.start()
    jobs.submit("busy", hold, busy)
    for priority in done:
        jobs.submit(f"other {priority}", finishing(priority), priority)
    assert all(event.wait(_LIMIT_S) for event in done.values())
    gate.set()
    jobs.stop()


@pytest.mark.allow_log(r"job bad failed")
def test_a_failing_job_ends_nothing_else() -> None:
    done = threading.Event()

    def fail(_stop: StopSignal) -> None:
        raise RuntimeError("provoked")

    jobs = Jobs()
    jobs.start()
    jobs.submit("bad", fail)
    jobs.submit("good", lambda _stop: done.set())
    assert done.wait(_LIMIT_S)
    jobs.stop()


def test_stopping_asks_the_running_job_to_end() -> None:
    running, ended = threading.Event(), threading.Event()

    def work(stop: StopSignal) -> None:
        running.set()
        stop.wait(_LIMIT_S)
        ended.set()

    jobs = Jobs()
    jobs.start()
    jobs.submit("work", work)
    assert running.wait(_LIMIT_S)
    jobs.stop()
    assert ended.is_set()
