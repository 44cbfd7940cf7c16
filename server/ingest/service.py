"""Ingest as the backend sees it: folders to watch, scans that coalesce, analysis in the background, and how far it
is. Built once; routes and the packager call it from any thread, the work runs on job threads.

Folders are looked at on start, on request, and every `rescan_interval_s` (a poll: no watcher works on every file
system and network share). Analysis runs a few songs at a time, so that packaging of what is played gets its turn.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from server.catalog import search_index
from server.catalog.covers import Covers
from server.db.models import IngestFailure, LibraryFolder, Song
from server.db.session import Database
from server.ingest.analysis import AnalysisStopped, analyse
from server.ingest.progress import Phase, Progress, Step
from server.ingest.scan import FolderScan, unanalysed
from server.ingest.shelving import note_analysis, note_failure, register_folder, withdraw
from server.ingest.walk import FoundFile
from server.jobs import Jobs, Priority, StopSignal
from server.storage import Storage
from server.streaming.source_format import SourceUnreadable

_SONGS_A_TURN = 8
_MOST_FAILURES = 500


@dataclass(frozen=True, slots=True)
class Failure:
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestStatus:
    phase: Phase
    done: int
    total: int
    songs: int
    failures: tuple[Failure, ...]


class Ingest:
    def __init__(
        self,
        database: Database,
        storage: Storage,
        jobs: Jobs,
        *,
        rescan_interval_s: float = 300.0,
        progress: Progress | None = None,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._interval_s = rescan_interval_s
        self._progress = progress or Progress()
        self._scan = FolderScan(database, Covers(storage), self._progress)
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._poller: threading.Thread | None = None
        self._analysed = 0
        self._lock = threading.Lock()
        self._scans_due = 0
        self._arriving: tuple[int, int] | None = None

    def start(self) -> None:
        self.request_scan()
        if self._interval_s > 0:
            self._poller = threading.Thread(target=self._poll, name="ingest-poll", daemon=True)
            self._poller.start()

    def stop(self) -> None:
        self._closing.set()
        if self._poller is not None:
            self._poller.join(5)

    def add_folder(self, path: Path, *, is_demo: bool = False) -> None:
        """Registers the folder, which is absolute and there, and scans it soon."""
        with self._database.session() as session:
            register_folder(session, path, is_demo=is_demo)
        self.request_scan()

    def request_scan(self) -> None:
        """Soon, once: requests made before it begins are one. From now on the status says scanning, so that
        nobody takes a library for whole before it was looked at."""
        with self._lock:
            self._scans_due += 1
        self._jobs.submit("ingest scan", self._scan_all)

    def expect(self, done: int, total: int) -> None:
        """Files are being made in a folder: `done` of `total` are there, and will be scanned."""
        with self._lock:
            self._arriving = (done, total)
        self.request_scan()

    def tell(self, line: str) -> None:
        """A line among the progress on the terminal."""
        self._progress.tell(line)

    def status(self) -> IngestStatus:
        step = self._progress.step
        with self._lock:
            if self._arriving is not None:
                step = Step("scanning", *self._arriving)
            elif self._scans_due and step.phase != "scanning":
                step = Step("scanning")
        with self._database.reading() as session:
            songs = session.scalar(select(func.count()).select_from(Song).where(Song.removed_at.is_(None))) or 0
            rows = session.execute(
                select(IngestFailure.path, IngestFailure.reason).order_by(IngestFailure.path).limit(_MOST_FAILURES)
            )
            failures = tuple(Failure(path, reason) for path, reason in rows)
        return IngestStatus(step.phase, step.done, step.total, songs, failures)

    def _poll(self) -> None:
        while not self._closing.wait(self._interval_s):
            self.request_scan()

    def _scan_all(self, stop: StopSignal) -> None:
        with self._lock:
            due, arriving = self._scans_due, self._arriving
        self._scan_folders(stop)
        with self._lock:
            self._scans_due -= due
            if self._arriving == arriving and arriving is not None and arriving[0] == arriving[1]:
                self._arriving = None  # the last file that was made has been scanned
        self._progress.rest("scanning")
        self._jobs.submit("ingest analysis", self._analyse_some, Priority.IDLE)

    def _scan_folders(self, stop: StopSignal) -> None:
        with self._database.reading() as session:
            folders = [(folder.id, Path(folder.path)) for folder in session.scalars(select(LibraryFolder))]
        for folder_id, root in folders:
            if stop.is_set():
                return
            self._progress.show("scanning", 0, 0)
            self._scan.run(folder_id, root, stop)

    def _analyse_some(self, stop: StopSignal) -> None:
        with self._database.reading() as session:
            turn = list(unanalysed(session, _SONGS_A_TURN))
            waiting = session.scalar(
                select(func.count()).select_from(Song).where(Song.track_lufs.is_(None), Song.removed_at.is_(None))
            )
        if not turn:
            self._analysed = 0
            self._progress.rest("analysing")
            return
        total = self._analysed + (waiting or 0)
        for song_id, folder, path, mtime_ns in turn:
            if stop.is_set() or not self._analyse(song_id, Path(folder), path, mtime_ns, stop):
                return
            self._analysed += 1
            self._progress.show("analysing", self._analysed, total)
        self._jobs.submit("ingest analysis", self._analyse_some, Priority.IDLE)

    def _analyse(self, song_id: str, folder: Path, path: str, mtime_ns: int, stop: StopSignal) -> bool:
        """False when the backend is stopping."""
        try:
            analysis = analyse(folder / path, stop)
        except AnalysisStopped:
            return False
        except SourceUnreadable as error:
            self._reject(song_id, path, str(error))
            return True
        with self._database.session() as session:
            note_analysis(session, song_id, mtime_ns, analysis)
        return True

    def _reject(self, song_id: str, path: str, reason: str) -> None:
        with self._database.session() as session:
            song = session.get(Song, song_id)
            if song is None:
                return
            file = FoundFile(song.path, song.file_size, song.file_mtime_ns)
            note_failure(session, song.folder_id, song.path, reason, file)
            withdraw(session, song)
            search_index.reindex(session, [song.id])
        self._progress.tell(f"“{path}” skipped: {reason}")
