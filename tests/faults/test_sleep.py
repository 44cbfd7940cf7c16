"""The computer sleeps in mid-song: the real program, stopped for longer than any connection may be silent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.music import write_song

ROOT = Path(__file__).resolve().parents[2]
ASLEEP_S = 20.0
LIMIT_S = 120


@pytest.mark.soak
@pytest.mark.timeout(240)
def test_the_music_goes_on_where_it_was_when_the_computer_wakes(tmp_path: Path) -> None:
    for number in (1, 2):
        write_song(
            tmp_path / "music" / f"{number}.flac", title=f"Part {number}", artist="A", album="Sleeper",
            track_number=number, seconds=20.0, seed=number,
        )  # fmt: skip
    trace, report = tmp_path / "trace.json", tmp_path / "report.json"
    trace.write_text(json.dumps([{"duration_ms": 1000, "bandwidth_kbps": 120, "latency_ms": 40}]))
    command = ["main.py", "--headless", "--data", tmp_path / "data", "--library", tmp_path / "music"]
    command += ["--play", "album:sleeper", "--shape", trace, "--report", report]
    with subprocess.Popen(
        [sys.executable, *map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert any(line.strip().startswith("playing") for line in program.stdout), "it never played"
        program.send_signal(signal.SIGSTOP)
        threading.Event().wait(ASLEEP_S)
        program.send_signal(signal.SIGCONT)
        program.communicate(timeout=LIMIT_S)
    heard = json.loads(report.read_text())
    assert heard["exit_code"] == 0
    assert [song["title"] for song in heard["songs"]] == ["Part 1", "Part 2"]
    assert "failed" not in heard["series"]["status"]
    steps = list(pairwise(heard["series"]["position_s"]))
    assert len([1 for earlier, later in steps if later < earlier]) <= 1  # where the second song begins
    assert max(later - earlier for earlier, later in steps) < 3.0  # nothing is left out
