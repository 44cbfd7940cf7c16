"""An album heard twice from a real server by two starts of the real program, its sign-in in a real keyring: the
second time the music comes from the disk, to the sample."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.backend import PASSWORD, running_backend
from tests.support.music import make_library

ROOT = Path(__file__).resolve().parents[2]
UNLOCKED = "printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; exec "
SONGS = 3  # of the album Night Ferry, 6 s each: two segments
LIMIT_S = 90

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")),
    reason="needs dbus-run-session and gnome-keyring-daemon",
)


class Home:
    """A computer with a keyring: every `hear` is a login session of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "run").mkdir(mode=0o700)
        self.cache = folder / "segue" / "player" / "recent"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "GNOME_", "XDG_"))},
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_DATA_HOME": str(folder / "data"),
            "SEGUE_PASSWORD": PASSWORD,
        }

    def hear(self, server: str, user: str) -> tuple[bytes, list[str]]:
        """The sound of the album, and where each of its segments came from."""
        sound, report = self._folder / "sound.wav", self._folder / "report.json"
        arguments = [
            "--headless", "--data", self._folder / "segue", "--server", server, "--user", user,
            "--play", "album:night ferry", "--record", sound, "--report", report,
        ]  # fmt: skip
        done = subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", UNLOCKED + '"$0" "$@"', sys.executable, str(ROOT / "main.py")]
            + [str(argument) for argument in arguments],
            env=self._environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "No keyring" not in done.stdout
        return sound.read_bytes(), [segment["source"] for segment in json.loads(report.read_text())["segments"]]


@pytest.mark.soak
def test_the_second_hearing_needs_no_media_from_the_server(tmp_path: Path) -> None:
    home = Home(tmp_path)
    library = make_library(tmp_path / "music")
    with running_backend(tmp_path / "server", library=library) as backend:
        for user in ("ada", "robin"):
            backend.new_listener(user).close()
        first, sources = home.hear(backend.url, "ada")
        assert sources == ["network"] * 2 * SONGS
        for file in (library / "lowlands").iterdir():
            file.unlink()  # the server can make no segment and no playlist of these any more
        again, sources = home.hear(backend.url, "ada")
        assert sources == ["cache"] * 2 * SONGS
        assert again == first
        kept = (home.cache / "segments.db").read_bytes()
        assert b"so_" not in kept
        make_library(library)
        _, sources = home.hear(backend.url, "robin")  # the cache of another account is of no use, and goes
        assert sources == ["network"] * 2 * SONGS
