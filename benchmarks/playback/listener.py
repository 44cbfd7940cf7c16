"""One listener: the player exactly as main.py puts it together, without a window and without a sound device, signed
in to a server. Commands block until they are taken, `until` waits for what the player publishes. Any thread but
`net`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import main
from benchmarks.playback.origin import PASSWORD, USERNAME
from player.allocator import bound_free_memory
from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.playback import PlaybackState, Status
from player.headless.command_line import Options, read_options
from player.playback.engine_options import EngineConfig, Output
from player.playback.port import PlaybackEvent

T = TypeVar("T")
LIMIT_S = 60.0


class SilentSegue(main.Segue):
    """Whatever this machine has for a sound card, the clock of mpv's null output is the same everywhere."""

    def __init__(self, options: Options, *, is_untimed: bool = False) -> None:
        self._is_untimed = is_untimed
        super().__init__(options)

    def _engine_config(self) -> EngineConfig:
        return EngineConfig(output=Output.SILENT, is_untimed=self._is_untimed)


class Listener:
    def __init__(self, segue: main.Segue) -> None:
        self.segue = segue
        self.playback = segue.playback
        self._changed = threading.Condition()
        self.playback.subscribe(self._note)

    def _note(self, _event: PlaybackEvent) -> None:
        with self._changed:
            self._changed.notify_all()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.segue.runtime.call(work).result(LIMIT_S)

    async def enter(self) -> None:
        await self.segue.start()
        await self.segue.playback.warm_up()
        await self.segue.connect()

    def tracks(self, song_ids: list[str]) -> list[Track]:
        service = self.segue.accounts.service
        assert service is not None
        return [self.do(service.track(TrackId(song_id))) for song_id in song_ids]

    def until(self, claim: Callable[[PlaybackState], bool], limit_s: float = LIMIT_S) -> PlaybackState:
        with self._changed:
            met = self._changed.wait_for(lambda: claim(self.playback.state), limit_s)
        if not met:
            raise SystemExit(f"the player never came so far; it stands at {self.playback.state}")
        return self.playback.state

    def hears(self, track: Track) -> PlaybackState:
        return self.until(
            lambda state: (
                state.status is Status.PLAYING and state.entry is not None and state.entry.track.id == track.id
            )
        )


@contextmanager
def listening(url: str, data: Path, *, is_untimed: bool = False) -> Iterator[Listener]:
    arguments = ["--headless", "--server", url, "--user", USERNAME, "--data", str(data)]
    bound_free_memory()  # as main.py does
    options = read_options(arguments, {"SEGUE_PASSWORD": PASSWORD})
    listener = Listener(SilentSegue(options, is_untimed=is_untimed))
    try:
        listener.do(listener.enter())
        yield listener
    finally:
        listener.segue.close()
