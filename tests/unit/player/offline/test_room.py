"""Limits of the disk, and what goes first."""

from __future__ import annotations

import random

import pytest

from player.errors import StorageFull
from player.offline.room import GB, Held, Limits, evicted, limits


def held(file: str, size_bytes: int, used_s: int, *, is_pinned: bool = False) -> Held:
    return Held(file, size_bytes, used_s, is_pinned)


@pytest.mark.parametrize(
    ("disk", "cap", "free"),
    [(1000, 20, 50), (100, 20, 5), (64, 12.8, 3.2), (32, 6.4, 2), (5, 1, 2)],
)
def test_limits_by_the_size_of_the_disk(disk: int, cap: float, free: float) -> None:
    assert limits(disk * GB) == Limits(int(cap * GB), int(free * GB))
    assert limits(disk * GB, chosen_cap_bytes=7).cap_bytes == 7


def test_the_least_recently_used_go_first_and_pinned_never() -> None:
    kept = [
        held("a", 40, 3),
        held("b", 30, 1, is_pinned=True),
        held("c", 20, 2),
        held("d", 10, 9),
    ]
    allowed = Limits(cap_bytes=100, free_bytes=50)
    assert evicted(kept, 0, allowed, disk_free_bytes=1000) == []
    assert [each.file for each in evicted(kept, 20, allowed, disk_free_bytes=1000)] == ["c"]
    assert [each.file for each in evicted(kept, 21, allowed, disk_free_bytes=1000)] == ["c", "a"]
    assert [each.file for each in evicted(kept, 70, allowed, disk_free_bytes=1000)] == ["c", "a", "d"]
    with pytest.raises(StorageFull):
        evicted(kept, 71, allowed, disk_free_bytes=1000)


def test_a_disk_that_runs_low_takes_the_automatic_ones_only() -> None:
    kept = [held("a", 40, 3), held("b", 30, 1, is_pinned=True)]
    allowed = Limits(cap_bytes=1000, free_bytes=50)
    assert evicted(kept, 0, allowed, disk_free_bytes=50) == []
    assert [each.file for each in evicted(kept, 0, allowed, disk_free_bytes=49)] == ["a"]
    assert [each.file for each in evicted(kept, 0, allowed, disk_free_bytes=0)] == ["a"]
    with pytest.raises(StorageFull):
        evicted(kept, 1, allowed, disk_free_bytes=0)


def test_whatever_is_held_the_limits_hold_afterwards() -> None:
    for seed in range(2000):
        chance = random.Random(seed)
        kept = [
            held(str(number), chance.randrange(100), chance.randrange(50), is_pinned=chance.random() < 0.3)
            for number in range(chance.randrange(30))
        ]
        allowed, wanted, free = Limits(chance.randrange(2000), chance.randrange(300)), chance.randrange(200), 400
        try:
            going = evicted(kept, wanted, allowed, disk_free_bytes=free)
        except StorageFull:
            pinned = sum(each.size_bytes for each in kept if each.is_pinned)
            rest = sum(each.size_bytes for each in kept) - pinned
            assert wanted
            assert pinned + wanted > allowed.cap_bytes or free + rest < wanted + allowed.free_bytes
            continue
        gone = sum(each.size_bytes for each in going)
        assert not any(each.is_pinned for each in going)
        stays = [each.used_s for each in kept if not each.is_pinned and each not in going]
        assert not stays or not going or max(each.used_s for each in going) <= min(stays)
        if wanted:
            assert sum(each.size_bytes for each in kept) - gone + wanted <= allowed.cap_bytes
            assert free + gone - wanted >= allowed.free_bytes
