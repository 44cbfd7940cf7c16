"""What all bytes of a song in one rendition are, which a leaf names: SHA-256 and length of init and segments. Called
by the leaf route in request threads; the measuring is a job.

A segment has the same bytes whoever makes it, so one measurement is good for ever, and the media routes serve what
was measured. They change only when a newer codec library makes them anew; then a player finds that its download does
not have the hash it was told, says so, and the song is measured again.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db.models import Asset
from server.db.session import Database
from server.jobs import Jobs, Priority, StopSignal
from server.problems import Problem
from server.streaming.ladder import Rendition
from server.streaming.packager import Packager
from server.streaming.streams import Stream

log = logging.getLogger("server.licences")

_ASK_AGAIN_S = (1, 15)
_SEGMENTS_A_SECOND = 20
"""what packaging reaches on a slow machine; only a hint when to ask again"""
_DOUBTED_EVERY_S = 3600.0


@dataclass(frozen=True, slots=True)
class Measured:
    content: str
    rendition: Rendition
    sha256: str
    length: int
    segment_count: int


class Assets:
    def __init__(self, database: Database, packager: Packager, jobs: Jobs, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._packager = packager
        self._jobs = jobs
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: set[tuple[str, int]] = set()

    def find(self, session: Session, stream: Stream, rendition: Rendition) -> Measured | None:
        """None while it is not measured."""
        row = session.get(Asset, (stream.content, rendition.kbps))
        return (
            Measured(row.content, rendition, row.sha256, row.length, row.segment_count) if row is not None else None
        )

    def doubt(self, stream: Stream, rendition: Rendition, sha256: str) -> None:
        """Somebody fetched all of it and it did not have this hash. Believed once an hour for each asset: packaging
        is dear."""
        with self._database.session() as session:
            row = session.get(Asset, (stream.content, rendition.kbps))
            if row is not None and row.sha256 == sha256 and self._clock() - row.measured_at >= _DOUBTED_EVERY_S:
                log.warning("song %s is measured again: a download did not have its hash", stream.song_id)
                session.delete(row)

    def measure_later(self, stream: Stream, rendition: Rendition) -> int:
        """Seconds after which to look again."""
        key = (stream.content, rendition.kbps)
        with self._lock:
            if key not in self._under_way:
                self._under_way.add(key)
                name = f"measure {stream.content} {rendition.kbps}"
                if not self._jobs.submit(name, lambda stop: self._measure(stream, rendition, stop), Priority.BULK):
                    self._under_way.discard(key)
        shortest, longest = _ASK_AGAIN_S
        return max(shortest, min(longest, stream.timeline.segment_count // _SEGMENTS_A_SECOND))

    def _measure(self, stream: Stream, rendition: Rendition, stop: StopSignal) -> None:
        digest, length = hashlib.sha256(), 0
        try:
            for part in self._packager.whole(stream, rendition, stop):
                digest.update(part)
                length += len(part)
            if not stop.is_set():
                self._keep(stream, rendition, digest.hexdigest(), length)
        except Problem as problem:  # the file went away or is another now; the next request says so
            log.info("song %s cannot be measured: %s", stream.song_id, problem.code)
        finally:
            with self._lock:
                self._under_way.discard((stream.content, rendition.kbps))

    def _keep(self, stream: Stream, rendition: Rendition, sha256: str, length: int) -> None:
        with self._database.session() as session:
            session.merge(
                Asset(
                    content=stream.content,
                    kbps=rendition.kbps,
                    sha256=sha256,
                    length=length,
                    segment_count=stream.timeline.segment_count,
                    measured_at=self._clock(),
                )
            )
