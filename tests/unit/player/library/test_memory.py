from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from player.domain.ids import EntryId, TrackId
from player.domain.playback import PlaybackState, QueueEntry, QueueState, Repeat, Status
from player.errors import NetworkError, Rejected
from player.library.database import LocalDatabase
from player.library.listens import UNDER_WAY_EVERY_S
from player.library.memory import Memory
from player.library.outbox import OutboxStore
from player.library.sender import IDLE_S, Account, OutboxSender
from player.service.port import PlayEvent
from tests.support.fake_catalogue import build_catalogue
from tests.support.fake_service import FakeService
from tests.support.looping import Looping, looping

TRACKS = build_catalogue().tracks
ENTRIES = tuple(QueueEntry(EntryId(number), track) for number, track in enumerate(TRACKS[:4]))


class Time:
    now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return 1_000.0 + self.now_s


@pytest.fixture
def loop() -> Iterator[Looping]:
    with looping() as running:
        yield running


def queue(index: int, version: int = 1) -> QueueState:
    return QueueState(ENTRIES, index, None, False, Repeat.OFF, version)


def playing(index: int, position_s: float, status: Status = Status.PLAYING) -> PlaybackState:
    return PlaybackState(status, ENTRIES[index], position_s, ENTRIES[index].track.duration_s)


def memory_of(loop: Looping, database: LocalDatabase, clock: Time, service: FakeService | None = None) -> Memory:
    account = None if service is None else Account("me", service)
    return Memory(loop.runtime, database, place=lambda: "demo:", account=lambda: account, clock=clock)


def test_queue_and_position_are_there_at_the_next_start(loop: Looping, database: LocalDatabase) -> None:
    clock = Time()
    memory = memory_of(loop, database, clock)

    async def listen() -> None:
        memory.observe(queue(1))
        for second in range(40):
            clock.now_s = float(second)
            memory.observe(playing(1, float(second)))
        memory.observe(playing(1, 39.5, Status.PAUSED))
        await memory.aclose()
        memory.observe(PlaybackState())  # playback shuts down after us
        memory.observe(QueueState((), None, None, False, Repeat.OFF, 2))

    loop.do(listen())
    saved = memory.load_queue("demo:")
    assert saved is not None
    assert saved.state == queue(1)
    assert saved.position_s == 39.5


def test_the_position_is_kept_every_few_seconds_without_a_stop(loop: Looping, database: LocalDatabase) -> None:
    clock = Time()
    memory = memory_of(loop, database, clock)

    async def at(second: float) -> None:
        clock.now_s = second
        memory.observe(playing(0, second))
        assert memory._writing is not None
        await memory._writing

    async def begin() -> None:
        memory.observe(queue(0))

    loop.do(begin())
    positions = []
    for second in (0.0, 3.0, 6.0, 9.0):
        loop.do(at(second))
        saved = memory.load_queue("demo:")
        assert saved is not None
        positions.append(saved.position_s)
    assert positions == [0.0, 0.0, 6.0, 6.0]
    loop.do(memory.aclose())


def test_a_listen_reaches_history_and_service(loop: Looping, database: LocalDatabase) -> None:
    clock, service = Time(), FakeService()
    memory = memory_of(loop, database, clock, service)
    sent = asyncio.Event()

    async def note(name: str) -> None:
        if name == "send_play_events":
            sent.set()

    service.before = note

    async def listen() -> None:
        memory.start()
        for second in range(11):
            clock.now_s = float(second)
            memory.observe(playing(0, float(second)))
        memory.observe(playing(1, 0.0))
        async with asyncio.timeout(10):
            await sent.wait()
        await asyncio.sleep(0)
        await memory.aclose()

    loop.do(listen())
    (event,) = service.events.values()
    assert (event.track_id, round(event.heard_s)) == (TRACKS[0].id, 10)
    assert [listen.track.id for listen in memory.listens.history.recent("demo:")] == [TRACKS[0].id]


def test_a_listen_survives_a_kill(loop: Looping, database: LocalDatabase) -> None:
    clock, service = Time(), FakeService()
    memory = memory_of(loop, database, clock, service)

    async def listen() -> None:
        for tick in range(4 * 65):
            clock.now_s = tick / 4
            memory.observe(playing(0, tick / 4))

    loop.do(listen())
    loop.do(after_what_was_begun(memory))  # and here the player is killed

    again = memory_of(loop, database, clock, service)
    loop.do(again.listens.take_up())
    (kept,) = again.listens.history.recent("demo:")
    assert kept.track.id == TRACKS[0].id
    assert 65.0 - UNDER_WAY_EVERY_S <= kept.heard_s <= 65.0
    (event,) = OutboxStore(database).pending("me", 10)
    assert event.heard_s == kept.heard_s
    loop.do(again.listens.take_up())
    assert len(again.listens.history.recent("demo:")) == 1


def test_a_listen_that_ended_is_not_told_again(loop: Looping, database: LocalDatabase) -> None:
    clock = Time()
    memory = memory_of(loop, database, clock)

    async def listen() -> None:
        for second in range(60):
            clock.now_s = float(second)
            memory.observe(playing(0, float(second)))
        await memory.aclose()

    loop.do(listen())
    again = memory_of(loop, database, clock)
    loop.do(again.listens.take_up())
    assert len(again.listens.history.recent("demo:")) == 1


def test_another_place_inherits_neither_queue_nor_listen(loop: Looping, database: LocalDatabase) -> None:
    clock, places = Time(), ["demo:"]
    memory = Memory(loop.runtime, database, place=lambda: places[-1], account=lambda: None, clock=clock)

    async def listen() -> None:
        memory.observe(queue(0))
        for second in range(10):
            clock.now_s = float(second)
            memory.observe(playing(0, float(second)))
        await after_what_was_begun(memory)
        places.append("folder:/music")
        for second in range(10, 20):  # the song of the place before sounds on for a moment
            clock.now_s = float(second)
            memory.observe(playing(0, float(second)))
        memory.observe(PlaybackState())
        await after_what_was_begun(memory)

    loop.do(listen())
    assert memory.load_queue("demo:") is not None
    assert memory.load_queue("folder:/music") is None
    (kept,) = memory.listens.history.recent("demo:")
    assert round(kept.heard_s) == 9
    loop.do(memory.aclose())


async def after_what_was_begun(memory: Memory) -> None:
    """Every write that was begun by now is on the disk."""
    await asyncio.sleep(0)
    if memory._writing is not None:
        await memory._writing
    async with memory.listens._turn:
        pass


def test_the_outbox_waits_out_a_dead_network(loop: Looping, database: LocalDatabase) -> None:
    store, service = OutboxStore(database), FakeService()
    sender = OutboxSender(loop.runtime, store, lambda: Account("me", service))
    store.add("me", PlayEvent("event-1", TRACKS[0].id, 1.0, 40.0))

    async def fail(name: str) -> None:
        raise NetworkError("down")

    service.before = fail
    assert loop.do(sender.send_pending()) < 2.0
    assert len(store.pending("me", 10)) == 1
    service.before = None
    assert loop.do(sender.send_pending()) == IDLE_S
    assert store.pending("me", 10) == ()
    assert set(service.events) == {"event-1"}


@pytest.mark.allow_log("the service refused a listen")
def test_a_listen_the_service_refuses_holds_up_no_other(loop: Looping, database: LocalDatabase) -> None:
    class Picky(FakeService):
        async def send_play_events(self, events: object) -> None:
            assert isinstance(events, tuple)
            if any(event.track_id == "so_bad" for event in events):
                raise Rejected("no such song")
            await super().send_play_events(events)

    store, service = OutboxStore(database), Picky()
    for number in range(250):
        track = TrackId("so_bad") if number == 120 else TRACKS[0].id
        store.add("me", PlayEvent(f"event-{number}", track, float(number), 40.0))
    sender = OutboxSender(loop.runtime, store, lambda: Account("me", service))
    loop.do(sender.send_pending())
    assert store.pending("me", 10) == ()
    assert len(service.events) == 249


def test_nothing_is_sent_while_signed_out(loop: Looping, database: LocalDatabase) -> None:
    store = OutboxStore(database)
    store.add("me", PlayEvent("event-1", TRACKS[0].id, 1.0, 40.0))
    sender = OutboxSender(loop.runtime, store, lambda: None)
    assert loop.do(sender.send_pending()) == IDLE_S
    assert len(store.pending("me", 10)) == 1
