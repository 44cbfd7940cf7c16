"""Makes the demo library in the background and has it ingested as it grows. Built once; `begin` from any thread,
the work runs on a job thread. It knows nothing of ingest but three calls: the arrows between packages go one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from server.jobs import Jobs, Priority, StopSignal

SONGS = 24  # a test holds it against the repertoire, whose import takes numpy


class Demo:
    def __init__(
        self,
        folder: Path,
        jobs: Jobs,
        *,
        add_folder: Callable[[Path], None],
        expect: Callable[[int, int], None],
        tell: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._jobs = jobs
        self._add_folder = add_folder
        self._expect = expect
        self._tell = tell

    def begin(self) -> None:
        """Soon; songs that are there are left as they are."""
        self._expect(0, SONGS)
        # the urgent lane: a scan of a large folder must not keep a new listener from the first song
        self._jobs.submit("demo library", self._make, Priority.URGENT)

    def _make(self, stop: StopSignal) -> None:
        # numpy and Pillow are needed now, not at start
        from server.demo.library import write_library

        self._folder.mkdir(parents=True, exist_ok=True)
        self._add_folder(self._folder.resolve())
        for done, total in write_library(self._folder, stop):
            self._tell(f"demo library, {done} of {total} songs")
            self._expect(done, total)
        if not stop.is_set():
            self._expect(SONGS, SONGS)
