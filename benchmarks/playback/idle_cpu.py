"""What playing costs while nobody looks: the window's process with its window minimised, and the player without a
window, against mpv on the local files, all at once for a minute. The backend is a process of its own and not counted.

Everybody plays in real time into mpv's null output. It counts from when the look-ahead is full: what a minute of
music costs, not its first seconds. Two minutes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.playback.first_sound import DEMO_MUSIC
from benchmarks.playback.footprint import cpu_by_thread, cpu_s
from benchmarks.playback.origin import PASSWORD, ROOT, USERNAME, demo_origin

WARM_S, MEASURED_S = 30.0, 60.0
ALLOWED_PERCENT = 2.0
THREADS_TOLD = 5
ENDS_WITHIN_S = 20.0


def main() -> int:
    with demo_origin() as origin, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="segue-bench-")))
        signed_in = ["--server", origin.url, "--user", USERNAME, "--play", "album:night"]
        songs = sorted(str(path) for path in DEMO_MUSIC.rglob("*.flac"))
        commands = {
            "Segue, window minimised": _segue(
                "benchmarks.playback.hidden_window", *signed_in, "--data", folder / "w"
            ),
            "Segue, no window": _segue("main", "--headless", *signed_in, "--data", folder / "h"),
            "mpv, local files": ["mpv", "--no-config", "--no-terminal", "--no-video", "--ao=null", *songs],
        }
        processes = {name: stack.enter_context(_running(command)) for name, command in commands.items()}
        time.sleep(WARM_S)
        shares = _measured(processes)
        for process in processes.values():
            process.terminate()
            process.wait(ENDS_WITHIN_S)
    return 0 if all(share <= ALLOWED_PERCENT for share in shares.values()) else 1


def _segue(module: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def _running(command: Sequence[str]) -> subprocess.Popen[bytes]:
    env = os.environ | {"SEGUE_PASSWORD": PASSWORD, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _measured(processes: dict[str, subprocess.Popen[bytes]]) -> dict[str, float]:
    """Percent of a core by process; printed with the threads that took most of it."""
    began_s = time.monotonic()
    before = {name: (cpu_s(process.pid), cpu_by_thread(process.pid)) for name, process in processes.items()}
    time.sleep(MEASURED_S)
    shares = {}
    for name, process in processes.items():
        if process.poll() is not None:
            raise SystemExit(f"{name}: ended early with {process.returncode}")
        percent = 100.0 / (time.monotonic() - began_s)
        spent_s, by_thread = before[name]
        shares[name] = percent * (cpu_s(process.pid) - spent_s)
        threads = {
            thread: percent * (total_s - by_thread.get(thread, 0.0))
            for thread, total_s in cpu_by_thread(process.pid).items()
        }
        most = sorted(threads.items(), key=lambda each: -each[1])[:THREADS_TOLD]
        told = ", ".join(f"{thread} {share:.2f}" for thread, share in most)
        print(f"{name:24} {shares[name]:5.2f} % of a core (allowed {ALLOWED_PERCENT:g}): {told}", flush=True)
    return shares


if __name__ == "__main__":
    sys.exit(main())
