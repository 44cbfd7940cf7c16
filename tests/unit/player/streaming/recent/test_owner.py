"""Who listens may change at any moment, also while the disk is at work on the last change."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import pytest

from player.streaming.recent import segments
from player.streaming.recent.seal import Owner
from player.streaming.recent.shelf import Shelf
from tests.unit.player.streaming.conftest import LIMIT_S
from tests.unit.player.streaming.recent.replaying import Replaying


def test_who_signs_out_while_the_cache_is_being_opened_leaves_nothing(
    replaying: Replaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_opening, may_open = threading.Event(), threading.Event()

    class SlowShelf(Shelf):
        def __init__(self, path: Path, owner: Owner, limit_bytes: int) -> None:
            is_opening.set()
            assert may_open.wait(LIMIT_S)
            super().__init__(path, owner, limit_bytes)

    monkeypatch.setattr(segments, "Shelf", SlowShelf)
    opening = replaying.runtime.call(replaying.recent.follow_owner())
    assert is_opening.wait(LIMIT_S)
    replaying.owner = None
    leaving = replaying.runtime.call(replaying.recent.follow_owner())
    may_open.set()
    opening.result(LIMIT_S)
    leaving.result(LIMIT_S)
    assert not replaying.path.exists()


def test_owners_in_quick_turn_end_with_the_last_one(replaying: Replaying) -> None:
    owners = [Owner(secrets.token_bytes(32), is_kept=True) if number % 3 else None for number in range(20)]
    turns = []
    for owner in owners:
        replaying.owner = owner
        turns.append(replaying.runtime.call(replaying.recent.follow_owner()))
    for turn in turns:
        turn.result(LIMIT_S)
    replaying.hear("one")
    replaying.restart()
    replaying.asked()
    replaying.hear("one")
    assert replaying.asked() == []
