from __future__ import annotations

from pathlib import Path

import pytest

from player.account.port import PlaceKind
from player.headless.command_line import CommandError, ExitCode, read_options

SCREEN = {"DISPLAY": ":0"}


def test_without_a_display_the_tour_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    data = ["--data", str(tmp_path)]
    assert read_options(data, {}).tour == Path("tour")
    assert read_options(data, SCREEN).tour is None
    assert read_options([*data, "--tour", "x"], SCREEN).tour == Path("x")


def test_without_a_display_what_is_asked_for_plays_without_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    options = read_options(["--data", str(tmp_path), "--demo", "--play", "song:x"], {})
    assert options.is_headless
    assert options.tour is None
    assert not read_options(["--data", str(tmp_path), "--demo", "--play", "song:x"], SCREEN).is_headless


def test_a_library_becomes_a_place(tmp_path: Path) -> None:
    options = read_options(["--data", str(tmp_path / "d"), "--library", str(tmp_path)], SCREEN)
    assert options.place is not None
    assert (options.place.kind, options.place.location) == (PlaceKind.FOLDER, str(tmp_path.resolve()))


def test_a_password_comes_from_the_environment_only(tmp_path: Path) -> None:
    arguments = ["--data", str(tmp_path), "--server", "http://127.0.0.1:9", "--user", "ada"]
    options = read_options(arguments, {**SCREEN, "SEGUE_PASSWORD": "secret"})
    assert options.credentials is not None
    assert options.credentials.password == "secret"
    assert "secret" not in repr(options)


def test_recording_needs_no_window_and_no_shaped_link(tmp_path: Path) -> None:
    trace = tmp_path / "t.json"
    trace.write_text('[{"duration_ms": 1000, "bandwidth_kbps": 100}]')
    record = ["--data", str(tmp_path), "--record", str(tmp_path / "x.wav")]
    assert read_options(record, SCREEN).is_headless
    with pytest.raises(CommandError, match="choose one") as refused:
        read_options([*record, "--shape", str(trace)], SCREEN)
    assert refused.value.code is ExitCode.USAGE
