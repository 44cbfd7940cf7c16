"""The file of the cache by itself: its bound, whose it is, and what becomes of damage, a full disk and a kill."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from player.errors import CacheError
from player.streaming.recent.store import KEEP_FREE_BYTES, PAGE_BYTES, TOUCHES, Entry, Store, remove

OWNER = b"me"
MIB = 1 << 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recent" / "segments.db"


def entry(number: int, size: int = 1000, song: bytes = b"song") -> Entry:
    return Entry(b"name %d" % number, song, bytes([number % 256]) * size)


def body(number: int, size: int = 1000) -> bytes:
    return entry(number, size).sealed


def test_what_was_written_is_there_also_after_it_was_closed(path: Path) -> None:
    store = Store(path, OWNER, 10 * MIB)
    store.write([entry(1), entry(2), entry(3, song=b"other")])
    store.write([Entry(b"name 1", b"song", b"anew")])
    store.close()
    again = Store(path, OWNER, 10 * MIB)
    assert again.read(b"name 1") == b"anew"
    assert again.read(b"name 2") == body(2)
    assert again.read(b"name 4") is None
    assert again.names(b"song") == {b"name 1", b"name 2"}
    again.delete(b"name 2")
    again.delete_song(b"other")
    assert again.names(b"song") == {b"name 1"}
    assert again.names(b"other") == frozenset()
    assert (path.stat().st_mode & 0o777) == 0o600
    again.close()


def test_a_file_of_another_owner_or_version_is_removed(path: Path) -> None:
    for change in (None, "UPDATE facts SET value = 99 WHERE name = 'version'"):
        store = Store(path, OWNER, 10 * MIB)
        store.write([entry(1)])
        store.close()
        owner = b"you"
        if change is not None:
            with sqlite3.connect(path) as database:
                database.execute(change)
            database.close()
            owner = OWNER
        other = Store(path, owner, 10 * MIB)
        assert other.read(b"name 1") is None
        assert other.size_bytes < 10 * PAGE_BYTES
        other.close()


def test_a_closed_store_keeps_and_knows_nothing(path: Path) -> None:
    store = Store(path, OWNER, 10 * MIB)
    store.close()
    store.close()
    remove(path)
    store.write([entry(1)])
    assert store.read(b"name 1") is None
    assert store.names(b"song") == frozenset()
    assert list(path.parent.iterdir()) == []


def test_the_file_never_outgrows_its_bound_and_the_oldest_goes_first(path: Path) -> None:
    rng = random.Random(1)
    limit = 4 * MIB
    store = Store(path, OWNER, limit)
    for number in range(300):
        store.write([entry(number, rng.randrange(1, 200_000))])
        assert path.stat().st_size <= limit
    held = sorted(int(name.split()[1]) for name in store.names(b"song"))
    assert held == list(range(held[0], 300))
    assert path.stat().st_size > 0.8 * limit
    store.close()
    again = Store(path, OWNER, limit)
    for number in range(300, 340):
        again.write([entry(number, 100_000)])
        assert path.stat().st_size <= limit
    again.close()


def test_what_was_read_last_stays_longest_also_over_a_restart(path: Path) -> None:
    store = Store(path, OWNER, 4 * MIB)
    store.write([entry(number, 100_000) for number in range(20)])
    for number in range(5):
        assert store.read(b"name %d" % number) is not None
    store.close()
    again = Store(path, OWNER, 4 * MIB)
    again.write([entry(number, 100_000) for number in range(20, 45)])
    held = {int(name.split()[1]) for name in again.names(b"song")}
    assert set(range(5)) <= held
    assert 5 not in held
    again.close()


def test_uses_are_written_down_in_time_without_a_write(path: Path) -> None:
    store = Store(path, OWNER, 4 * MIB)
    store.write([entry(number) for number in range(TOUCHES)])
    for number in range(TOUCHES):
        store.read(b"name %d" % number)
    with sqlite3.connect(path) as other:
        ((first,),) = other.execute("SELECT min(used) FROM entries")
    other.close()
    assert first > TOUCHES
    store.close()


def test_an_entry_that_can_never_fit_is_left_out(path: Path) -> None:
    store = Store(path, OWNER, MIB)
    store.write([entry(1, 2 * MIB), entry(2)])
    assert store.read(b"name 1") is None
    assert store.read(b"name 2") == body(2)
    store.close()


def test_a_lower_bound_gives_the_disk_back(path: Path) -> None:
    store = Store(path, OWNER, 8 * MIB)
    store.write([entry(number, 100_000) for number in range(60)])
    assert path.stat().st_size > 5 * MIB
    store.resize(2 * MIB)
    assert path.stat().st_size <= 2 * MIB
    assert store.read(b"name 59") == body(59, 100_000)
    assert store.read(b"name 0") is None
    store.close()


def test_nothing_is_written_to_a_disk_that_is_nearly_full(path: Path) -> None:
    free = [KEEP_FREE_BYTES]
    store = Store(path, OWNER, MIB, free_bytes=lambda: free[0])
    store.write([entry(1)])
    free[0] -= 1
    with pytest.raises(CacheError, match="nearly full"):
        store.write([entry(2)])
    assert store.read(b"name 1") == body(1)
    assert store.read(b"name 2") is None
    store.close()


def test_a_full_disk_loses_nothing_that_was_there(path: Path) -> None:
    """SQLite's own limit of pages answers as a full disk does: SQLITE_FULL in the middle of a transaction."""
    store = Store(path, OWNER, 100 * MIB)
    store.write([entry(number, 50_000) for number in range(10)])
    store._database.execute(f"PRAGMA max_page_count={store.size_bytes // PAGE_BYTES + 5}")
    with pytest.raises(CacheError, match="full"):
        store.write([entry(number, 50_000) for number in range(10, 30)])
    assert store.names(b"song") == {b"name %d" % number for number in range(10)}
    assert all(store.read(b"name %d" % number) == body(number, 50_000) for number in range(10))
    store._database.execute("PRAGMA max_page_count=1000000")
    store.write([entry(11)])
    assert store.read(b"name 11") == body(11)
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the limit of a file's size is POSIX")
def test_an_error_of_the_disk_in_writing_is_told_and_survived(path: Path) -> None:
    """A child that may not write files over 1 MiB: write() fails with EFBIG as it would with ENOSPC."""
    script = f"""
import resource, signal
from pathlib import Path
from player.errors import CacheError
from player.streaming.recent.store import Entry, Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Path({str(path)!r}), b"me", {100 * MIB})
store.write([Entry(b"name 1", b"song", b"kept")])
resource.setrlimit(resource.RLIMIT_FSIZE, ({MIB}, {MIB}))
try:
    for number in range(2, 40):
        store.write([Entry(b"name %d" % number, b"song", bytes(100_000))])
except CacheError as error:
    print("told:", error.message)
print(store.read(b"name 1") in (b"kept", None))
store.close()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "True"
    store = Store(path, OWNER, 100 * MIB)
    store.write([entry(1)])
    assert store.read(b"name 1") == body(1)
    store.close()


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "recent").write_text("no folder")
    with pytest.raises(CacheError, match="recent"):
        Store(tmp_path / "recent" / "segments.db", OWNER, MIB)


@pytest.mark.parametrize("content", [b"", b"garbage", b"SQLite format 3\x00" + bytes(100), os.urandom(70_000)])
def test_a_file_that_is_no_store_begins_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = Store(path, OWNER, MIB)
    store.write([entry(1)])
    assert store.read(b"name 1") == body(1)
    store.close()


def damaged_runs(path: Path, runs: int, seed: int) -> None:
    """Flip bytes, overwrite pages and cut the file at random places, both closed and under an open store."""
    rng = random.Random(seed)
    store = Store(path, OWNER, 2 * MIB)
    store.write([entry(number, 20_000) for number in range(40)])
    store.close()
    sound = path.read_bytes()
    for run in range(runs):
        remove(path)
        path.write_bytes(sound)
        is_open = run % 2 == 1
        if is_open:
            store = Store(path, OWNER, 2 * MIB)
        broken = bytearray(sound)
        for _ in range(rng.choice((1, 3, 50))):
            at = rng.randrange(len(broken))
            length = rng.choice((1, 1, 100, PAGE_BYTES))
            broken[at : at + length] = rng.randbytes(len(broken[at : at + length]))
        with path.open("r+b") as file:
            file.write(broken)
            if rng.random() < 0.3:
                file.truncate(rng.randrange(len(broken)))
        if not is_open:
            store = Store(path, OWNER, 2 * MIB)
        for number in range(40):
            found = store.read(b"name %d" % number)
            assert found is None or isinstance(found, bytes)
        store.write([entry(number, 30_000) for number in range(40, 120)])
        store.delete_song(b"song")
        store.write([entry(200)])
        assert store.read(b"name 200") in (body(200), None)
        store.close()


def test_no_damage_of_the_file_raises_or_hangs(path: Path) -> None:
    damaged_runs(path, 60, seed=7)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_no_damage_of_the_file_raises_or_hangs_often(path: Path) -> None:
    damaged_runs(path, 3_000, seed=11)


WRITER = """
import sys
from pathlib import Path
from player.streaming.recent.store import Entry, Store
store = Store(Path(sys.argv[1]), b"me", 4 << 20)
number = int(sys.argv[2])
print("ready", flush=True)
while True:
    store.write([Entry(b"name %d" % number, b"song", bytes([number % 256]) * (number * 7919 % 150_000 + 1))])
    if number % 7 == 0:
        store.delete(b"name %d" % (number - 3))
    store.read(b"name %d" % (number - 1))
    number += 1
"""


def killed_runs(path: Path, runs: int, seed: int) -> None:
    rng = random.Random(seed)
    for run in range(runs):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(run * 10_000)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0.0, 0.15))  # a moment of the kill, not a wait for anything
        child.send_signal(signal.SIGKILL)
        child.wait(20)
        child.stdout.close()
        store = Store(path, OWNER, 4 * MIB)
        for name in store.names(b"song"):
            number = int(name.split()[1])
            found = store.read(name)
            assert found == bytes([number % 256]) * (number * 7919 % 150_000 + 1)
        assert store._database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert path.stat().st_size <= 4 * MIB
        store.close()
    assert path.stat().st_size > MIB  # the kills did not make it begin anew every time


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_a_kill_in_the_middle_of_writing_leaves_every_entry_whole(path: Path) -> None:
    killed_runs(path, 6, seed=3)


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_two_hundred_kills_leave_every_entry_whole(path: Path) -> None:
    killed_runs(path, 200, seed=4)


def test_many_threads_at_once(path: Path) -> None:
    store = Store(path, OWNER, 3 * MIB)

    def work(seed: int) -> int:
        rng = random.Random(seed)
        hits = 0
        for _ in range(150):
            number = rng.randrange(80)
            match rng.randrange(4):
                case 0:
                    store.write([entry(number, 40_000 + number)])
                case 1:
                    store.delete(b"name %d" % number)
                case _:
                    found = store.read(b"name %d" % number)
                    assert found in (None, body(number, 40_000 + number))
                    hits += found is not None
        return hits

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) > 0
    store.close()
