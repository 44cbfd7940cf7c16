"""How long the window keeps its own thread busy: `python3 dev.py bench gaps`.

The real window over the demo library, offscreen, in processes of its own; a script goes through it as a listener
would. Every turn of the event loop is timed by the GUI thread's own processor time, so that other work on the machine
does not count; the wall time beside it does hold that work, and waiting for Python's lock.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5
BOUND_MS = 8.0
PREPARE = ("main.py", "--headless", "--demo", "--play", "album:night", "--seconds", "1")
SURROUNDINGS = {"QT_QPA_PLATFORM": "offscreen", "QT_NO_GLIB": "1"}
"""Qt's own event dispatcher tells where a turn begins; the one over GLib does not"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        subprocess.run([sys.executable, *PREPARE, "--data", folder], cwd=ROOT, check=True, capture_output=True)
        runs = [_one_run(Path(folder)) for _ in range(RUNS)]
    gathered: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for run in runs:
        for name, cpu_ms, wall_ms in run:
            gathered[name].append((cpu_ms, wall_ms))
    _print(gathered)
    return 0


def _one_run(data: Path) -> list[tuple[str, float, float]]:
    """Of every action its longest turn: name, processor time and wall time in ms."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gaps.window", str(data)],
        cwd=ROOT,
        env=os.environ | SURROUNDINGS,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"the window ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    found: list[tuple[str, float, float]] = json.loads(done.stdout.decode().splitlines()[-1])
    return found


def _print(gathered: dict[str, list[tuple[float, float]]]) -> None:
    print(f"The longest turn of the GUI thread in each action, ms, over {RUNS} windows (bound: {BOUND_MS:g})")
    print(f"{'action':34} {'times':>5} {'median':>8} {'p95':>8} {'worst':>8} {'wall p95':>9}")
    kept = 0
    for name, turns in gathered.items():
        cpu = sorted(each for each, _ in turns)
        wall = sorted(each for _, each in turns)
        kept += _at(cpu, 0.95) <= BOUND_MS
        print(
            f"{name:34} {len(turns):5} {statistics.median(cpu):8.1f} {_at(cpu, 0.95):8.1f} {cpu[-1]:8.1f}"
            f" {_at(wall, 0.95):9.1f}"
        )
    print(f"{kept} of {len(gathered)} actions keep the bound at p95")


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
