"""Measuring a song: once, in the background, and again only where it went wrong or is doubted."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator

import pytest

from server.db.models import Asset
from server.db.session import Database
from server.jobs import Job, Jobs, Priority, StopSignal
from server.licences.assets import Assets, Measured
from server.problems import Problem
from server.streaming.ladder import Rendition, Timeline
from server.streaming.packager import Packager
from server.streaming.source_format import SourceFormat
from server.streaming.streams import SourceFile, Stream
from tests.support.settable_time import SettableTime

RENDITION = Rendition(128)
PARTS = [b"init", b"segment 0", b"segment 1"]


class HeldJobs(Jobs):
    """Runs what was submitted when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Job] = []
        self.is_open = True
        self.stopping = threading.Event()

    def submit(self, key: str, job: Job, priority: Priority = Priority.NORMAL) -> bool:
        assert (key, priority) == ("measure content 128", Priority.BULK)
        if self.is_open:
            self.held.append(job)
        return self.is_open

    def run(self) -> None:
        while self.held:
            self.held.pop(0)(self.stopping)


class SongPackager(Packager):
    def __init__(self) -> None:
        self.problem: Problem | None = None

    def whole(self, stream: Stream, rendition: Rendition, stop: StopSignal) -> Iterator[bytes]:
        for part in PARTS:
            if stop.is_set():
                return
            yield part
        if self.problem is not None:
            raise self.problem


@pytest.fixture
def stream(tmp_path_factory: pytest.TempPathFactory) -> Stream:
    source = SourceFormat(44_100, 2, 44_100 * 8)
    file = SourceFile(tmp_path_factory.getbasetemp() / "none", 1, 1)
    return Stream("so_1", "content", file, source, Timeline(44_100, source.sample_count))


@pytest.fixture
def jobs() -> HeldJobs:
    return HeldJobs()


@pytest.fixture
def packager() -> SongPackager:
    return SongPackager()


@pytest.fixture
def assets(database: Database, packager: SongPackager, jobs: HeldJobs, clock: SettableTime) -> Assets:
    return Assets(database, packager, jobs, clock=clock)


def found(assets: Assets, database: Database, stream: Stream) -> Measured | None:
    with database.reading() as session:
        return assets.find(session, stream, RENDITION)


def test_many_askers_have_it_measured_once(
    assets: Assets, database: Database, jobs: HeldJobs, stream: Stream
) -> None:
    assert [assets.measure_later(stream, RENDITION) for _ in range(5)] == [1] * 5
    assert len(jobs.held) == 1
    assert found(assets, database, stream) is None
    jobs.run()
    whole = b"".join(PARTS)
    assert found(assets, database, stream) == Measured(
        "content", RENDITION, hashlib.sha256(whole).hexdigest(), len(whole), stream.timeline.segment_count
    )


def test_a_long_song_is_asked_for_less_often(assets: Assets, stream: Stream) -> None:
    hour = Stream("so_1", "content", stream.file, stream.source, Timeline(44_100, 44_100 * 3600))
    assert assets.measure_later(hour, RENDITION) == 15


def test_a_file_that_is_gone_leaves_nothing_and_is_tried_again(
    assets: Assets, database: Database, jobs: HeldJobs, packager: SongPackager, stream: Stream
) -> None:
    packager.problem = Problem(410, "SOURCE_UNREADABLE", "The file is gone.")
    assets.measure_later(stream, RENDITION)
    jobs.run()
    assert found(assets, database, stream) is None
    packager.problem = None
    assets.measure_later(stream, RENDITION)
    jobs.run()
    assert found(assets, database, stream) is not None


def test_a_part_is_never_taken_for_the_whole(
    assets: Assets, database: Database, jobs: HeldJobs, stream: Stream
) -> None:
    assets.measure_later(stream, RENDITION)
    jobs.stopping.set()
    jobs.run()
    assert found(assets, database, stream) is None


def test_a_closed_queue_is_asked_again(assets: Assets, database: Database, jobs: HeldJobs, stream: Stream) -> None:
    jobs.is_open = False
    assets.measure_later(stream, RENDITION)
    jobs.is_open = True
    assets.measure_later(stream, RENDITION)
    jobs.run()
    assert found(assets, database, stream) is not None


@pytest.mark.allow_log(r"WARNING server.licences: song so_1 is measured again")
def test_doubt_is_believed_of_the_hash_that_was_told_and_once_an_hour(
    assets: Assets, database: Database, jobs: HeldJobs, clock: SettableTime, stream: Stream
) -> None:
    assets.doubt(stream, RENDITION, "ab" * 32)
    with database.session() as session:
        row = Asset(content="content", kbps=128, sha256="ab" * 32, length=1, segment_count=1, measured_at=clock.now)
        session.add(row)
    for age_s, sha256, is_kept in ((3599, "ab" * 32, True), (1, "cd" * 32, True), (0, "ab" * 32, False)):
        clock.now += age_s
        assets.doubt(stream, RENDITION, sha256)
        assert (found(assets, database, stream) is not None) is is_kept
