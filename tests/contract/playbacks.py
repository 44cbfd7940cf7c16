"""The implementations that the Playback contract runs against: the fake, and the real player with a real engine that
has no sound device."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from player.domain.playback import PlaybackState, QueueState
from player.playback.port import Playback
from player.runtime import Runtime
from tests.support.fake_playback import FakePlayback
from tests.support.looping import looping
from tests.unit.player.playback.bench import running

T = TypeVar("T")
LIMIT_S = 20.0


@dataclass
class Subject:
    """A playback under test and what it told its listeners; `do` runs one of its coroutines to the end."""

    playback: Playback
    runtime: Runtime
    states: list[PlaybackState] = field(default_factory=list)
    queues: list[QueueState] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.playback.subscribe(self._note)

    def _note(self, event: PlaybackState | QueueState) -> None:
        with self.changed:
            if isinstance(event, PlaybackState):
                self.states.append(event)
            else:
                self.queues.append(event)
            self.changed.notify_all()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runtime.call(work).result(LIMIT_S)

    def until(self, claim: Callable[[PlaybackState], bool]) -> PlaybackState:
        with self.changed:
            met = self.changed.wait_for(lambda: claim(self.playback.state), LIMIT_S)
        assert met, f"never came true; the last state was {self.playback.state}"
        return self.playback.state

    def hears(self, title: str) -> PlaybackState:
        return self.until(
            lambda state: state.is_advancing and state.entry is not None and state.entry.track.id == title
        )

    @property
    def order(self) -> str:
        """The order of play, one letter a song."""
        return "".join(str(entry.track.id) for entry in self.playback.queue.order)

    @property
    def current(self) -> str | None:
        entry = self.playback.queue.current
        return None if entry is None else str(entry.track.id)


@contextmanager
def fake_subject() -> Iterator[Subject]:
    with looping() as loop:
        yield Subject(FakePlayback(), loop.runtime)


@contextmanager
def real_subject() -> Iterator[Subject]:
    with running() as bench:
        yield Subject(bench.player, bench.runtime)


SUBJECTS = {"fake": fake_subject, "player": real_subject}
