"""A running `net` loop for tests of the player's coroutines: `do(coroutine)` runs one to the end."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from player.runtime import Runtime

T = TypeVar("T")
LIMIT_S = 30.0


class Looping:
    def __init__(self) -> None:
        self.runtime = Runtime()
        self.runtime.start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runtime.call(work).result(LIMIT_S)


@contextmanager
def looping() -> Iterator[Looping]:
    loop = Looping()
    try:
        yield loop
    finally:
        loop.runtime.stop()
