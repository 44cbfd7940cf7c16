"""One listener's part of the recent-segment cache: a store, the key it is sealed with, and which entries of the songs
at hand it holds, so that asking for that costs no disk. Made and left by `segments`; the methods that block are
called in the runtime's pool, those that only know on the `net` loop.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from player.domain.ids import TrackId
from player.errors import CryptoError
from player.streaming.recent.content import song_identity
from player.streaming.recent.seal import Owner, Seal
from player.streaming.recent.store import Entry, Store, remove

log = logging.getLogger("recent")

KNOWN_SONGS = 256  # of 100 entries each: 3 MB at most


@dataclass(frozen=True, slots=True)
class Kept:
    """What is to be written: `data` as it will be read again."""

    track_id: TrackId
    identity: bytes
    data: bytes


class Shelf:
    """CacheError where the folder cannot be used."""

    def __init__(self, path: Path, owner: Owner, limit_bytes: int) -> None:
        self.owner = owner
        self._path = path
        self._seal = Seal(owner.key)
        self._store = Store(path, self._seal.owner_tag, limit_bytes)
        self._known: OrderedDict[TrackId, set[bytes]] = OrderedDict()

    # ---- on the loop

    def is_at_hand(self, track_id: TrackId) -> bool:
        """Whether the song was opened by this owner: what is fetched of any other is not kept here."""
        return track_id in self._known

    def holds(self, track_id: TrackId, identity: bytes) -> bool:
        names = self._known.get(track_id)
        return names is not None and self._seal.name(identity) in names

    def learnt(self, track_id: TrackId, names: frozenset[bytes]) -> None:
        self._known[track_id] = set(names)
        self._known.move_to_end(track_id)
        while len(self._known) > KNOWN_SONGS:
            self._known.popitem(last=False)

    def gained(self, kept: Sequence[Kept]) -> None:
        for one in kept:
            if (names := self._known.get(one.track_id)) is not None:
                names.add(self._seal.name(one.identity))

    def lost(self, track_id: TrackId, identity: bytes) -> None:
        if (names := self._known.get(track_id)) is not None:
            names.discard(self._seal.name(identity))

    def forget_all(self) -> None:
        self._known.clear()

    # ---- in the pool

    def names(self, track_id: TrackId) -> frozenset[bytes]:
        return self._store.names(self._song(track_id))

    def read(self, identity: bytes) -> bytes | None:
        """None for what is not there, and for what is not as it was written: that goes."""
        name = self._seal.name(identity)
        sealed = self._store.read(name)
        if sealed is None:
            return None
        try:
            return self._seal.open(identity, sealed)
        except CryptoError:
            log.info("a kept segment was damaged and is removed")
            self._store.delete(name)
            return None

    def write(self, batch: Sequence[Kept]) -> None:
        """CacheError when the disk is full."""
        self._store.write([self._entry(one) for one in batch])

    def delete(self, identity: bytes) -> None:
        self._store.delete(self._seal.name(identity))

    def delete_song(self, track_id: TrackId) -> None:
        self._store.delete_song(self._song(track_id))

    def resize(self, limit_bytes: int) -> None:
        self._store.resize(limit_bytes)

    def close(self) -> None:
        """What nobody will be able to read again does not stay."""
        self._store.close()
        if not self.owner.is_kept:
            remove(self._path)

    def wipe(self) -> None:
        self._store.close()
        remove(self._path)

    def _entry(self, one: Kept) -> Entry:
        sealed = self._seal.seal(one.identity, one.data)
        return Entry(self._seal.name(one.identity), self._song(one.track_id), sealed)

    def _song(self, track_id: TrackId) -> bytes:
        return self._seal.name(song_identity(track_id))
