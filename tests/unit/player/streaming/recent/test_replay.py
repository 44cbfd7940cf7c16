"""Hearing again what was heard: no request, and the same samples, whatever became of addresses and signatures."""

from __future__ import annotations

import sqlite3
import time

from tests.unit.player.streaming.conftest import LIMIT_S
from tests.unit.player.streaming.recent.replaying import Replaying, in_an_hour

ALBUM = ("one", "two", "three")


def segments(asked: list[str]) -> list[str]:
    return [path for path in asked if path.endswith(".m4s")]


def test_an_album_heard_again_asks_the_server_for_nothing(replaying: Replaying) -> None:
    replaying.hear(*ALBUM)
    assert len(segments(replaying.asked())) == 6 + 3 + 2
    assert set(replaying.sources()) == {"network"}
    for songs in (ALBUM, ALBUM[::-1]):
        replaying.restart()
        replaying.hear(*songs)
    assert replaying.asked() == []
    assert list(replaying.sources()) == ["cache"] * 2 * (6 + 3 + 2)


def test_a_song_in_the_middle_is_taken_up_from_the_cache(replaying: Replaying) -> None:
    replaying.hear("one")
    replaying.restart()
    replaying.asked()
    stream = replaying.listener.prepare("one")
    replaying.listener.plan("one")
    behind = stream._media.layout.offsets[3]
    assert len(replaying.listener.start_reading(stream, behind).result(LIMIT_S)) == stream.size_bytes - behind
    assert replaying.asked() == []


def test_an_expired_signature_costs_one_small_request(replaying: Replaying) -> None:
    replaying.hear("one")
    replaying.asked()
    replaying.server.signature, replaying.server.expires_at = 2, in_an_hour() + 1
    replaying.restart()
    replaying.hear("one")
    assert replaying.asked() == []  # what is remembered is still said to be valid
    replaying.server.expires_at = int(time.time()) + 60
    replaying.stop()
    replaying.path.unlink()
    replaying.start()
    replaying.hear("one")
    replaying.asked()
    replaying.server.signature, replaying.server.expires_at = 3, in_an_hour()
    replaying.restart()
    replaying.hear("one")
    assert replaying.asked() == ["stream one"]


def test_a_segment_that_is_missing_is_fetched_under_the_new_signature(replaying: Replaying) -> None:
    replaying.server.expires_at = int(time.time()) + 60
    replaying.hear("one")
    replaying.server.signature, replaying.server.expires_at = 2, in_an_hour()
    replaying.stop()
    drop_entries(replaying, 2)
    replaying.asked()
    replaying.start()
    replaying.hear("one")
    asked = replaying.asked()
    assert asked[0] == "stream one"
    assert len(segments(asked)) == len(asked) - 1 == 2


def test_addresses_that_the_server_refuses_early_are_replaced(replaying: Replaying) -> None:
    """Its signing key changed: what is remembered looks valid and is not."""
    replaying.hear("one")
    replaying.server.signature = 2
    replaying.stop()
    drop_entries(replaying, 1)
    replaying.asked()
    replaying.start()
    replaying.hear("one")
    assert "stream one" in replaying.asked()
    replaying.restart()
    replaying.hear("one")
    replaying.asked()
    replaying.restart()
    replaying.hear("one")
    assert replaying.asked() == []


def test_a_server_that_moved_is_found_where_it_is(replaying: Replaying) -> None:
    """A local backend has another port at every start; what is remembered has the old one."""
    replaying.hear("one")
    replaying.stop()
    drop_entries(replaying, 1)
    replaying.server.moved_to = replaying.server.url.replace("127.0.0.1", "localhost")
    replaying.asked()
    replaying.start()
    replaying.hear("one")
    assert len(replaying.asked()) == 1


def drop_entries(replaying: Replaying, count: int) -> None:
    """The player is stopped. The largest entries are segments."""
    with sqlite3.connect(replaying.path) as database:
        database.execute(
            "DELETE FROM entries WHERE body IN (SELECT id FROM bodies ORDER BY length(sealed) DESC LIMIT ?)", (count,)
        )
    database.close()
