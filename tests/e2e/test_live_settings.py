"""What the listener prefers reaches the streaming of the player as main.py puts it together, while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import main
from player import settings
from player.headless.command_line import read_options
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.presets import BEST, QUIET, SAVER, Preset

LIMIT_S = 20.0


def until(claim: Callable[[], bool]) -> None:
    """The player says nothing of it: it is only asked."""
    end_s = time.monotonic() + LIMIT_S
    while not claim():
        assert time.monotonic() < end_s, "never came true"
        threading.Event().wait(0.005)


def test_preferences_take_effect_without_a_restart(tmp_path: Path) -> None:
    segue = main.Segue(read_options(["--headless", "--demo", "--data", str(tmp_path)], {}))
    try:
        controller, playhead = segue.controller, segue.look_ahead._playhead
        assert isinstance(controller, Adaptive)

        def prefers(preset: Preset) -> None:
            until(lambda: controller._preset == preset)

        segue.runtime.call(segue.start()).result(LIMIT_S)
        prefers(QUIET)
        segue.settings.set(settings.QUALITY, "best")
        prefers(BEST)
        segue.settings.set(settings.CAP_KBPS, "128")
        prefers(BEST.capped(128.0))
        segue.settings.set(settings.QUALITY, "saver")
        prefers(SAVER)
        segue.settings.set(settings.LOOK_AHEAD_S, 30)
        until(lambda: playhead.look_ahead_s == pytest.approx(30.0))
        segue.network_costs(is_metered=True)
        until(lambda: playhead.is_metered)
        segue.settings.set(settings.METERED, "no")
        until(lambda: not playhead.is_metered)
        segue.network_costs(is_metered=False)
        segue.settings.set(settings.METERED, "yes")
        until(lambda: playhead.is_metered)
    finally:
        segue.close()
