"""How long until one can use Segue, and until one hears it: `python3 dev.py run` with a library that is there,
in a real window under Xvfb, sound silent. The reference of the same run is an empty PySide6 window.

Medians of `RUNS`; every figure counts from the start of the command, dev.py's own checks included.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
EMPTY_WINDOW = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(sys.argv[:1])
window = QWidget(); window.resize(1280, 800); window.show()
QTimer.singleShot(0, app.quit)
app.exec()
"""


def in_a_screen(command: list[str]) -> float:
    """Seconds the command takes under Xvfb, the server's own start not counted."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command[:3]} ended with {done.returncode}: {done.stderr.decode()[-800:]}")
    return time.monotonic() - began


def one_start(data: Path) -> dict[str, float]:
    report = data / "report.json"
    command = ["dev.py", "run", "--data", str(data), "--play", "song:a", "--seconds", "6", "--report", str(report)]
    in_a_screen([sys.executable, *command])
    timeline: dict[str, float] = json.loads(report.read_text())["timeline"]
    return timeline


def main() -> int:
    screen = subprocess.Popen(["Xvfb", ":97", "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)
    os.environ["DISPLAY"] = ":97"
    data = Path(tempfile.mkdtemp(prefix="segue-bench-"))
    try:
        time.sleep(1.0)
        command = ["main.py", "--headless", "--demo", "--data", str(data), "--play", "album:night", "--seconds", "1"]
        in_a_screen([sys.executable, *command])
        starts = [one_start(data) for _ in range(RUNS)]
        empty = statistics.median(in_a_screen([sys.executable, "-c", EMPTY_WINDOW]) for _ in range(RUNS))
    finally:
        screen.terminate()
        screen.wait()
        shutil.rmtree(data, ignore_errors=True)
    print(f"empty PySide6 window, process start to end: {empty:.2f} s (reference)")
    for name, words in (
        ("window_s", "window on the screen"),
        ("inside_s", "signed in, interactive"),
        ("sound_s", "first sound"),
    ):
        values = [start[name] for start in starts]
        median = statistics.median(values)
        spread = f"{min(values):.2f}..{max(values):.2f}"
        print(f"{words}: median {median:.2f} s ({spread}), {median / empty:.1f} x the empty window")
    return 0
