"""States of downloads, what the next start makes of an end at any moment, and edited or failing tables."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from player.errors import Conflict, CryptoError, NotFound, StorageUnusable
from player.offline.container.reader import ContainerReader
from player.offline.container.writer import Progress
from player.offline.files import Disk
from player.offline.store import NEXT, Download, DownloadStore, State
from tests.support.downloading_child import KEY, ROWS, asset

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DownloadStore]:
    opened = DownloadStore.open(tmp_path / "vault", Disk(), ROWS)
    yield opened
    opened.close()


def reopened(store: DownloadStore) -> DownloadStore:
    store.close()
    return DownloadStore.open(store._folder, Disk(), ROWS)


def added(store: DownloadStore, song: str = "s1") -> Download:
    return store.add(song, "320", is_pinned=False, used_s=5)


def brought(store: DownloadStore, state: State, song: str = "s1") -> Download:
    """A download in that state, with the file that belongs to it."""
    download = added(store, song)
    if state is State.STOPPED or state is State.FAILED:
        return store.move(download, state, reason="NETWORK")
    if state is State.REMOVING:
        return store._moved(download, state)
    if state is State.QUEUED:
        return download
    download = store.begin(download, licence="leaf", etag='"v"', size_bytes=9)
    store.part(download).write_bytes(b"part")
    download = store.progressed(download, Progress('"v"', 1 << 20))
    if state is State.DOWNLOADING:
        return download
    download = store.move(download, State.VERIFYING)
    if state is State.VERIFYING:
        return download
    store.part(download).rename(store.path(download))
    return store.move(download, State.READY)


def test_the_way_of_a_download(store: DownloadStore) -> None:
    ready = brought(store, State.READY)
    assert ready.state is State.READY
    assert len(ready.file) == 32
    assert "s1" not in ready.file
    store.used(ready, used_s=77)
    assert added(store).used_s == 77
    assert store.add("s1", "320", is_pinned=True, used_s=0).is_pinned
    again = reopened(store)
    found = again.find("s1", "320")
    assert found is not None
    assert (found.state, found.used_s, found.licence, found.progress) == (
        State.READY,
        77,
        "leaf",
        Progress('"v"', 1 << 20),
    )
    again.remove(found)
    again.remove(found)
    assert again.all() == []
    assert not again.path(found).exists()
    again.close()


@pytest.mark.parametrize(("state", "wanted"), list(product(State, State)))
def test_no_step_but_the_listed(store: DownloadStore, state: State, wanted: State) -> None:
    download = brought(store, state)
    if wanted is State.READY:
        store.path(download).write_bytes(b"")
    if wanted in NEXT[state]:
        assert store.move(download, wanted).state is wanted
    else:
        with pytest.raises(Conflict):
            store.move(download, wanted)
        assert store.find("s1", "320") == download


def test_what_the_next_start_makes_of_each_state(store: DownloadStore) -> None:
    for state in State:
        brought(store, state, song=state.value)
    renamed = brought(store, State.VERIFYING, song="renamed")
    store.part(renamed).rename(store.path(renamed))
    lost = brought(store, State.READY, song="lost")
    store.path(lost).unlink()
    part = store.part(brought(store, State.DOWNLOADING, song="halfway"))
    again = reopened(store)
    assert {each.song: each.state.value for each in again.all()} == {
        "queued": "queued",
        "stopped": "stopped",
        "downloading": "queued",
        "verifying": "queued",
        "ready": "ready",
        "failed": "failed",
        "renamed": "ready",
        "lost": "queued",
        "halfway": "queued",
    }
    halfway, fresh = again.find("halfway", "320"), again.find("lost", "320")
    assert halfway is not None
    assert halfway.progress == Progress('"v"', 1 << 20)
    assert part.exists()
    assert fresh is not None
    assert fresh.plain_bytes == 0
    assert fresh.file != lost.file
    again.close()


def test_ready_needs_the_file_and_a_removed_one_takes_no_step(store: DownloadStore) -> None:
    download = brought(store, State.VERIFYING)
    with pytest.raises(StorageUnusable):
        store.move(download, State.READY)
    store.remove(download)
    with pytest.raises(NotFound):
        store.move(download, State.QUEUED)
    with pytest.raises(NotFound):
        store.again(download)


def test_another_asset_begins_at_the_first_byte(store: DownloadStore) -> None:
    download = brought(store, State.DOWNLOADING)
    download = store.move(download, State.QUEUED)
    assert store.begin(download, licence="leaf", etag='"w"', size_bytes=9).plain_bytes == 0
    old = store.part(download)
    fresh = store.again(download)
    assert not old.exists()
    assert (fresh.state, fresh.etag, fresh.plain_bytes) == (State.QUEUED, "", 0)
    assert store.again(fresh).file != fresh.file


def test_an_edited_row_is_fetched_again_and_its_file_goes(store: DownloadStore) -> None:
    ready, other = brought(store, State.READY), brought(store, State.READY, song="s2")
    path = store.path(ready)
    row = bytes(store._connection.execute("SELECT row FROM downloads WHERE song = 's1'").fetchone()[0])
    chance = random.Random(4)
    for place in chance.sample(range(len(row)), 40):
        store._connection.execute(
            "UPDATE downloads SET row = ? WHERE song = 's1'",
            (row[:place] + bytes([row[place] ^ 1]) + row[place + 1 :],),
        )
        store = reopened(store)
        found = store.find("s1", "320")
        assert found is not None
        assert found.state is State.QUEUED
        assert not path.exists()
        kept = store.find("s2", "320")
        assert kept == other
    # the row of one song in the place of another
    store._connection.execute("UPDATE downloads SET row = (SELECT row FROM downloads WHERE song = 's2')")
    store = reopened(store)
    assert [each.state for each in store.all()] == [State.QUEUED, State.READY]
    store.close()
    with pytest.raises(CryptoError):
        ROWS.read("other", row)


def test_strange_files_go_but_not_with_a_new_table(store: DownloadStore) -> None:
    ready = brought(store, State.READY)
    stray, part, foreign = (store._folder / name for name in ("ab" * 16, "cd" * 16 + ".part", "README"))
    for path in (stray, part, foreign):
        path.write_bytes(b"x")
    store = reopened(store)
    assert [path.exists() for path in (stray, part, foreign, store.path(ready))] == [False, False, True, True]
    store.close()
    (store._folder / "downloads.db").write_bytes(b"no database" * 1000)
    store = DownloadStore.open(store._folder, Disk(), ROWS)
    assert store.strays == (store.path(ready),)
    assert store.all() == []
    assert list(store._folder.glob("downloads.db.corrupt-*"))
    store = reopened(store)
    assert list(store.strays) == [store.path(ready)]
    assert store.path(ready).exists()
    store.settle_strays()
    assert not list(store.strays)
    assert not store.path(ready).exists()
    store.close()


def test_a_failing_table_changes_nothing(store: DownloadStore) -> None:
    download = brought(store, State.DOWNLOADING)
    store._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(StorageUnusable):
        store.move(download, State.STOPPED)
    with pytest.raises(StorageUnusable):
        store.remove(download)
    assert store.find("s1", "320") == download
    assert store.part(download).exists()
    store._connection.execute("PRAGMA query_only=OFF")
    store.remove(download)
    assert store.all() == []


class NothingGoes(Disk):
    def remove(self, path: Path) -> None:
        raise StorageUnusable


def test_a_file_that_does_not_go_is_removed_at_the_next_start(tmp_path: Path) -> None:
    store = DownloadStore.open(tmp_path / "vault", NothingGoes(), ROWS)
    ready = brought(store, State.READY)
    with pytest.raises(StorageUnusable):
        store.wipe()
    found = store.find("s1", "320")
    assert found is not None
    assert found.state is State.REMOVING
    store = reopened(store)
    assert store.all() == []
    assert not store.path(ready).exists()
    store.close()


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageUnusable):
        DownloadStore.open(tmp_path / "file" / "vault", Disk(), ROWS)


# ---- kill -9


class Campaign:
    """Kills the child at random moments, and after each death opens the vault as the next start would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ready: set[str] = set()
        self.chance = random.Random(9)
        self.got: Counter[str] = Counter()
        self.fetched_bytes = self.again_bytes = 0

    def run(self, kills: int) -> None:
        for number in range(kills):
            said = self._killed(number)
            leaving = self._believe(said)
            self._check(leaving)
        assert self.fetched_bytes <= 1.10 * (self.fetched_bytes - self.again_bytes)

    def _killed(self, number: int) -> list[str]:
        command = [sys.executable, "-m", "tests.support.downloading_child", str(self.folder), str(number)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            first = child.stdout.readline()
            assert first == "open\n"
            time.sleep(self.chance.uniform(0, 0.15))
            child.send_signal(signal.SIGKILL)
            rest = child.stdout.read()
        assert child.returncode == -signal.SIGKILL
        return rest.splitlines()

    def _believe(self, said: list[str]) -> set[str]:
        """Take down what is READY for certain; returns what the last words leave open."""
        for line in said:
            words = line.split()
            match words:
                case ["begun", song, begins]:
                    self.again_bytes += max(0, self.got[song] - int(begins))
                    self.got[song] = int(begins)
                case ["fetched", song, count]:
                    self.fetched_bytes += int(count)
                    self.got[song] += int(count)
                case ["ready", song]:
                    self.ready.add(song)
                    del self.got[song]
                case ["remove", song]:
                    self.ready.discard(song)
                    del self.got[song]
                case ["wipe"]:
                    self.ready.clear()
                    self.got.clear()
        return self.ready.copy()

    def _check(self, ready: set[str]) -> None:
        store = DownloadStore.open(self.folder, Disk(), ROWS)
        held = {each.song: each for each in store.all()}
        for song in ready:
            assert held[song].state is State.READY, f"{song} was ready and is lost"
        for each in held.values():
            if each.state is not State.READY:
                assert each.state is State.QUEUED
                continue
            reader = ContainerReader.open(Disk(), store.path(each), KEY)
            assert reader.read(0, reader.header.length) == asset(each.song)
            reader.close()
        self.ready = {song for song, each in held.items() if each.state is State.READY}
        assert store.strays == ()
        store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    Campaign(tmp_path / "vault").run(6)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_two_thousand_times(tmp_path: Path) -> None:
    Campaign(tmp_path / "vault").run(2_000)
