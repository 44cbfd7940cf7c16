"""A run without a window against a playback without sound."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from player.clock import SystemClock
from player.domain.playback import Status
from player.domain.stream import SegmentFetch
from player.errors import NetworkError, NotFound
from player.headless import session
from player.headless.report import Recorder, write_report
from player.headless.session import HeadlessRun
from player.headless.wanted import Wanted
from tests.support.fake_playback import FakePlayback
from tests.support.fake_service import FakeService


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SAMPLE_S", 0.01)


def _run(playback: FakePlayback, wanted: Wanted | None, seconds: float | None) -> tuple[Recorder, list[str]]:
    said: list[str] = []
    recorder = Recorder(playback, SystemClock())
    run = HeadlessRun(playback, SystemClock(), recorder, said.append)
    asyncio.run(run.play(FakeService(), wanted, seconds))
    return recorder, said


def test_a_run_ends_after_its_seconds_and_reports_what_was_heard(tmp_path: Path) -> None:
    playback = FakePlayback()
    title = FakeService().catalogue.albums[0].title
    recorder, said = _run(playback, Wanted("album", title), 0.05)
    recorder.fetched(SegmentFetch("so_1", 0, 320, 160_000, 0.0, 0.2, 0.01, "network"))
    path = tmp_path / "deep" / "report.json"
    write_report(path, recorder.document(exit_code=0))
    report = json.loads(path.read_text())
    assert title in said[0]
    assert report["exit_code"] == 0
    assert report["first_sound_ms"] == 212.0
    assert report["segments"][0]["kbps"] == 320
    assert len(report["songs"]) == 1
    assert set(report["series"]["status"]) == {"playing"}
    assert {len(column) for column in report["series"].values()} == {len(report["series"]["t_s"])}
    assert not list(tmp_path.rglob("*.part"))


def test_what_nobody_will_read_is_not_collected() -> None:
    playback = FakePlayback()
    recorder = Recorder(playback, SystemClock(), is_kept=False)
    asyncio.run(playback.play(FakeService().catalogue.tracks[:2]))
    recorder.fetched(SegmentFetch("so_1", 0, 320, 160_000, 0.0, 0.2, 0.01, "network"))
    recorder.failed(NetworkError("the network failed"))
    recorder.sample()
    document = recorder.document()
    assert [document[name] for name in ("songs", "segments", "errors")] == [[], [], []]
    assert not any(document["series"].values())


def test_a_run_ends_with_the_queue() -> None:
    playback = FakePlayback()
    playing = asyncio.Event()
    playback.subscribe(lambda _: playing.set() if playback.state.status is Status.PLAYING else None)

    async def end() -> None:
        await playing.wait()
        playback.become(Status.ENDED)

    async def both() -> None:
        run = HeadlessRun(playback, SystemClock(), Recorder(playback, SystemClock()), lambda _: None)
        song = Wanted("song", FakeService().catalogue.tracks[0].title)
        await asyncio.wait_for(asyncio.gather(run.play(FakeService(), song, None), end()), 10)

    asyncio.run(both())
    assert playback.state.status is Status.ENDED


def test_a_song_that_failed_is_told_at_the_end_once() -> None:
    playback = FakePlayback()
    recorder = Recorder(playback, SystemClock())
    playback.become(Status.PLAYING, NetworkError("down"))
    playback.become(Status.PLAYING, NetworkError("down"))
    errors = recorder.document()["errors"]
    assert [(row["code"], row["message"]) for row in errors] == [("NETWORK", "down")]


def test_nothing_to_play_is_said() -> None:
    with pytest.raises(NotFound, match="--play"):
        _run(FakePlayback(), None, 1.0)
