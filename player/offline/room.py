"""How much of the disk downloads may take, and which go when there is no room (OFFLINE.md, storage). Pure; used by
the download engine before each song, and when the disk runs low.

What the listener downloaded is pinned and never goes by itself; what was kept automatically goes by least recent use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from player.errors import StorageFull

GB = 1_000_000_000
_CAP_BYTES, _CAP_SHARE = 20 * GB, 0.20
_FREE_BYTES, _FREE_SHARE = 2 * GB, 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    cap_bytes: int
    """all downloads together"""
    free_bytes: int
    """left to everybody else on the disk"""


@dataclass(frozen=True, slots=True)
class Held:
    """One download on the disk. `used_s`: UTC seconds of its last use."""

    file: str
    size_bytes: int
    used_s: int
    is_pinned: bool


def limits(disk_bytes: int, *, chosen_cap_bytes: int | None = None) -> Limits:
    """Of a disk of that size; `chosen_cap_bytes` is the listener's own, which takes the place of the cap alone."""
    cap_bytes = min(_CAP_BYTES, int(disk_bytes * _CAP_SHARE)) if chosen_cap_bytes is None else chosen_cap_bytes
    return Limits(cap_bytes, max(_FREE_BYTES, int(disk_bytes * _FREE_SHARE)))


def evicted(held: Iterable[Held], wanted_bytes: int, allowed: Limits, *, disk_free_bytes: int) -> list[Held]:
    """What is to go, in order, so that `wanted_bytes` may be written: the least recently used, no more than needed.
    With 0 wanted: what is to go because the disk ran low. StorageFull where all of it would not do."""
    everything = list(held)
    used_bytes = sum(each.size_bytes for each in everything)
    missing_bytes = max(
        used_bytes + wanted_bytes - allowed.cap_bytes,
        wanted_bytes + allowed.free_bytes - disk_free_bytes,
    )
    going: list[Held] = []
    for each in sorted(
        (each for each in everything if not each.is_pinned), key=lambda each: (each.used_s, each.file)
    ):
        if missing_bytes <= 0:
            break
        going.append(each)
        missing_bytes -= each.size_bytes
    if missing_bytes > 0 and wanted_bytes:
        raise StorageFull("there is no room for this download: remove some, or allow them more of the disk")
    return going
