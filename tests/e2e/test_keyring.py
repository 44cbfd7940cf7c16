"""The real Secret Service: gnome-keyring on a D-Bus session of its own. Skipped where it is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from player.account.backend import ROOT

UNLOCKED = "printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; exec "
LOCKED = "gnome-keyring-daemon --start --components=secrets >/dev/null; exec "
SESSION = """
import asyncio
from player.account.device_root import DeviceRoots
from player.errors import KeyringUnavailable

async def main():
    roots = DeviceRoots("installation", limit_s=float({limit_s}))
    try:
        before = await roots.find("me")
        root = await roots.obtain("me")
        again = await DeviceRoots("installation").find("me")
        await roots.erase("me")
        print(before, root == again and len(root), await roots.find("me"))
    except KeyringUnavailable as error:
        print("unavailable:", error.message)

asyncio.run(main())
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")),
    reason="needs dbus-run-session and gnome-keyring-daemon",
)


def run(home: Path, start: str, limit_s: float) -> str:
    script = SESSION.format(limit_s=limit_s)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "GNOME_", "XDG_"))},
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DISPLAY", None)
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", start + '"$0" -c "$1"', sys.executable, script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_root_lives_in_the_secret_service(home_of_its_own: Path) -> None:
    assert run(home_of_its_own, UNLOCKED, 20) == "None 32 None"


def test_a_locked_keyring_with_nobody_to_ask_is_unavailable_in_time(home_of_its_own: Path) -> None:
    assert run(home_of_its_own, LOCKED, 3).startswith("unavailable:")


def test_a_session_without_a_keyring_is_said(home_of_its_own: Path) -> None:
    environment = {"HOME": str(home_of_its_own), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    done = subprocess.run(
        [sys.executable, "-c", SESSION.format(limit_s=20)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "unavailable: this computer has no usable keyring"
