"""The player's own backend is killed while a song plays over a slow link: it comes back on another port, and the
music goes on where it was."""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from player.account.accounts import SegueAccounts
from player.account.port import Place, PlaceKind
from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.playback import PlaybackState, Status
from player.errors import NetworkError
from player.headless.link import ShapedLink
from player.headless.trace import Step, Trace
from player.library.database import LocalDatabase
from player.network.client import build_client
from player.playback.engine import MpvEngine
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import Player
from player.service.port import StreamDocument
from player.settings import Settings
from player.streaming.abr.adaptive import Adaptive
from player.streaming.look_ahead import LookAhead
from tests.support.looping import Looping, looping
from tests.support.music import write_song
from tests.unit.player.account.keyrings import KeyringInMemory, roots_in

LINK = Trace.of((Step(3600.0, 400_000.0, 0.04),))
LIMIT_S = 40.0
LOOK_AHEAD_S = 8.0  # little, so that the backend is missed soon


class OwnBackend:
    """A player with its own backend, all of it real, over a shaped link."""

    def __init__(self, loop: Looping, folder: Path, music: Path) -> None:
        self._loop = loop
        clock = SystemClock()
        self._link = ShapedLink(loop.runtime, clock, LINK)
        self._database = LocalDatabase.open(folder / "player.db")
        self.accounts = SegueAccounts(
            loop.runtime, Settings(), self._database, folder,
            roots=roots_in(KeyringInMemory()), reach=self._link.start, clock=clock,
        )  # fmt: skip
        loop.do(self.accounts.connect(Place(PlaceKind.FOLDER, str(music))))
        self._client = loop.do(_client())
        self._ahead = LookAhead(
            runtime=loop.runtime, clock=clock, open_stream=self._open_stream, client=self._client,
            controller=Adaptive(), look_ahead_s=LOOK_AHEAD_S,
        )  # fmt: skip
        engine = MpvEngine(EngineConfig(Output.SILENT), loop.runtime.loop.call_soon_threadsafe)
        self.player = Player(runtime=loop.runtime, streams=self._ahead, engine=engine, clock=clock)
        self.seen: list[PlaybackState] = []
        self._changed = threading.Condition()
        self.player.subscribe(self._note)

    async def _open_stream(self, track_id: TrackId) -> StreamDocument:
        if self.accounts.service is None:
            raise NetworkError("there is no connection")
        return await self.accounts.service.open_stream(track_id)

    def _note(self, event: object) -> None:
        with self._changed:
            if isinstance(event, PlaybackState):
                self.seen.append(event)
            self._changed.notify_all()

    async def songs(self) -> tuple[Track, ...]:
        """Once the folder is read."""
        service = self.accounts.service
        assert service is not None
        while len((await service.tracks()).items) < 2:
            await service.ingest_status()
        return (await service.tracks()).items

    def until(self, claim: Callable[[PlaybackState], bool]) -> PlaybackState:
        with self._changed:
            met = self._changed.wait_for(lambda: claim(self.player.state), LIMIT_S)
        assert met, f"never came true; the last state was {self.player.state}"
        return self.player.state

    def close(self) -> None:
        for close in (self.player.aclose, self._ahead.aclose, self._client.aclose, self.accounts.aclose):
            self._loop.do(close())
        self._loop.do(self._link.aclose())
        self._database.close()


async def _client() -> httpx.AsyncClient:
    return build_client()


@pytest.mark.parametrize("sought_s", [None, 20.0], ids=["playing on", "sought"])
def test_a_backend_that_dies_and_moves_costs_no_song(tmp_path: Path, sought_s: float | None) -> None:
    for number in range(2):
        write_song(tmp_path / "music" / f"{number}.flac", title=f"Song {number}", artist="Robin", seconds=40.0)
    with looping() as loop:
        own = OwnBackend(loop, tmp_path, tmp_path / "music")
        try:
            _play_through_a_kill(loop, own, sought_s)
        finally:
            own.close()


def _play_through_a_kill(loop: Looping, own: OwnBackend, sought_s: float | None) -> None:
    tracks = loop.do(own.songs())
    loop.do(own.player.play(tracks))
    own.until(lambda state: state.is_advancing and state.position_s > 0.5)
    link = own.accounts._link
    assert link is not None
    assert link.backend is not None
    process_id = link.backend.process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    killed_at = len(own.seen)
    if sought_s is not None:
        loop.do(own.player.seek(sought_s))
        own.until(lambda state: state.status in (Status.RECONNECTING, Status.BUFFERING))
    reached_s = 10.0 if sought_s is None else sought_s + 0.5
    state = own.until(lambda state: state.is_advancing and state.position_s > reached_s)
    after = own.seen[killed_at:]
    assert state.entry == own.player.queue.order[0]
    assert link.backend.process_id not in (None, process_id)
    assert {seen.entry for seen in after} == {state.entry}
    assert Status.FAILED not in {seen.status for seen in after}
    positions = [seen.position_s for seen in after if sought_s is None or seen.position_s >= sought_s]
    assert all(later >= earlier - 0.05 for earlier, later in itertools.pairwise(positions))
