"""Whose segments are kept, in the program as main.py puts it together: nothing outlives the sign-in it belongs
to, neither on the disk nor in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import main
from player.account.port import Credentials, Place, PlaceKind
from player.headless.command_line import read_options
from player.settings import RECENT_MB
from tests.support.backend import PASSWORD, running_backend
from tests.support.music import make_library

LIMIT_S = 40.0


@contextmanager
def started(data: Path, url: str, record_to: Path) -> Iterator[main.Segue]:
    arguments = ["--headless", "--server", url, "--user", "ada", "--data", str(data), "--record", str(record_to)]
    segue = main.Segue(read_options(arguments, {"SEGUE_PASSWORD": PASSWORD}))
    try:
        segue.runtime.call(enter(segue)).result(LIMIT_S)
        yield segue
    finally:
        segue.close()


async def enter(segue: main.Segue) -> None:
    await segue.start()
    await segue.connect()


async def hear_an_album(segue: main.Segue) -> None:
    service = segue.accounts.service
    assert service is not None
    found = await service.search("night ferry")
    album = await service.album(found.albums[0].id)
    await segue.playback.play(album.tracks)


def until(claim: Callable[[], bool]) -> None:
    for _ in range(int(LIMIT_S / 0.01)):
        if claim():
            return
        threading.Event().wait(0.01)
    raise AssertionError("never came true")


def size_of(file: Path) -> int:
    """0 where it is not there, or no more."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def test_nothing_outlives_the_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")  # no keyring
    file = tmp_path / "data" / "player" / "recent" / "segments.db"
    with running_backend(tmp_path / "server", library=make_library(tmp_path / "music")) as backend:
        for name in ("ada", "robin"):
            backend.new_listener(name).close()
        with started(tmp_path / "data", backend.url, tmp_path / "sound.wav") as segue:
            until(file.exists)  # open before the first song is asked for
            segue.runtime.call(hear_an_album(segue)).result(LIMIT_S)
            until(lambda: size_of(file) > 300_000)
            other = segue.accounts.connect(Place(PlaceKind.SERVER, backend.url), Credentials("robin", PASSWORD))
            segue.runtime.call(other).result(LIMIT_S)
            until(lambda: 0 < size_of(file) < 300_000)
            until(lambda: not segue.playback.queue.order and not segue.look_ahead._songs.all())
            segue.settings.set(RECENT_MB, 0)
            until(lambda: not file.exists())
            segue.settings.set(RECENT_MB, 64)
            until(file.exists)
            segue.runtime.call(segue.accounts.sign_out()).result(LIMIT_S)
            until(lambda: not file.exists())
        with started(tmp_path / "data", backend.url, tmp_path / "sound.wav"):
            until(file.exists)
        assert not file.exists()  # its key was in memory alone
