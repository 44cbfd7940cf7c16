"""`python -m server` as a real child process: its line, its exit codes, and that it never outlives its parent."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.__main__ import StartRefused, _locked
from server.config import Config
from server.data_lock import DataLock
from tests.support.licensed_device import LicensedDevice, parts

LIMIT_S = 40


def _command(data: Path, *flags: str) -> list[str]:
    return [sys.executable, "-m", "server", "--data", str(data), *flags]


def _run(data: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(data, *flags), capture_output=True, text=True, timeout=LIMIT_S, check=False)


def _first_line(child: subprocess.Popen[str]) -> dict[str, Any]:
    assert child.stdout is not None
    line: dict[str, Any] = json.loads(child.stdout.readline())
    return line


def test_it_tells_where_it_listens_and_ends_with_its_standard_input(tmp_path: Path) -> None:
    command = _command(tmp_path, "--owner-code", "--stop-with-stdin")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        line = _first_line(child)
        assert line["event"] == "listening"
        assert httpx.get(line["url"] + "/api/v1/health", trust_env=False).json()["name"] == "Segue"
        grant = {"grant_type": "bootstrap", "code": line["owner_code"]}
        assert httpx.post(line["url"] + "/api/v1/auth/token", json=grant, trust_env=False).status_code == 200
        _, stderr = child.communicate(timeout=LIMIT_S)
    assert child.returncode == 0
    assert line["owner_code"] not in stderr
    assert "listening at http://127.0.0.1:" in stderr
    # a clean end folds the journal into the database
    assert not (tmp_path / "segue.db-wal").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_gracefully(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(_command(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert "owner_code" not in _first_line(child)
        child.send_signal(number)
        assert child.wait(LIMIT_S) == 0


def test_it_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    """The parent passes the child's line on and sleeps; it is killed, and the child's end of the pipe closes."""
    parent_code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=sys.stdout)\n"
        "time.sleep(600)\n"
    )
    command = _command(tmp_path, "--stop-with-stdin")
    with subprocess.Popen(
        [sys.executable, "-c", parent_code, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        url = json.loads(parent.stdout.readline())["url"]
        parent.kill()
        # the child holds the other writing end of this pipe: it ends when the child has ended
        assert parent.stdout.read() == ""
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/api/v1/health", trust_env=False)


def test_a_busy_port_is_exit_code_5(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = _run(tmp_path, "--port", str(port))
    assert ended.returncode == 5
    assert f"port {port} on 127.0.0.1 is in use; choose another with --port" in ended.stderr
    assert ended.stdout == ""


def test_a_data_folder_in_use_is_exit_code_11(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.__main__._LOCK_PATIENCE_S", 0.0)
    held = DataLock(tmp_path, patience_s=0, on_wait=lambda: None)
    try:
        with pytest.raises(StartRefused, match="another backend uses the data folder") as refused:
            _locked(Config(data_dir=tmp_path))
    finally:
        held.close()
    assert refused.value.exit_code == 11
    _locked(Config(data_dir=tmp_path)).close()


def test_it_waits_for_a_backend_that_is_ending(tmp_path: Path) -> None:
    ending = DataLock(tmp_path, patience_s=0, on_wait=lambda: None)
    DataLock(tmp_path, patience_s=30, on_wait=ending.close).close()


def test_wrong_flags_are_exit_code_2(tmp_path: Path) -> None:
    assert _run(tmp_path, "--colour").returncode == 2
    assert "take 0 to 65535" in _run(tmp_path, "--port", "70000").stderr
    ended = _run(tmp_path, "--host", "203.0.113.7")
    assert (ended.returncode, "no address of this machine" in ended.stderr) == (2, True)


def test_licence_flags_that_do_not_fit_are_exit_code_2(tmp_path: Path) -> None:
    assert "take 1 to 30" in _run(tmp_path, "--licence-days", "31").stderr
    ended = _run(tmp_path, "--licence-root", str(tmp_path / "none.pem"))
    assert (ended.returncode, "cannot be read" in ended.stderr) == (2, True)


def test_licences_last_as_long_as_it_is_told(tmp_path: Path) -> None:
    command = _command(tmp_path, "--owner-code", "--stop-with-stdin", "--licence-days", "2")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        line = _first_line(child)
        with httpx.Client(base_url=line["url"] + "/api/v1", trust_env=False) as client:
            grant = {"grant_type": "bootstrap", "code": line["owner_code"]}
            token = client.post("/auth/token", json=grant).raise_for_status().json()["access_token"]
            client.headers["authorization"] = f"Bearer {token}"
            device = LicensedDevice()
            device.register(client).raise_for_status()
            lease = parts(device.send(client, "POST", "/licences/lease", {}).raise_for_status().json()["lease"])[1]
        child.communicate(timeout=LIMIT_S)
    assert lease["exp"] - lease["iat"] == 2 * 86_400


def test_an_unreadable_music_folder_is_exit_code_6(tmp_path: Path) -> None:
    ended = _run(tmp_path / "data", "--library", str(tmp_path / "none"))
    assert ended.returncode == 6
    assert f"the music folder {tmp_path / 'none'} cannot be read" in ended.stderr


def test_an_unusable_data_folder_is_exit_code_9(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = _run(tmp_path / "file")
    assert ended.returncode == 9
    assert "cannot be written" in ended.stderr
