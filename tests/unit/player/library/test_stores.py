from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from player.domain.catalogue import Track
from player.domain.ids import EntryId, TrackId
from player.domain.playback import QueueEntry, QueueSource, QueueState, Repeat
from player.library import outbox as outbox_module
from player.library.database import LocalDatabase
from player.library.history import History, Listen
from player.library.outbox import OutboxStore
from player.library.queue_store import PART, QueueStore
from player.library.settings_store import SettingsStore
from player.library.track_json import track_from_json, track_to_json
from player.service.port import PlayEvent
from player.settings import THEME, VOLUME
from tests.support.fake_catalogue import build_catalogue

TRACKS = build_catalogue().tracks


def queue(*, index: int | None = 2, version: int = 7) -> QueueState:
    order = tuple(QueueEntry(EntryId(number + 10), track, number == 3) for number, track in enumerate(TRACKS))
    return QueueState(order, index, QueueSource("album", "al_1", "Night Ferry"), True, Repeat.ALL, version)


def event(number: int, track: str = "so_1") -> PlayEvent:
    return PlayEvent(f"event-{number}", TrackId(track), 1000.0 + number, 12.5, number % 2 == 0)


@pytest.mark.parametrize("track", TRACKS, ids=lambda track: str(track.id))
def test_tracks_come_back_as_they_were(track: Track) -> None:
    assert track_from_json(track_to_json(track)) == track


@settings(max_examples=50)
@given(title=st.text(), length=st.floats(0, 1e6), liked=st.booleans(), number=st.none() | st.integers(1, 999))
def test_any_title_comes_back(title: str, length: float, liked: bool, number: int | None) -> None:
    track = Track(TrackId("so_x"), title, (), None, length, track_number=number, is_liked=liked)
    assert track_from_json(track_to_json(track)) == track


def test_the_queue_comes_back_with_its_position(database: LocalDatabase) -> None:
    store = QueueStore(database)
    store.save("demo:", queue(), 12.0)
    store.save_position("demo:", EntryId(12), 83.25)
    saved = store.load("demo:")
    assert saved is not None
    assert saved.state == queue()
    assert saved.position_s == 83.25


def test_only_the_changed_parts_of_a_long_queue_are_written(database: LocalDatabase) -> None:
    tracks = [replace(TRACKS[0], id=TrackId(f"so_{number}")) for number in range(3 * PART + 5)]
    order = tuple(QueueEntry(EntryId(number), track) for number, track in enumerate(tracks))
    state = replace(queue(), order=order)
    store = QueueStore(database)
    store.save("demo:", state, 0.0)
    changes = [
        (replace(state, index=7), 0),
        (replace(state, order=(*order[:-2], order[-1], order[-2])), 1),
        (replace(state, order=order[: PART + 1]), 1),
        (replace(state, order=order[1:]), 4),
        (replace(state, order=(), index=None), 0),
    ]
    for changed, parts in changes:
        before = database.read("SELECT count(*), total_changes() FROM queue")[0][1]
        store.save("demo:", changed, 0.0)
        after = database.read("SELECT count(*), total_changes() FROM queue")[0][1]
        gone = 2 if changed.order == order[: PART + 1] else 4 if not changed.order else 0
        assert isinstance(before, int)
        assert after == before + parts + gone + 2
        saved = QueueStore(database).load("demo:")
        assert saved is not None
        assert saved.state == changed


def test_a_queue_belongs_to_its_place(database: LocalDatabase) -> None:
    QueueStore(database).save("demo:", queue(), 1.0)
    assert QueueStore(database).load("folder:/music") is None


def test_a_position_in_another_song_is_not_taken(database: LocalDatabase) -> None:
    store = QueueStore(database)
    store.save("demo:", queue(), 1.0)
    store.save_position("demo:", EntryId(13), 99.0)
    saved = store.load("demo:")
    assert saved is not None
    assert saved.position_s == 1.0


def test_an_empty_queue_is_kept_too(database: LocalDatabase) -> None:
    empty = QueueState((), None, None, False, Repeat.OFF, 3)
    QueueStore(database).save("demo:", empty, 0.0)
    saved = QueueStore(database).load("demo:")
    assert saved is not None
    assert saved.state == empty


@pytest.mark.allow_log("the kept queue was unreadable")
@pytest.mark.parametrize("body", ["", "[]", "{}", '{"order": [[1]]}', '{"order": [], "index": 4}'])
def test_an_unreadable_queue_starts_empty(database: LocalDatabase, body: str) -> None:
    database.write("INSERT INTO queue VALUES ('demo:', ?)", (body,))
    assert QueueStore(database).load("demo:") is None


def test_settings_are_written_together_and_come_back(database: LocalDatabase) -> None:
    submitted: list[Callable[[], None]] = []
    store = SettingsStore(database, submitted.append)
    values = store.load()
    values.set(THEME, "dark")
    values.set(VOLUME, 0.3)
    values.set(VOLUME, 0.4)
    assert len(submitted) == 1
    assert SettingsStore(database, submitted.append).load().get(VOLUME) == VOLUME.default
    submitted[0]()
    again = SettingsStore(database, submitted.append).load()
    assert (again.get(THEME), again.get(VOLUME)) == ("dark", 0.4)
    values.set(VOLUME, 0.5)
    assert len(submitted) == 2


def test_an_unreadable_setting_falls_back_to_its_default(database: LocalDatabase) -> None:
    database.write("INSERT INTO settings VALUES ('ui.theme', 'not json'), ('playback.volume', '\"loud\"')")
    values = SettingsStore(database, lambda work: work()).load()
    assert (values.get(THEME), values.get(VOLUME)) == (THEME.default, VOLUME.default)


@pytest.mark.allow_log("settings could not be kept")
def test_settings_that_could_not_be_written_go_with_the_next(database: LocalDatabase) -> None:
    submitted: list[Callable[[], None]] = []
    values = SettingsStore(database, submitted.append).load()
    values.set(THEME, "dark")
    database.write("ALTER TABLE settings RENAME TO away")
    submitted[0]()
    database.write("ALTER TABLE away RENAME TO settings")
    values.set(VOLUME, 0.1)
    submitted[1]()
    again = SettingsStore(database, submitted.append).load()
    assert (again.get(THEME), again.get(VOLUME)) == ("dark", 0.1)


def test_history_is_newest_first_and_bounded_to_its_place(database: LocalDatabase) -> None:
    history = History(database)
    for number, track in enumerate(TRACKS[:5]):
        history.add("demo:", Listen(track, 100.0 + number, 60.0))
    history.add("folder:/music", Listen(TRACKS[9], 500.0, 5.0))
    recent = history.recent("demo:", limit=3)
    assert [listen.track for listen in recent] == [TRACKS[4], TRACKS[3], TRACKS[2]]
    assert recent[0].heard_s == 60.0


def test_the_outbox_keeps_order_and_accounts_apart(database: LocalDatabase) -> None:
    store = OutboxStore(database)
    for number in range(5):
        store.add("me", event(number))
    store.add("me", event(0))
    store.add("you", event(9))
    assert [kept.event_id for kept in store.pending("me", 3)] == ["event-0", "event-1", "event-2"]
    store.remove(["event-0", "event-2", "event-9"])
    assert store.pending("me", 10) == (event(1), event(3), event(4))
    assert store.pending("you", 10) == ()


def test_the_outbox_drops_the_oldest_past_its_size(database: LocalDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "KEPT", 3)
    store = OutboxStore(database)
    for number in range(6):
        store.add("me", event(number))
    assert store.pending("me", 10) == (event(3), event(4), event(5))
