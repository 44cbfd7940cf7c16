"""The implementations that the MusicService contract runs against: the fake, and the adapter on a real backend."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from player.account.identity import Identity
from player.account.kept_sign_in import SignInInMemory
from player.account.session import Session
from player.clock import SystemClock
from player.domain.catalogue import IngestPhase
from player.network.client import build_client
from player.runtime import Runtime
from player.service.port import MusicService
from player.service.segue.service import SegueService
from player.service.segue.wire import SegueWire
from tests.support.backend import Backend, running_backend
from tests.support.fake_service import FakeService
from tests.support.music import make_library

T = TypeVar("T")
INGEST_LIMIT_S = 60.0


@dataclass(frozen=True)
class Subject:
    """A service under test; `do` runs one of its coroutines to the end."""

    service: MusicService
    runtime: Runtime

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runtime.call(work).result(30)


@contextmanager
def fake_subject(folder: Path) -> Iterator[Subject]:
    with _runtime() as runtime:
        yield Subject(FakeService(), runtime)


@contextmanager
def segue_subject(folder: Path) -> Iterator[Subject]:
    """Segue's adapter, signed in as the owner of a real backend that has read a small library."""
    library = make_library(folder / "music")
    with running_backend(folder / "server", library=library) as backend, _runtime() as runtime:
        subject, close = runtime.call(_sign_in(backend, runtime)).result(30)
        try:
            _await_ingest(subject)
            yield subject
        finally:
            runtime.call(close()).result(10)


async def _sign_in(backend: Backend, runtime: Runtime) -> tuple[Subject, Callable[[], Coroutine[Any, Any, None]]]:
    client = build_client()
    identity = Identity(client, lambda: backend.url)
    session = Session(runtime, SystemClock(), identity, SignInInMemory())
    await session.begin(await identity.by_code(backend.owner_code))
    service = SegueService(SegueWire(client, lambda: backend.url, session))
    await service.me()
    return Subject(service, runtime), client.aclose


def _await_ingest(subject: Subject) -> None:
    deadline = time.monotonic() + INGEST_LIMIT_S
    while time.monotonic() < deadline:
        status = subject.do(subject.service.ingest_status())
        if status.phase is IngestPhase.IDLE and status.songs:
            return
        time.sleep(0.1)
    raise AssertionError("the backend did not finish reading its library")


@contextmanager
def _runtime() -> Iterator[Runtime]:
    runtime = Runtime()
    runtime.start()
    try:
        yield runtime
    finally:
        runtime.stop()


SUBJECTS = {"fake": fake_subject, "segue": segue_subject}
