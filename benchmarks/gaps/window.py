"""One run of the gaps benchmark: `python -m benchmarks.gaps.window DATA` opens the window over a demo library that is
there already, goes through it, and prints each action's longest turn as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

import main as segue_main
from benchmarks.gaps.probe import Probe
from benchmarks.gaps.story import Deed, story
from player import settings
from player.headless.command_line import read_options
from ui.app import run_window
from ui.core import Core
from ui.theme.theme import Theme
from ui.window import Window

TICK_MS = 10
CALM_S = 0.25
"""an action is over when its claim holds and no turn has been busy for this long"""
LEAST_S = 0.3
LIMIT_S = 30.0


class Driver(QObject):
    """Does one deed after the other; each begins in a turn of its own."""

    def __init__(self, probe: Probe, deeds: Iterator[Deed], done: Callable[[], object]) -> None:
        super().__init__()
        self._probe = probe
        self._deeds = deeds
        self._done = done
        self._deed: Deed | None = None
        self._began_s = self._busy_s = 0.0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now_s = time.perf_counter()
        if self._probe.is_busy:
            self._busy_s = now_s
        if self._deed is not None and not self._is_over(now_s, self._deed):
            return
        self._deed = next(self._deeds, None)
        if self._deed is None:
            self._timer.stop()
            self._done()
            return
        self._began_s = self._busy_s = now_s
        self._probe.begin(self._deed.name)
        self._deed.act()

    def _is_over(self, now_s: float, deed: Deed) -> bool:
        if now_s - self._began_s > LIMIT_S:
            raise SystemExit(f"{deed.name} did not come about")
        is_calm = now_s - self._busy_s > CALM_S or now_s - self._began_s > deed.calm_limit_s
        return now_s - self._began_s > LEAST_S and is_calm and deed.holds()


def main(data: str) -> None:
    options = read_options(["--demo", "--data", data], {"DISPLAY": "offscreen"})
    segue = segue_main.Segue(options)
    core = Core(segue.runtime, segue.accounts, segue.playback, segue.settings)
    segue_main.remember_place(segue)
    for setting, value in ((settings.LAST_PAGE, ""), (settings.PANEL, "none"), (settings.THEME, "dark")):
        segue.settings.set(setting, value)  # every window begins alike
    kept: list[object] = []
    probes: list[Probe] = []

    def shown(window: Window, theme: Theme) -> None:
        segue.runtime.call(segue.start()).result()
        probe = Probe(window)
        probes.append(probe)
        kept.append(Driver(probe, story(core, window, theme), window.close))

    try:
        run_window(core, on_shown=shown)
    finally:
        segue.close()
    print(json.dumps([(each.name, each.cpu_ms, each.wall_ms) for each in probes[0].actions]))


if __name__ == "__main__":
    main(sys.argv[1])
