"""Segue from outside: the real program in a process of its own, with its real backend and libmpv."""

from __future__ import annotations

import http.server
import json
import os
import re
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backend import PASSWORD, running_backend
from tests.support.music import make_library

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60


def segue(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    make_library(folder)
    return folder


def test_an_album_plays_over_a_shaped_link_and_is_reported(tmp_path: Path, library: Path) -> None:
    trace = tmp_path / "trace.json"
    trace.write_text(json.dumps([{"duration_ms": 1000, "bandwidth_kbps": 600, "latency_ms": 40}]))
    report = tmp_path / "report.json"
    done = segue(
        "--headless", "--data", tmp_path / "data", "--library", library, "--play", "song:harbour",
        "--shape", trace, "--seconds", "3", "--report", report,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heard = json.loads(report.read_text())
    assert heard["exit_code"] == 0
    assert heard["first_sound_ms"] > 0
    assert heard["songs"][0]["title"] == "Harbour"
    assert heard["segments"]
    assert heard["series"]["position_s"][-1] > 1.0
    assert heard["errors"] == []
    assert "Playing" in done.stdout


def test_a_restart_goes_on_at_the_song_and_position(tmp_path: Path, library: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    data = ("--headless", "--data", tmp_path / "data")
    done = segue(*data, "--library", library, "--play", "artist:lowlands", "--seconds", "3", "--report", first)
    assert done.returncode == 0, done.stderr
    done = segue(*data, "--seconds", "1", "--report", second)
    assert done.returncode == 0, done.stderr
    before, after = json.loads(first.read_text()), json.loads(second.read_text())
    assert after["songs"][0]["id"] == before["songs"][-1]["id"]
    left_at_s = before["series"]["position_s"][-1]
    assert after["series"]["position_s"][0] >= left_at_s - 0.5
    assert after["series"]["position_s"][0] <= left_at_s + 2.5


def test_an_unknown_flag_is_refused_with_the_usage() -> None:
    done = segue("--nonsense")
    assert done.returncode == 2
    assert "unrecognized arguments: --nonsense" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--play", "film:x"], 2, "song, album, playlist, artist"),
        (["--library", "/nowhere/at/all"], 6, "--library"),
        (["--shape", "/nowhere.json"], 6, "--shape"),
        (["--record", "/proc/nowhere/x.wav"], 6, "cannot be written"),
        (["--seconds", "-1"], 2, "seconds above 0"),
        (["--user", "x"], 2, "--server"),
        (["--server", "http://127.0.0.1:1", "--user", "x"], 2, "SEGUE_PASSWORD"),
    ],
)
def test_a_wrong_option_ends_in_a_sentence_and_a_stable_code(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    done = segue("--headless", "--data", tmp_path, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = segue("--headless", "--data", tmp_path / "file" / "data")
    assert done.returncode == 9
    assert "--data" in done.stderr


def test_nothing_found_is_said(tmp_path: Path, library: Path) -> None:
    done = segue("--headless", "--data", tmp_path, "--library", library, "--play", "album:nowhere to be found")
    assert done.returncode == 7
    assert "nowhere to be found" in done.stderr


def test_without_a_keyring_the_sign_in_lasts_for_the_run(tmp_path: Path, library: Path) -> None:
    with running_backend(tmp_path / "server", library=library) as backend:
        backend.new_listener("ada").close()
        play = ("--headless", "--data", tmp_path / "data", "--play", "song:harbour", "--seconds", "0.5")
        env = {"SEGUE_PASSWORD": PASSWORD, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        done = segue(*play, "--server", backend.url, "--user", "ada", env=env)
        assert done.returncode == 0, done.stderr
        assert "No keyring can be used" in done.stdout
        again = segue(*play, env=env)
        assert again.returncode == 10
        assert "--user" in again.stderr
        wrong = segue(*play, "--server", backend.url, "--user", "ada", env={**env, "SEGUE_PASSWORD": "wrong"})
        assert wrong.returncode == 10


def test_a_server_that_is_down_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else answers here either
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = segue(
            "--headless", "--data", tmp_path, "--server", url, "--user", "x", "--play", "song:x",
            env={"SEGUE_PASSWORD": "secret-password"},
        )  # fmt: skip
    assert done.returncode == 4
    assert "server" in done.stderr
    assert "secret-password" not in done.stderr + done.stdout


@pytest.fixture
def nonsense() -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>Welcome to the hotel</html>")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_that_speaks_nonsense_is_said(tmp_path: Path, nonsense: str) -> None:
    done = segue(
        "--headless", "--data", tmp_path, "--server", nonsense, "--user", "x", "--play", "song:x",
        env={"SEGUE_PASSWORD": "secret-password"},
    )  # fmt: skip
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


def test_a_damaged_database_is_kept_aside_and_said(tmp_path: Path, library: Path) -> None:
    play = ("--headless", "--data", tmp_path, "--library", library, "--play", "song:harbour", "--seconds", "0.5")
    assert segue(*play).returncode == 0
    databases = [path for path in tmp_path.rglob("*.db") if path.is_file()]
    assert len(databases) == 2  # the player's and its backend's
    for path in databases:
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        path.write_bytes(b"this is no database " * 500)
    done = segue(*play)
    assert done.returncode == 0, done.stderr
    assert "damaged" in done.stderr
    for path in databases:
        assert list(path.parent.glob(f"{path.name}.corrupt-*"))


def test_a_missing_libmpv_is_said(tmp_path: Path, library: Path) -> None:
    """The loader finds no libmpv, as on a machine without it."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import ctypes, ctypes.util\n"
        "find = ctypes.util.find_library\n"
        "ctypes.util.find_library = lambda name: None if 'mpv' in name else find(name)\n"
        "load = ctypes.CDLL.__init__\n"
        "def init(self, name, *a, **k):\n"
        "    if name and 'mpv' in str(name): raise OSError('cannot open shared object file')\n"
        "    load(self, name, *a, **k)\n"
        "ctypes.CDLL.__init__ = init\n"
    )
    done = segue(
        "--headless", "--data", tmp_path / "data", "--library", library, "--play", "song:harbour",
        env={"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert done.returncode == 3
    assert "libmpv" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_segue_on_the_same_data_is_refused(tmp_path: Path) -> None:
    from player.library.instance_lock import InstanceLock

    lock = InstanceLock(tmp_path / "player" / "instance.lock")
    done = segue("--headless", "--data", tmp_path, "--demo", "--play", "song:x")
    lock.release()
    assert done.returncode == 11
    assert "already running" in done.stderr


def test_no_core_is_dumped() -> None:
    code = "import main, resource; main.harden(); print(resource.getrlimit(resource.RLIMIT_CORE))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "(0, 0)"


def test_no_secret_reaches_the_log(tmp_path: Path, library: Path) -> None:
    """A whole session at its most talkative: no token, no signature, no owner code."""
    done = segue(
        "--headless",
        "--verbose",
        "--data",
        tmp_path,
        "--library",
        library,
        "--play",
        "song:harbour",
        "--seconds",
        "1",
    )
    said = done.stderr + done.stdout + (tmp_path / "logs" / "segue.log").read_text()
    assert done.returncode == 0
    assert "listening" in said
    assert not re.search(r"sig=|eyJ|Bearer \w|owner_code|refresh_token", said)


def test_what_is_kept_is_for_its_owner_only(tmp_path: Path, library: Path) -> None:
    segue("--headless", "--data", tmp_path, "--library", library, "--play", "song:harbour", "--seconds", "0.5")
    mode = stat.S_IMODE((tmp_path / "player" / "player.db").stat().st_mode)
    assert mode == 0o600


@pytest.mark.soak
@pytest.mark.timeout(420)
def test_the_tour_comes_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "tour"
    done = subprocess.run(
        [sys.executable, "main.py", "--data", tmp_path / "data", "--tour", folder],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = sorted(path.name for path in folder.glob("*.png"))
    assert "timeline.png" in pictures
    assert len(pictures) >= 12
    assert "Everything came about" in (folder / "summary.md").read_text()
    report = json.loads((folder / "report.json").read_text())
    assert report["errors"] == []
    assert report["first_sound_ms"] > 0
    assert len({segment["kbps"] for segment in report["segments"]}) >= 3  # it adapted
