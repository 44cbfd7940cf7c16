"""Loading libmpv: late (it costs about 90 ms), off the GUI thread, saying what helps where it is missing.

python-mpv looks for the library when it is imported, so the import is here and nowhere else.
"""

from __future__ import annotations

import importlib
import locale
import sys
from typing import Any

from player.errors import EngineUnavailable

HOW_TO_INSTALL = {
    "linux": "install it with your system's packages: apt install libmpv2, dnf install mpv-libs, pacman -S mpv",
    "darwin": "install it with: brew install mpv",
    "win32": "put libmpv-2.dll beside Segue or on the PATH (winget install mpv)",
}


def use_c_numbers() -> None:
    """libmpv refuses to start, or misreads numbers, unless LC_NUMERIC is "C". QApplication sets the listener's
    locale: call this after constructing it."""
    locale.setlocale(locale.LC_NUMERIC, "C")


def load() -> Any:
    """The python-mpv module; EngineUnavailable with what to do. Any thread but the GUI's."""
    advice = HOW_TO_INSTALL.get(sys.platform, "install mpv's library")
    try:
        module = importlib.import_module("mpv")
    except OSError as error:
        raise EngineUnavailable(f"Segue plays through libmpv, which is not installed: {advice}") from error
    except (RuntimeError, AttributeError) as error:
        raise EngineUnavailable(
            f"the libmpv on this computer is too old; Segue needs 0.35 or newer: {advice}"
        ) from error
    use_c_numbers()
    return module
