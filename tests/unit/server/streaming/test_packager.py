"""What the packager does while nobody waits, and what it keeps: both are bounded."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from server.db.session import Database
from server.jobs import Job, Jobs, Priority
from server.storage import LocalStorage
from server.streaming.ladder import LADDER, Timeline
from server.streaming.packager import Packager
from server.streaming.segment_store import SegmentKey, SegmentStore
from server.streaming.source import probe
from server.streaming.streams import SourceFile, Stream, Streams
from tests.support.music import write_song

_DISK_BYTES = 4 << 30


class _Later(Jobs):
    """Keeps what is submitted; the test runs it when it wants."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, Job] = {}

    def submit(self, key: str, job: Job, priority: Priority = Priority.NORMAL) -> bool:
        assert priority is Priority.IDLE
        self.jobs[key] = job
        return True

    def run(self, content: str) -> None:
        self.jobs[f"package {content}"](threading.Event())


class _Desk:
    def __init__(self, database: Database, folder: Path, *, disk_bytes: int = _DISK_BYTES) -> None:
        self.later = _Later()
        self._storage = LocalStorage(folder / "storage")
        self.store = SegmentStore(self._storage, disk_bytes=disk_bytes, memory_bytes=1)
        streams = Streams(database, on_source_changed=lambda: None)
        self.packager = Packager(streams, self.store, self.later)

    def kept(self, stream: Stream) -> set[SegmentKey]:
        keys = (
            SegmentKey(stream.content, rung.kbps, index)
            for rung in LADDER
            for index in range(stream.timeline.segment_count)
        )
        return {key for key in keys if self.store.has(key)}

    def disk_bytes(self) -> int:
        return sum(stored.size_bytes for stored in self._storage.list("segments"))


def _stream(folder: Path, number: int, seconds: float = 4.5) -> Stream:
    path = write_song(folder / f"{number}.flac", title=None, seconds=seconds, seed=number)
    source, status = probe(path), path.stat()
    file = SourceFile(path, status.st_size, status.st_mtime_ns)
    timeline = Timeline(source.output_rate, source.output_sample_count)
    return Stream(f"so_{number}", f"{number:032x}", file, source, timeline)


def test_a_played_song_is_finished_in_every_rendition(database: Database, tmp_path: Path) -> None:
    desk, stream = _Desk(database, tmp_path), _stream(tmp_path, 1)
    desk.packager.segment(stream, LADDER[3], 0)
    assert len(desk.kept(stream)) == 1
    desk.later.run(stream.content)
    assert len(desk.kept(stream)) == 8 * stream.timeline.segment_count
    desk.later.jobs.clear()
    desk.packager.segment(stream, LADDER[3], 1)
    assert not desk.later.jobs, "it is finished"


def test_only_the_songs_played_last_are_finished(database: Database, tmp_path: Path) -> None:
    desk = _Desk(database, tmp_path)
    streams = [_stream(tmp_path, number, seconds=1.0) for number in range(5)]
    for stream in streams:
        desk.packager.segment(stream, LADDER[0], 0)
    for stream in streams:
        desk.later.run(stream.content)
    assert [len(desk.kept(stream)) for stream in streams] == [1, 1, 8, 8, 8]


def test_a_store_too_small_for_the_song_ends_the_work(database: Database, tmp_path: Path) -> None:
    desk, stream = _Desk(database, tmp_path, disk_bytes=200_000), _stream(tmp_path, 1)
    desk.packager.segment(stream, LADDER[7], 0)
    desk.later.run(stream.content)
    assert desk.disk_bytes() <= 200_000


def test_a_file_that_goes_away_ends_the_work(database: Database, tmp_path: Path) -> None:
    desk, stream = _Desk(database, tmp_path), _stream(tmp_path, 1)
    desk.packager.segment(stream, LADDER[0], 0)
    stream.file.path.unlink()
    desk.later.run(stream.content)
    # what was decoded before is still good; nothing else is
    assert all(key.index == 0 for key in desk.kept(stream))


@pytest.mark.parametrize("bound", [10_000, 55_000])
def test_what_was_used_least_recently_leaves_the_disk(tmp_path: Path, bound: int) -> None:
    storage = LocalStorage(tmp_path)
    store = SegmentStore(storage, disk_bytes=bound, memory_bytes=1)
    keys = [SegmentKey("ab" * 16, 96, index) for index in range(20)]
    for age, key in enumerate(keys):
        store.put(key, bytes(5_000))
        assert sum(stored.size_bytes for stored in storage.list("segments")) <= bound, age
    assert store.has(keys[-1])
    assert not store.has(keys[0])
