"""What the status says between a wish and its work: nobody may take a library for whole before it was looked at."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from server.config import Config
from server.db.migrate import open_database
from server.ingest.progress import Progress
from server.ingest.service import Ingest
from server.jobs import Job, Jobs, Priority
from server.storage import LocalStorage


class WaitingJobs(Jobs):
    """Keeps what is submitted until the test runs it."""

    def __init__(self) -> None:
        super().__init__(background_workers=1)
        self.waiting: dict[str, Job] = {}

    def submit(self, key: str, job: Job, priority: Priority = Priority.NORMAL) -> bool:
        is_new = key not in self.waiting
        self.waiting[key] = job
        return is_new

    def run(self, key: str) -> None:
        self.waiting.pop(key)(threading.Event())


@pytest.fixture
def jobs() -> WaitingJobs:
    return WaitingJobs()


@pytest.fixture
def ingest(tmp_path: Path, jobs: WaitingJobs) -> Ingest:
    config = Config(data_dir=tmp_path)
    database = open_database(config)
    return Ingest(database, LocalStorage(config.storage_dir), jobs, progress=Progress(lambda _: None))


def test_a_scan_that_is_due_counts_as_scanning(ingest: Ingest, jobs: WaitingJobs) -> None:
    assert ingest.status().phase == "idle"
    ingest.request_scan()
    ingest.request_scan()
    assert ingest.status().phase == "scanning"
    jobs.run("ingest scan")
    assert ingest.status().phase == "idle"


def test_files_that_are_being_made_count_until_the_last_is_scanned(ingest: Ingest, jobs: WaitingJobs) -> None:
    ingest.expect(3, 24)
    jobs.run("ingest scan")
    status = ingest.status()
    assert (status.phase, status.done, status.total) == ("scanning", 3, 24)
    ingest.expect(24, 24)
    assert ingest.status().phase == "scanning"
    jobs.run("ingest scan")
    assert ingest.status().phase == "idle"
