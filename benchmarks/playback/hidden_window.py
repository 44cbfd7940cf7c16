"""Segue as main.py runs it, whose window is minimised as soon as it is on the screen. Started by idle_cpu.py with
the arguments of main.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import main
import ui.app

if TYPE_CHECKING:
    from ui.core import Core
    from ui.theme.theme import Theme
    from ui.window import Window

show = ui.app.run_window


def run_minimised(
    core: Core, *, screenshots: Path | None = None, on_shown: Callable[[Window, Theme], None] | None = None
) -> int:
    def shown(window: Window, theme: Theme) -> None:
        if on_shown is not None:
            on_shown(window, theme)
        window.showMinimized()

    return show(core, screenshots=screenshots, on_shown=shown)


if __name__ == "__main__":
    ui.app.run_window = run_minimised
    sys.exit(main.main())
