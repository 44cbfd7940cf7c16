"""The queue: what plays, in which order, and what comes after. Pure: no clock, no I/O, chance comes as a seeded rng.

`Player` owns one on the `net` loop and publishes its `state`. Entries keep their ids whatever happens to the order,
so a song queued twice is two entries. Beside the order of play stands the order before the shuffle, to go back to.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from player.domain.catalogue import Track
from player.domain.ids import EntryId
from player.domain.playback import QueueEntry, QueueSource, QueueState, Repeat


class Queue:
    def __init__(self, rng: random.Random, *, is_shuffled: bool = False, repeat: Repeat = Repeat.OFF) -> None:
        self._rng = rng
        self._order: list[QueueEntry] = []
        self._unshuffled: list[QueueEntry] = []
        self._index: int | None = None
        self._source: QueueSource | None = None
        self._is_shuffled = is_shuffled
        self._repeat = repeat
        self._version = 0
        self._last_id = 0

    # -- reading

    @property
    def state(self) -> QueueState:
        return QueueState(
            order=tuple(self._order),
            index=self._index,
            source=self._source,
            is_shuffled=self._is_shuffled,
            repeat=self._repeat,
            version=self._version,
        )

    @property
    def version(self) -> int:
        return self._version

    @property
    def current(self) -> QueueEntry | None:
        return None if self._index is None else self._order[self._index]

    def following(self, *, is_asked: bool = False) -> QueueEntry | None:
        """What plays after the current entry. By itself a song repeats under ONE; when the listener asks for the
        next, it is the next, and only the end of the order is subject to the repeat."""
        if not self._order:
            return None
        if self._index is None:
            return self._order[0]
        if self._repeat is Repeat.ONE and not is_asked:
            return self._order[self._index]
        if self._index + 1 < len(self._order):
            return self._order[self._index + 1]
        return None if self._repeat is Repeat.OFF else self._order[0]

    def preceding(self) -> QueueEntry | None:
        if self._index is None or not self._order:
            return None
        if self._index > 0:
            return self._order[self._index - 1]
        return self._order[-1] if self._repeat is Repeat.ALL else None

    def neighbours(self, entry: QueueEntry) -> tuple[Track | None, Track | None]:
        """The tracks before and after an entry in the order of play."""
        at = self._position(entry.id)
        if at is None:
            return None, None
        before = self._order[at - 1].track if at > 0 else None
        after = self._order[at + 1].track if at + 1 < len(self._order) else None
        return before, after

    def upcoming(self, count: int) -> tuple[Track, ...]:
        """The current track and those that will follow by themselves, for fetching ahead."""
        if self._index is None:
            return ()
        if self._repeat is Repeat.ONE:
            return (self._order[self._index].track,) * count
        tail = self._order[self._index : self._index + count]
        if self._repeat is Repeat.ALL:
            tail = tail + self._order[: min(count - len(tail), self._index)]
        return tuple(entry.track for entry in tail)

    # -- changing

    def replace(self, tracks: Sequence[Track], *, start: int = 0, source: QueueSource | None = None) -> None:
        self._unshuffled = [QueueEntry(self._new_id(), track) for track in tracks]
        self._order = list(self._unshuffled)
        self._source = source
        self._index = min(max(start, 0), len(tracks) - 1) if tracks else None
        if self._is_shuffled:
            self._shuffle()
        self._version += 1

    def restore(self, state: QueueState) -> None:
        """Take a saved queue as it was, ids included. The order before the shuffle is that of the ids, which were
        given in it; what was picked by hand goes behind the entry it follows now."""
        self._order = list(state.order)
        self._index = state.index if state.index is None or 0 <= state.index < len(state.order) else None
        self._source = state.source
        self._is_shuffled = state.is_shuffled
        self._repeat = state.repeat
        self._last_id = max((entry.id for entry in state.order), default=0)
        self._unshuffled = list(state.order)
        if state.is_shuffled:
            self._unshuffled = sorted((e for e in state.order if not e.is_picked), key=lambda entry: entry.id)
            for at, entry in enumerate(state.order):
                if entry.is_picked:
                    before = state.order[at - 1] if at > 0 else None
                    self._unshuffled.insert(_behind(self._unshuffled, before), entry)
        self._version += 1

    def enqueue(self, tracks: Sequence[Track], *, is_next: bool) -> None:
        """Picked by hand: right after the current song, or behind what was picked before and ahead of the rest."""
        picked = [QueueEntry(self._new_id(), track, is_picked=True) for track in tracks]
        at = 0 if self._index is None else self._index + 1
        while not is_next and at < len(self._order) and self._order[at].is_picked:
            at += 1
        before = self._order[at - 1] if at > 0 else None
        behind = _behind(self._unshuffled, before)
        self._order[at:at] = picked
        self._unshuffled[behind:behind] = picked
        self._version += 1

    def go_to(self, entry_id: EntryId) -> bool:
        at = self._position(entry_id)
        if at is None:
            return False
        self._index = at
        self._version += 1
        return True

    def move(self, entry_id: EntryId, position: int) -> None:
        """The entry then stands at `position` of the order of play."""
        at = self._position(entry_id)
        if at is None:
            return
        current = self.current
        entry = self._order.pop(at)
        self._order.insert(min(max(position, 0), len(self._order)), entry)
        if not self._is_shuffled:
            self._unshuffled = list(self._order)
        self._stay_on(current)
        self._version += 1

    def remove(self, entry_ids: Iterable[EntryId]) -> None:
        """Where the current entry goes, the next one that stays takes its place; where none does, there is no
        current entry, unless everything repeats."""
        gone = set(entry_ids)
        current = self.current
        if current is not None and current.id in gone:
            current = self._survivor(gone)
        self._order = [entry for entry in self._order if entry.id not in gone]
        self._unshuffled = [entry for entry in self._unshuffled if entry.id not in gone]
        self._stay_on(current)
        self._version += 1

    def clear_upcoming(self) -> None:
        keep = 0 if self._index is None else self._index + 1
        self.remove([entry.id for entry in self._order[keep:]])

    def set_repeat(self, repeat: Repeat) -> None:
        self._repeat = repeat
        self._version += 1

    def set_shuffled(self, is_shuffled: bool) -> None:
        if is_shuffled == self._is_shuffled:
            return
        self._is_shuffled = is_shuffled
        if is_shuffled:
            self._shuffle()
        else:
            current = self.current
            self._order = list(self._unshuffled)
            self._stay_on(current)
        self._version += 1

    # -- inside

    def _new_id(self) -> EntryId:
        self._last_id += 1
        return EntryId(self._last_id)

    def _position(self, entry_id: EntryId) -> int | None:
        return next((at for at, entry in enumerate(self._order) if entry.id == entry_id), None)

    def _stay_on(self, entry: QueueEntry | None) -> None:
        self._index = None if entry is None else self._position(entry.id)

    def _survivor(self, gone: set[EntryId]) -> QueueEntry | None:
        assert self._index is not None
        behind = self._order[self._index + 1 :]
        if self._repeat is Repeat.ALL:
            behind = behind + self._order[: self._index]
        return next((entry for entry in behind if entry.id not in gone), None)

    def _shuffle(self) -> None:
        """The current song first, then what was picked to follow it, then everything else by chance."""
        current = self.current
        at = 0 if self._index is None else self._index + 1
        picked: list[QueueEntry] = []
        while at < len(self._order) and self._order[at].is_picked:
            picked.append(self._order[at])
            at += 1
        head = ([] if current is None else [current]) + picked
        kept = {entry.id for entry in head}
        rest = [entry for entry in self._order if entry.id not in kept]
        self._rng.shuffle(rest)
        self._order = head + rest
        self._stay_on(current)


def _behind(order: Sequence[QueueEntry], entry: QueueEntry | None) -> int:
    """The place right after `entry`; the front where there is none."""
    if entry is None:
        return 0
    return next((at + 1 for at, other in enumerate(order) if other.id == entry.id), len(order))
