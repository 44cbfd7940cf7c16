"""A listener behind a link that goes wrong: the real backend, the real sign-in, look-ahead, player and libmpv, with
tests/support/faulty_link.py between them. Used by tests/faults/ and benchmarks/faults.py.

`record` plays the songs into a file as fast as they come, so that what was heard can be compared sample for sample
with a run without faults; `playing` plays them in time, for what only time shows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
import numpy as np
from numpy.typing import NDArray

from player.account.accounts import SegueAccounts
from player.account.port import ConnectionPhase, ConnectionState, Credentials, Place, PlaceKind
from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.playback import PlaybackState, Status
from player.domain.stream import SegmentFetch
from player.errors import NetworkError
from player.library.database import LocalDatabase
from player.network.client import build_client, build_pool
from player.network.lent import Lent
from player.network.retry import Backoff
from player.playback.engine import MpvEngine
from player.playback.engine_options import EngineConfig, Output
from player.playback.loudness import LoudnessMode
from player.playback.player import Player, PlayerOptions
from player.playback.port import PlaybackEvent
from player.playback.recording import HEADER_BYTES
from player.service.port import StreamDocument
from player.service.segue import service
from player.settings import Settings
from player.streaming import download, opening
from player.streaming.abr.controller import Controller
from player.streaming.abr.fixed import FixedRendition
from player.streaming.look_ahead import LookAhead
from tests.support.backend import Backend, running_backend
from tests.support.faulty_link import FaultyLink, running_link
from tests.support.looping import Looping, looping
from tests.support.music import tone, write_song
from tests.unit.player.account.keyrings import KeyringInMemory, roots_in

Pcm = NDArray[np.int16]
ROBIN = Credentials("robin", "correct horse battery")
LIMIT_S = 60.0
CUTS = (400_003, 811_009)  # of one piece of 27 s: three songs of three segments
SECONDS = 27.0
SPARES = 3
QUICK = httpx.Timeout(0.6, connect=0.5, pool=0.5)  # those of main.py, ten times shorter


@dataclass(frozen=True)
class Heard:
    samples: Pcm
    took_s: float
    entries: tuple[str, ...]
    """the titles that were current, in order"""
    statuses: frozenset[Status]
    errors: frozenset[str]
    has_ended: bool
    fetches: tuple[SegmentFetch, ...] = ()

    def wrong_samples(self, reference: Heard) -> int:
        shared = min(len(self.samples), len(reference.samples))
        differing = int((self.samples[:shared] != reference.samples[:shared]).any(axis=1).sum())
        return differing + abs(len(self.samples) - len(reference.samples))

    def skips(self, reference: Heard) -> int:
        return len(reference.entries) - len(self.entries)

    @property
    def stops(self) -> int:
        return int(not self.has_ended) + int(Status.FAILED in self.statuses)


class Listening:
    """One player under way, and everything it told."""

    def __init__(
        self, behind: BehindFaults, config: EngineConfig, controller: Controller, look_ahead_s: float
    ) -> None:
        self._behind = behind
        loop = behind.loop
        self._client = build_client(transport=Lent(behind.connections), timeout=behind.timeout)
        self.fetches: list[SegmentFetch] = []
        self.ahead = LookAhead(
            runtime=loop.runtime, clock=SystemClock(), open_stream=behind.open_stream, client=self._client,
            controller=controller, look_ahead_s=look_ahead_s, on_fetch=self.fetches.append,
            backoff=Backoff(first_s=0.05, limit_s=0.25),
        )  # fmt: skip
        engine = MpvEngine(config, loop.runtime.loop.call_soon_threadsafe)
        options = PlayerOptions(loudness=LoudnessMode.OFF, failed_pause_s=0.05)
        self.player = Player(
            runtime=loop.runtime, streams=self.ahead, engine=engine, clock=SystemClock(), options=options
        )
        self.seen: list[PlaybackState] = []
        self._changed = threading.Condition()
        self.player.subscribe(self._note)
        self._unfollow = behind.accounts.subscribe(self._on_connection)

    def _note(self, event: PlaybackEvent) -> None:
        with self._changed:
            if isinstance(event, PlaybackState):
                self.seen.append(event)
            self._changed.notify_all()

    def _on_connection(self, state: ConnectionState) -> None:
        """As main.py does."""
        if state.phase is ConnectionPhase.ONLINE:
            self._behind.loop.runtime.spawn(self.player.retry_now(), "the server is back")

    def play(self, tracks: Sequence[Track]) -> None:
        self._behind.loop.do(self.player.play(tracks))

    def until(self, claim: Callable[[PlaybackState], bool], limit_s: float = LIMIT_S) -> PlaybackState:
        with self._changed:
            met = self._changed.wait_for(lambda: claim(self.player.state), limit_s)
        assert met, f"never came true; the last state was {self.player.state}"
        return self.player.state

    def reaches_end(self, limit_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.player.state.status is Status.ENDED, limit_s)

    def close(self) -> None:
        self._unfollow()
        for close in (self.player.aclose, self.ahead.aclose, self._client.aclose):
            self._behind.loop.do(close())


class BehindFaults:
    def __init__(self, folder: Path, loop: Looping, stack: ExitStack, timeout: httpx.Timeout) -> None:
        self.folder = folder
        self.loop = loop
        self.timeout = timeout
        self.music = folder / "music"
        self._stack = stack
        parts = np.split(tone(SECONDS, seed=5), CUTS)
        for number, part in enumerate(parts, 1):
            write_song(
                self.music / f"{number}.flac", title=f"Part {number}", artist="A", album="One piece",
                track_number=number, samples=part,
            )  # fmt: skip
        for number in range(SPARES):
            write_song(
                self.music / f"spare{number}.flac", title=f"Spare {number}", artist="B", album="Others",
                track_number=number + 1, seconds=8.0, seed=number + 20,
            )  # fmt: skip
        self._serving = ExitStack()
        self._stack.callback(self._serving.close)
        self.backend = self._serve()
        self.link: FaultyLink = stack.enter_context(running_link(self.backend.url))
        self.backend.new_listener(ROBIN.username, ROBIN.password).close()
        self._database = LocalDatabase.open(folder / "player.db")
        stack.callback(self._database.close)
        self.connections = build_pool()  # shared, as main.py does
        stack.callback(lambda: loop.do(self.connections.aclose()))
        self.accounts = SegueAccounts(
            loop.runtime, Settings(), self._database, folder / "player",
            roots=roots_in(KeyringInMemory()), pool=self.connections,
        )  # fmt: skip
        stack.callback(lambda: loop.do(self.accounts.aclose()))
        loop.do(self.accounts.connect(Place(PlaceKind.SERVER, self.link.url), ROBIN))
        tracks = self._tracks(len(parts) + SPARES)
        self.tracks, self.spares = tracks[: len(parts)], tracks[len(parts) :]
        """the songs to compare, and others whose files a test may change"""
        self.reference = self.record()
        self.asked = tuple(self.link.asked)
        """what an undisturbed listener asks for"""

    def _serve(self) -> Backend:
        return self._serving.enter_context(running_backend(self.folder / "server", library=self.music))

    def stop_server(self) -> None:
        self._serving.close()

    def start_server(self) -> None:
        """The same data behind the same address."""
        self.backend = self._serve()
        self.link.target = self.backend.url

    def _tracks(self, count: int) -> tuple[Track, ...]:
        service = self.accounts.service
        assert service is not None
        end_s = time.monotonic() + LIMIT_S
        while True:
            tracks = self.loop.do(service.tracks(sort="title")).items
            if len(tracks) == count and all(track.loudness.track_lufs is not None for track in tracks):
                return tracks
            assert time.monotonic() < end_s, "the songs were not ingested"
            threading.Event().wait(0.05)

    async def open_stream(self, track_id: TrackId) -> StreamDocument:
        if self.accounts.service is None:
            raise NetworkError("there is no connection")
        return await self.accounts.service.open_stream(track_id)

    @contextmanager
    def playing(
        self,
        tracks: Sequence[Track],
        config: EngineConfig = EngineConfig(Output.SILENT),  # noqa: B008 - a frozen value
        controller: Controller | None = None,
        look_ahead_s: float = 120.0,
    ) -> Iterator[Listening]:
        listening = Listening(self, config, controller or FixedRendition(is_top=False), look_ahead_s)
        try:
            listening.play(tracks)
            yield listening
        finally:
            listening.close()

    def record(self, limit_s: float = LIMIT_S, meanwhile: Callable[[], None] | None = None) -> Heard:
        """All songs into a file; `meanwhile` is called once they have begun to play."""
        path = self.folder / "heard.wav"
        began_s = time.monotonic()
        with self.playing(self.tracks, EngineConfig(Output.RECORDING, record_to=path)) as listening:
            if meanwhile is not None:
                meanwhile()
            has_ended = listening.reaches_end(limit_s)
            took_s = time.monotonic() - began_s
        seen = list(listening.seen)
        entries = [state.entry.track.title for state in seen if state.entry is not None]
        return Heard(
            samples=np.frombuffer(path.read_bytes()[HEADER_BYTES:], "<i2").reshape(-1, 2).copy(),
            took_s=took_s,
            entries=tuple(title for at, title in enumerate(entries) if at == 0 or entries[at - 1] != title),
            statuses=frozenset(state.status for state in seen),
            errors=frozenset(state.error.code for state in seen if state.error is not None),
            has_ended=has_ended,
            fetches=tuple(listening.fetches),
        )


@contextmanager
def behind_faults(folder: Path, timeout: httpx.Timeout = QUICK) -> Iterator[BehindFaults]:
    """With `QUICK` every other limit is ten times shorter too."""
    with ExitStack() as stack:
        if timeout is QUICK:
            stack.enter_context(patch.object(service, "MEDIA_TIMEOUT", QUICK))
            for module, name in (
                (download, "TRICKLE_WINDOW_S"),
                (download, "TRICKLE_BYTES"),
                (opening, "DOCUMENT_S"),
                (service, "STREAM_S"),
            ):
                stack.enter_context(patch.object(module, name, getattr(module, name) / 10))
        loop = stack.enter_context(looping())
        yield BehindFaults(folder, loop, stack, timeout)
