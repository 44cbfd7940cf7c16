"""One song in memory: its grid and layout, the segments held, and who reads them. The `net` loop stores, mpv's
demuxer threads read; `changed` guards everything that both touch and wakes readers.

A segment that any living reader has been given a byte of is fixed: no other rendition may take its slot, since the
decoder would see the end of one and the beginning of another (1,345 decode errors in the prototype).
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from player.domain.catalogue import Track
from player.errors import PlayerError
from player.streaming.abr.state import Ladder
from player.streaming.fragments import Defaults, Expected, SegmentReader
from player.streaming.head_start import HeadStart
from player.streaming.playlists import MasterPlaylist, MediaPlaylist
from player.streaming.song_grid import SongGrid
from player.streaming.virtual_mp4 import Layout


@dataclass(frozen=True, slots=True)
class Held:
    """`is_settled`: a copy that cost nothing and is good enough to be left at that."""

    rung: int
    data: bytes
    is_settled: bool = False


@dataclass(slots=True)
class Partial:
    """A segment not yet whole. `is_relayed`: readers may have what has passed already."""

    slot: int
    rung: int
    reader: SegmentReader
    is_relayed: bool


class Reader(Protocol):
    """What the media asks of a TrackStream, under `changed`."""

    @property
    def is_cancelled(self) -> bool: ...
    @property
    def waiting_slot(self) -> int | None: ...
    def fixed_rung(self, slot: int) -> int | None: ...
    def fixed_rungs(self) -> Mapping[int, int]: ...
    def end(self, error: PlayerError | None) -> None: ...


class TrackMedia:
    def __init__(
        self,
        track: Track,
        master: MasterPlaylist,
        ladder: Ladder,
        grid: SongGrid,
        defaults: Defaults,
        channels: int,
        layout: Layout,
        reference: MediaPlaylist,
        playlists: dict[int, MediaPlaylist],
        head: HeadStart | None = None,
    ) -> None:
        self.track = track
        self.master = master
        self.ladder = ladder
        self.grid = grid
        self.channels = channels
        self.layout = layout
        self.reference = reference
        self.playlists = playlists
        self.changed = threading.Condition(threading.RLock())
        self.partial: Partial | None = None
        self.error: PlayerError | None = None
        self.is_held_back = False
        """readers get nothing of a segment that they have not begun: too little is held to start on"""
        self._head = head
        self._defaults = defaults
        self._held: dict[int, Held] = {}
        self._refused: dict[int, PlayerError] = {}
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()

    @property
    def slot_count(self) -> int:
        return len(self.grid.starts)

    @property
    def held_bytes(self) -> int:
        return sum(len(held.data) for held in self._held.values())

    def kbps(self, rung: int) -> int:
        return self.master.renditions[rung].kbps

    def expected(self, slot: int) -> Expected:
        return Expected(
            start=self.grid.starts[slot],
            duration=self.grid.durations[slot],
            tolerance=self.grid.frame_samples if slot == self.slot_count - 1 else 0,
            max_bytes=self.layout.slot_bytes[slot] - 8,
            defaults=self._defaults,
        )

    # ---- the loop's side

    def held(self, slot: int) -> Held | None:
        return self._held.get(slot)

    def held_until(self, slot: int) -> int:
        """The first slot from `slot` on that is missing."""
        while slot in self._held:
            slot += 1
        return slot

    def store(self, slot: int, rung: int, data: bytes, *, is_settled: bool = False) -> bool:
        """Take a whole segment; False where a reader meanwhile began another rendition of it."""
        with self.changed:
            fixed = self.fixed_rung(slot)
            if fixed is not None and fixed != rung:
                return False
            self._held[slot] = Held(rung, data, is_settled)
            if self.partial is not None and self.partial.slot == slot:
                self.partial = None
            self.changed.notify_all()
            return True

    def begin(self, slot: int, rung: int, *, is_relayed: bool) -> Partial:
        """What a fetch adds to: a transfer of the same rendition that broke goes on where it ended."""
        with self.changed:
            partial = self.partial
            if partial is None or (partial.slot, partial.rung) != (slot, rung):
                partial = self.partial = Partial(slot, rung, SegmentReader(self.expected(slot)), is_relayed)
            partial.is_relayed = partial.is_relayed or is_relayed
            if is_relayed:
                self.release()
            return partial

    def take_head_start(self, slot: int) -> HeadStart | None:
        """The request for the first segment that was begun before the song was open; once, and no longer where
        another segment is wanted first."""
        head, self._head = self._head, None
        if head is not None and slot != 0:
            head.cancel()
            return None
        return head

    def hold_back(self) -> None:
        with self.changed:
            self.is_held_back = True

    def release(self) -> None:
        with self.changed:
            if self.is_held_back:
                self.is_held_back = False
                self.changed.notify_all()

    def feed(self, partial: Partial, chunk: bytes) -> None:
        with self.changed:
            partial.reader.feed(chunk)
            if partial.is_relayed:
                self.changed.notify_all()

    def wake_readers(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def discard(self, partial: Partial) -> None:
        with self.changed:
            if self.partial is partial:
                self.partial = None

    def refuse(self, slot: int, error: PlayerError) -> None:
        """This segment cannot be had. The song plays on up to it; one that is held already keeps its rendition."""
        self._refused[slot] = error

    def forget_refusals(self) -> None:
        """Nobody plays it now; what could not be had then may be there when somebody does."""
        self._refused.clear()

    def refusal(self, slot: int) -> PlayerError | None:
        return self._refused.get(slot)

    def is_playable(self, slot: int) -> bool:
        return slot in self._held or slot not in self._refused

    def drop(self, slots: range) -> int:
        """Free these segments, and tell how many bytes that was; one already served comes back in the same rendition
        if it is read again."""
        with self.changed:
            dropped = [self._held.pop(slot) for slot in slots if slot in self._held]
        return sum(len(held.data) for held in dropped)

    def fail(self, error: PlayerError) -> None:
        """The song itself cannot be played: readers end, and `error` says why."""
        self.error = error
        self.close(error)

    def close(self, error: PlayerError | None = None) -> None:
        """End every open of this song."""
        if self._head is not None:
            self._head.cancel()
            self._head = None
        with self.changed:
            self.is_held_back = False  # the start it was held back for is over
            for reader in list(self._readers):
                reader.end(error)
            self.changed.notify_all()

    # ---- both sides; the caller holds `changed`, or reads one value on the loop

    def add_reader(self, reader: Reader) -> None:
        with self.changed:
            self._readers.add(reader)

    def _living(self) -> list[Reader]:
        return [reader for reader in list(self._readers) if not reader.is_cancelled]

    def waiting_slots(self) -> list[int]:
        """Slots that a reader stands before; not those that have come while its thread has yet to wake."""
        with self.changed:
            return [
                slot
                for reader, slot in self._standing()
                if not self._has(reader, slot) or (self.is_held_back and reader.fixed_rung(slot) is None)
            ]

    def wanted_slots(self) -> list[int]:
        """Those of the waiting slots that are missing and can be had."""
        with self.changed:
            return [
                slot for reader, slot in self._standing() if slot not in self._refused and not self._has(reader, slot)
            ]

    def _standing(self) -> list[tuple[Reader, int]]:
        return [(reader, slot) for reader in self._living() if (slot := reader.waiting_slot) is not None]

    def _has(self, reader: Reader, slot: int) -> bool:
        held = self._held.get(slot)
        return held is not None and reader.fixed_rung(slot) in (None, held.rung)

    def fixed_rung(self, slot: int) -> int | None:
        """The rung that readers of this slot have begun."""
        with self.changed:
            return next((r for reader in self._living() if (r := reader.fixed_rung(slot)) is not None), None)

    def fixed_rungs(self) -> dict[int, int]:
        """The same for every slot that a reader has begun, at the price of one."""
        rungs: dict[int, int] = {}
        with self.changed:
            for reader in reversed(self._living()):
                rungs.update(reader.fixed_rungs())
        return rungs
