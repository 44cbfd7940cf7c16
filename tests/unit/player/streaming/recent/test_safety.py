"""What was kept is the listener's who kept it, and is exactly what was fetched or nothing (OFFLINE.md, threats)."""

from __future__ import annotations

import logging
import random
import secrets
import sqlite3
import threading
import time

import pytest

from player.errors import NotFound
from player.streaming.recent import segments, store
from player.streaming.recent.content import opening_identity, segment_identity
from player.streaming.recent.openings import Openings
from player.streaming.recent.seal import Owner, Seal
from player.streaming.recent.shelf import Kept, Shelf
from tests.support.media_server import Fault
from tests.unit.player.streaming.conftest import LIMIT_S
from tests.unit.player.streaming.recent.replaying import Replaying

ALBUM = ("one", "two", "three")


def bodies(replaying: Replaying) -> list[tuple[int, bytes]]:
    """Every kept entry; the player is stopped."""
    with sqlite3.connect(replaying.path) as database:
        rows: list[tuple[int, bytes]] = database.execute("SELECT id, sealed FROM bodies ORDER BY id").fetchall()
    database.close()
    return rows


def overwrite(replaying: Replaying, rows: list[tuple[int, bytes]]) -> None:
    with sqlite3.connect(replaying.path) as database:
        database.executemany(
            "UPDATE bodies SET sealed = ? WHERE id = ?", [(sealed, number) for number, sealed in rows]
        )
    database.close()


def heard_from_the_network_alone(replaying: Replaying) -> bool:
    replaying.sources()
    replaying.hear(*ALBUM)
    return set(replaying.sources()) == {"network"}


# ---- what was changed


def test_nothing_of_a_song_can_be_read_on_the_disk(replaying: Replaying) -> None:
    replaying.hear("one")
    replaying.stop()
    file = replaying.path.read_bytes()
    known = replaying.server.songs["one"]
    for secret in (b"one", b"index.m3u8", b"sig=", b"moof", known.init[:64], known.segments[3][0][2000:2016]):
        assert secret not in file
    replaying.start()


def test_flipped_bytes_are_fetched_again(replaying: Replaying) -> None:
    replaying.hear(*ALBUM)
    replaying.stop()
    rng = random.Random(2)
    rows = []
    for number, sealed in bodies(replaying):
        changed = bytearray(sealed)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        rows.append((number, bytes(changed)))
    overwrite(replaying, rows)
    replaying.start()
    assert heard_from_the_network_alone(replaying)
    replaying.restart()
    replaying.asked()
    replaying.hear(*ALBUM)
    assert replaying.asked() == []


@pytest.mark.parametrize("cut", ["short", "empty", "longer", "swapped", "foreign"])
def test_entries_that_are_not_what_was_kept_are_fetched_again(replaying: Replaying, cut: str) -> None:
    replaying.hear(*ALBUM)
    replaying.stop()
    rows = bodies(replaying)
    match cut:
        case "short":
            changed = [(number, sealed[:-1]) for number, sealed in rows]
        case "empty":
            changed = [(number, b"") for number, _ in rows]
        case "longer":
            changed = [(number, sealed + b"\x00") for number, sealed in rows]
        case "swapped":
            changed = [(number, rows[place - 1][1]) for place, (number, _) in enumerate(rows)]
        case _:
            other = Seal(secrets.token_bytes(32))
            changed = [(number, other.seal(b"", sealed)) for number, sealed in rows]
    overwrite(replaying, changed)
    replaying.start()
    assert heard_from_the_network_alone(replaying)


def test_what_the_key_itself_sealed_wrongly_is_refused_and_fetched(replaying: Replaying) -> None:
    """A fault of ours: right seal, right name, and not this segment. Checked as what the network sends is."""
    replaying.hear("one")
    stream = replaying.listener.prepare("one")
    media = stream._media
    known = replaying.server.songs["one"]
    replaying.stop()
    assert replaying.owner is not None
    shelf = Shelf(replaying.path, replaying.owner, 1 << 26)
    for slot, wrong in enumerate((b"", b"noise" * 1000, known.segments[3][2], known.segments[3][3][:-7])):
        shelf.write([Kept(media.track.id, segment_identity(media, slot, 3), wrong)])
    shelf.write([Kept(media.track.id, opening_identity(media.track.id), b"{}")])
    shelf.close()
    replaying.start()
    replaying.sources()
    replaying.hear("one")
    assert list(replaying.sources()) == ["network"] * 4 + ["cache"] * 2
    replaying.restart()
    replaying.hear("one")
    assert set(replaying.sources()) == {"cache"}


def test_a_wrong_opening_is_forgotten_and_asked_for(replaying: Replaying) -> None:
    replaying.hear("one")
    replaying.stop()
    assert replaying.owner is not None
    shelf = Shelf(replaying.path, replaying.owner, 1 << 26)
    track_id = replaying.server.track("one").id
    kept = shelf.read(opening_identity(track_id))
    assert kept is not None
    shelf.write([Kept(track_id, opening_identity(track_id), kept.replace(b"#EXT-X-STREAM-INF", b"#EXT-X-NOTHING"))])
    shelf.close()
    replaying.start()
    replaying.asked()
    replaying.hear("one")
    assert "stream one" in replaying.asked()


def test_a_page_of_a_network_is_never_remembered(replaying: Replaying) -> None:
    replaying.server.faults += [
        Fault("captive", path=r"index\.m3u8", times=1),
        Fault("garbage", path=r"init\.mp4", times=1),
        Fault("garbage", path=r"/2\.m4s", times=1),
    ]
    replaying.hear("one")
    replaying.restart()
    replaying.asked()
    replaying.hear("one")
    assert replaying.asked() == []


# ---- whose it is


def test_another_key_finds_nothing(replaying: Replaying) -> None:
    replaying.hear(*ALBUM)
    replaying.stop()
    replaying.owner = Owner(secrets.token_bytes(32), is_kept=True)
    replaying.start()
    assert heard_from_the_network_alone(replaying)


def test_another_listener_wipes_it_and_keeps_only_what_is_theirs(replaying: Replaying) -> None:
    replaying.hear("one", "two")
    first = replaying.owner
    stream = replaying.listener.prepare("three")  # opened by the first listener
    replaying.owner = Owner(secrets.token_bytes(32), is_kept=True)
    replaying.runtime.call(replaying.recent.follow_owner()).result(LIMIT_S)
    assert replaying.path.stat().st_size < 10 * store.PAGE_BYTES
    replaying.listener.plan("three")
    replaying.listener.read_all(stream)
    replaying.flush()
    replaying.stop()
    assert bodies(replaying) == []
    replaying.owner = first
    replaying.start()
    assert heard_from_the_network_alone(replaying)


def test_who_signs_out_leaves_nothing(replaying: Replaying) -> None:
    replaying.hear("one")
    assert replaying.path.exists()
    replaying.owner = None
    replaying.runtime.call(replaying.recent.follow_owner()).result(LIMIT_S)
    assert list(replaying.path.parent.iterdir()) == []
    replaying.hear("two")
    assert list(replaying.path.parent.iterdir()) == []


def test_without_a_keyring_it_lasts_as_long_as_the_player(replaying: Replaying) -> None:
    replaying.owner = Owner(secrets.token_bytes(32), is_kept=False)
    replaying.restart()
    replaying.hear("one")
    replaying.server.requests.clear()
    assert replaying.path.exists()
    replaying.stop()
    assert list(replaying.path.parent.iterdir()) == []
    replaying.start()


def test_a_song_that_was_withdrawn_goes(replaying: Replaying) -> None:
    replaying.server.expires_at = int(time.time()) + 60
    replaying.hear(*ALBUM)
    withdrawn = replaying.server.songs.pop("one")
    replaying.restart()
    with pytest.raises(NotFound):
        replaying.listener.prepare("one")
    replaying.hear("two")
    replaying.server.songs["one"] = withdrawn
    replaying.restart()
    replaying.sources()
    replaying.hear("one", "two")
    assert list(replaying.sources()) == ["network"] * 6 + ["cache"] * 3


# ---- the disk


def test_the_bound_is_kept_and_can_be_changed_while_playing(replaying: Replaying) -> None:
    replaying.limit_mb = 1
    replaying.restart()
    replaying.hear(*ALBUM, "one", "two")
    assert 500_000 < replaying.path.stat().st_size <= 1 << 20
    replaying.runtime.call(replaying.recent.set_limit_mb(0)).result(LIMIT_S)
    assert list(replaying.path.parent.iterdir()) == []
    replaying.hear("three")
    assert list(replaying.path.parent.iterdir()) == []
    replaying.runtime.call(replaying.recent.set_limit_mb(64)).result(LIMIT_S)
    replaying.restart()
    replaying.hear("three")
    assert replaying.path.exists()


def test_a_disk_that_is_full_costs_only_the_copies(replaying: Replaying, monkeypatch: pytest.MonkeyPatch) -> None:
    replaying.hear("one")
    monkeypatch.setattr(store, "KEEP_FREE_BYTES", 1 << 62)
    replaying.hear("two")
    replaying.restart()
    replaying.sources()
    replaying.hear("one", "two")
    assert list(replaying.sources()) == ["cache"] * 6 + ["network"] * 3


@pytest.mark.allow_log(r"what is streamed is not kept")
def test_a_folder_that_cannot_be_written_costs_only_the_copies(replaying: Replaying) -> None:
    replaying.stop()
    replaying.path = replaying.path.parent / "file" / "segments.db"
    replaying.path.parent.parent.mkdir(exist_ok=True)
    replaying.path.parent.write_text("no folder")
    replaying.start()
    replaying.hear(*ALBUM)
    assert set(replaying.sources()) == {"network"}


def test_a_disk_that_hangs_is_not_waited_for(replaying: Replaying, monkeypatch: pytest.MonkeyPatch) -> None:
    replaying.hear("one")
    replaying.restart()
    stream = replaying.listener.prepare("one")
    replaying.sources()
    monkeypatch.setattr(segments, "READ_LIMIT_S", 0.05)
    wakes = threading.Event()
    hanging = [replaying.runtime.call(replaying.runtime.in_pool(lambda: wakes.wait(LIMIT_S))) for _ in range(3)]
    replaying.listener.plan("one")
    try:
        replaying.listener.read_all(stream)
        assert set(replaying.sources()) == {"network"}
    finally:
        wakes.set()
        for waiting in hanging:
            waiting.result(LIMIT_S)


def test_what_comes_faster_than_the_disk_takes_is_let_go(
    replaying: Replaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "WAITING_BYTES", 1000)
    replaying.hear("one")
    replaying.restart()
    replaying.sources()
    replaying.hear("one")
    assert set(replaying.sources()) == {"network"}


def test_nothing_that_is_logged_tells_a_secret(replaying: Replaying, caplog: pytest.LogCaptureFixture) -> None:
    assert replaying.owner is not None
    with caplog.at_level(logging.DEBUG, logger="recent"):
        replaying.hear("one")
        replaying.stop()
        overwrite(replaying, [(number, sealed[:-1]) for number, sealed in bodies(replaying)])
        replaying.start()
        replaying.hear("one")
        replaying.owner = None
        replaying.runtime.call(replaying.recent.follow_owner()).result(LIMIT_S)
    told = "\n".join(record.getMessage() for record in caplog.records if record.name == "recent")
    assert "damaged" in told
    for secret in ("sig=", "http", "media/", "index.m3u8"):
        assert secret not in told


def test_openings_of_another_version_are_none(replaying: Replaying) -> None:
    openings = Openings(replaying.recent, replaying.listener.ahead._clock, lambda _: None)
    track_id = replaying.server.track("one").id
    replaying.runtime.call(openings.recall(track_id)).result(LIMIT_S)
    for data in (
        b"",
        b"{}",
        b"[]",
        b'{"master": "", "documents": {"a": 1}}',
        b'{"master": "", "documents": {"a": ["u", "%"]}}',
    ):

        async def keep(data: bytes = data) -> None:
            replaying.recent.keep(track_id, opening_identity(track_id), data)

        replaying.runtime.call(keep()).result(LIMIT_S)
        replaying.flush()
        assert replaying.runtime.call(openings.recall(track_id)).result(LIMIT_S) is None
