"""Makes segments when they are asked for, and the rest of a played song while nobody waits. Called by the media
routes on request threads and by its own job.

Any segment of any rendition is encoded by itself (see encoder.py), so a request past what is packaged simply
encodes that segment now. Requests for one segment share one encode; background work steps aside while they run.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Set
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.jobs import Jobs, Priority, StopSignal
from server.problems import Problem
from server.streaming import cmaf
from server.streaming.ladder import LADDER, Rendition
from server.streaming.segment_store import SegmentKey, SegmentStore
from server.streaming.source_format import SourceUnreadable
from server.streaming.streams import Stream, Streams

if TYPE_CHECKING:
    from server.streaming.source import Samples

_WAIT_S = 60.0
_STEP_ASIDE_S = 0.05
_DECODED_KEPT = 8
"""stretches of 4 s: 1.5 MB each; a switch of rendition meets them again"""
_SONGS_IN_WORK = 3
"""songs the background finishes: those played last; a listener who skips on leaves the others"""


class Packager:
    def __init__(self, streams: Streams, store: SegmentStore, jobs: Jobs) -> None:
        self._streams = streams
        self._store = store
        self._jobs = jobs
        self._lock = threading.Lock()
        self._flights: dict[SegmentKey, Future[bytes]] = {}
        self._decoded: OrderedDict[tuple[str, int], Samples] = OrderedDict()
        self._played: OrderedDict[str, tuple[Stream, Rendition]] = OrderedDict()
        self._finished: set[str] = set()
        self._urgent = 0
        self._encoders = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))

    def warm_up(self) -> None:
        """Loads the codecs before the first song is asked for; on a thread that nobody waits for."""
        import server.streaming.encoder

        server.streaming.encoder.warm_up()

    def init(self, stream: Stream) -> bytes:
        return cmaf.init_segment(stream.timeline, stream.source.output_channels)

    def segment(self, stream: Stream, rendition: Rendition, index: int) -> bytes:
        """IndexError past the end; Problem SOURCE_UNREADABLE."""
        key = SegmentKey(stream.content, rendition.kbps, index)
        stream.timeline.frames_of(index)
        data = self._store.get(key)
        if data is None:
            with self._urgently(), self._encoders:
                data = self._made_once(stream, rendition, key, is_hot=True)
        self._finish_later(stream, rendition)
        return data

    def whole(self, stream: Stream, rendition: Rendition, stop: StopSignal) -> Iterator[bytes]:
        """Init and every segment in order, for a job that measures them: it steps aside for listeners, and ends early
        when `stop` is set. Problem SOURCE_UNREADABLE."""
        yield self.init(stream)
        for index in range(stream.timeline.segment_count):
            self._step_aside(stop)
            if stop.is_set():
                return
            key = SegmentKey(stream.content, rendition.kbps, index)
            yield self._store.get(key, is_hot=False) or self._made_once(stream, rendition, key, is_hot=False)

    def _step_aside(self, stop: StopSignal) -> None:
        while self._urgent and not stop.is_set():
            stop.wait(_STEP_ASIDE_S)

    @contextmanager
    def _urgently(self) -> Iterator[None]:
        with self._lock:
            self._urgent += 1
        try:
            yield
        finally:
            with self._lock:
                self._urgent -= 1

    def _made_once(self, stream: Stream, rendition: Rendition, key: SegmentKey, *, is_hot: bool) -> bytes:
        with self._lock:
            flight = self._flights.get(key)
            is_mine = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not is_mine:
            return flight.result(_WAIT_S)
        try:
            # it may have been finished between the look into the store and here
            data = self._store.get(key) or self._make(stream, rendition, key.index)
            self._store.put(key, data, is_hot=is_hot)
            flight.set_result(data)
            return data
        except BaseException as error:
            flight.set_exception(error)
            raise
        finally:
            with self._lock:
                self._flights.pop(key, None)

    def _make(self, stream: Stream, rendition: Rendition, index: int) -> bytes:
        from server.streaming.encoder import encode_segment  # the codecs are loaded by the first segment

        samples = self._samples(stream, index)
        frames = encode_segment(samples, stream.timeline, index, rendition)
        return cmaf.media_segment(stream.timeline, index, frames)

    def _samples(self, stream: Stream, index: int) -> Samples:
        from server.streaming.encoder import samples_needed
        from server.streaming.source import read

        key = (stream.content, index)
        with self._lock:
            known = self._decoded.get(key)
        if known is not None:
            return known
        self._streams.check_source(stream)
        needed = samples_needed(stream.timeline, index)
        try:
            samples = read(stream.file.path, stream.source, needed.start, len(needed))
        except SourceUnreadable as error:
            raise self._streams.unreadable(stream, error) from error
        with self._lock:
            self._decoded[key] = samples
            while len(self._decoded) > _DECODED_KEPT:
                self._decoded.popitem(last=False)
        return samples

    # ---- the rest of a played song, in the background

    def _finish_later(self, stream: Stream, rendition: Rendition) -> None:
        with self._lock:
            if stream.content in self._finished:
                return
            is_new = stream.content not in self._played
            self._played[stream.content] = (stream, rendition)
            self._played.move_to_end(stream.content)
            while len(self._played) > _SONGS_IN_WORK:
                self._played.popitem(last=False)
        if is_new:
            self._jobs.submit(
                f"package {stream.content}", lambda stop: self._finish(stream.content, stop), Priority.IDLE
            )

    def _finish(self, content: str, stop: StopSignal) -> None:
        """All segments of the rendition asked for last, then of the others; each once, so that this ends also where
        the store holds less than the song."""
        seen: set[SegmentKey] = set()
        while not stop.is_set():
            with self._lock:
                stream, asked = self._played.get(content, (None, None))
            if stream is None or asked is None:
                return
            key = _next_key(stream, asked, seen)
            if key is None:
                with self._lock:
                    self._finished.add(content)
                    self._played.pop(content, None)
                return
            seen.add(key)
            if self._store.has(key):
                continue
            self._step_aside(stop)
            try:
                self._made_once(stream, Rendition(key.kbps), key, is_hot=False)
            except Problem:  # the file went away; the next request says so
                with self._lock:
                    self._played.pop(content, None)
                return


def _next_key(stream: Stream, asked: Rendition, seen: Set[SegmentKey]) -> SegmentKey | None:
    for rendition in (asked, *(rung for rung in LADDER if rung != asked)):
        for index in range(stream.timeline.segment_count):
            key = SegmentKey(stream.content, rendition.kbps, index)
            if key not in seen:
                return key
    return None
