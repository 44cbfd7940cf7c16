"""Attempts, resumed attempts, and a disk that fails at every step."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from player.errors import CacheError, ContainerDamaged, SongChanged, StorageFull, StorageUnusable, WrongAsset
from player.offline.container.chunked import CHUNK_BYTES, PREFIX_BYTES, SALT_BYTES, SEALED_CHUNK_BYTES
from player.offline.container.page import PAGE_BYTES
from player.offline.container.reader import ContainerReader
from player.offline.container.writer import ContainerWriter, Progress
from player.offline.files import Disk, Files
from tests.support.failing_disk import MemoryDisk
from tests.unit.player.offline.container.conftest import ETAG, FINAL, KEY, PART, JournalKept, header_of, keep, song

ASSET = song(3_000_000)
HEADER = header_of(ASSET)


def begun(files: Files, journal: JournalKept, part: Path = PART) -> ContainerWriter:
    return ContainerWriter.begin(files, part, HEADER, KEY, etag=ETAG, journal=journal)


def resumed(files: Files, journal: JournalKept, *, etag: str = ETAG, part: Path = PART) -> ContainerWriter:
    assert journal.last is not None
    return ContainerWriter.resume(files, part, HEADER, KEY, journal.last, etag=etag, journal=journal)


def write_from(writer: ContainerWriter, asset: bytes = ASSET, until: int | None = None) -> None:
    for offset in range(writer.plain_bytes, len(asset) if until is None else until, 50_001):
        writer.write(asset[offset : min(offset + 50_001, len(asset) if until is None else until)])


def test_on_a_real_disk(tmp_path: Path) -> None:
    disk, journal, part, final = Disk(), JournalKept(), tmp_path / "song.part", tmp_path / "song"
    writer = begun(disk, journal, part)
    size = part.stat().st_size
    assert part.stat().st_mode & 0o077 == 0
    write_from(writer, until=1_500_000)
    writer.stop()
    assert journal.last is not None
    assert journal.last.plain_bytes == 1_500_000 - 1_500_000 % CHUNK_BYTES
    writer = resumed(disk, journal, part=part)
    assert writer.plain_bytes == journal.last.plain_bytes
    write_from(writer)
    writer.finish(final)
    assert not part.exists()
    assert final.stat().st_size == size
    reader = ContainerReader.open(disk, final, KEY)
    reader.check()
    assert reader.read(0, len(ASSET)) == ASSET
    reader.close()
    disk.remove(final)
    disk.remove(final)
    assert not disk.exists(final)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"kept")
    (tmp_path / "song.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageUnusable):
        begun(Disk(), JournalKept(), tmp_path / "song.part")
    assert (tmp_path / "elsewhere").read_bytes() == b"kept"


def test_the_journal_follows_the_disk_a_mebibyte_at_a_time() -> None:
    disk, journal, steps = MemoryDisk(), JournalKept(), list[str]()
    disk.on_step = steps.append
    writer = begun(disk, journal)
    assert journal.last == Progress(ETAG, 0)
    write_from(writer, until=1 << 20)
    assert steps[-1] == "sync"
    assert journal.last == Progress(ETAG, 1 << 20)
    write_from(writer, until=2_000_000)
    assert journal.last == Progress(ETAG, 1 << 20)


def test_each_attempt_has_a_salt_of_its_own() -> None:
    salts = {bytes(keep(b"x").data[PAGE_BYTES : PAGE_BYTES + SALT_BYTES]) for _ in range(50)}
    assert len(salts) == 50


def test_an_unfinished_file_opens_for_no_reader() -> None:
    disk = MemoryDisk()
    write_from(begun(disk, JournalKept()))
    with pytest.raises(ContainerDamaged):
        ContainerReader.open(disk, PART, KEY)


@pytest.mark.parametrize("etag", ['"v2"', 'W/"v1"', "", '"', "v1", '""'])
def test_only_the_same_strong_etag_resumes(etag: str) -> None:
    disk, journal = MemoryDisk(), JournalKept()
    write_from(begun(disk, journal), until=1 << 20)
    with pytest.raises(SongChanged):
        resumed(disk, journal, etag=etag)
    journal.last = Progress(etag, 0)
    if etag != '"v2"':
        with pytest.raises(SongChanged):
            resumed(disk, journal, etag=etag)


def test_no_key_and_nonce_meets_two_plaintexts() -> None:
    """What was under its tag when the attempt ended is not written again, though the journal does not know it; and a
    chunk that is encrypted again is of the same bytes."""
    disk, journal = MemoryDisk(), JournalKept()
    write_from(begun(disk, journal), until=2_000_000)  # killed: no stop
    before = bytes(disk.files[PART])
    writer = resumed(disk, journal)
    assert writer.plain_bytes == 2_000_000 - 2_000_000 % CHUNK_BYTES
    write_from(writer)
    writer.finish(FINAL)
    written = PAGE_BYTES + PREFIX_BYTES + 2_000_000 // CHUNK_BYTES * SEALED_CHUNK_BYTES
    assert disk.files[FINAL][:written] == before[:written]


def test_less_than_the_journal_says_begins_anew() -> None:
    disk, journal = MemoryDisk(), JournalKept()
    write_from(begun(disk, journal), until=2_200_000)
    disk.files[PART][PAGE_BYTES + PREFIX_BYTES + 5 * SEALED_CHUNK_BYTES] ^= 1
    with pytest.raises(ContainerDamaged):
        resumed(disk, journal)


@pytest.mark.parametrize("edit", ["page", "salt", "size", "key", "gone", "empty"])
def test_an_attempt_that_is_not_ours_is_not_resumed(edit: str) -> None:
    disk, journal = MemoryDisk(), JournalKept()
    write_from(begun(disk, journal), until=1 << 20)
    data, key = disk.files[PART], KEY
    match edit:
        case "page":
            data[50] ^= 1
        case "salt":
            data[PAGE_BYTES] ^= 1
        case "size":
            data.append(0)
        case "key":
            key = bytes(32)
        case "gone":
            del disk.files[PART]
        case "empty":
            data.clear()
    assert journal.last is not None
    with pytest.raises((ContainerDamaged, StorageUnusable)):
        ContainerWriter.resume(disk, PART, HEADER, key, journal.last, etag=ETAG, journal=journal)


@pytest.mark.parametrize("asset", [ASSET[:-1], ASSET[:-1] + b"\0", ASSET[1:] + b"x", b""])
def test_other_bytes_never_become_a_song(asset: bytes) -> None:
    disk = MemoryDisk()
    writer = begun(disk, JournalKept())
    write_from(writer, asset)
    last = bytes(disk.files[PART][-100:])
    with pytest.raises(WrongAsset) as caught:
        writer.finish(FINAL)
    assert caught.value.sha256 is not None
    assert FINAL not in disk.files
    assert disk.files[PART][-100:] == last  # the last chunk was not encrypted


def test_more_bytes_than_the_song_has() -> None:
    writer = begun(MemoryDisk(), JournalKept())
    write_from(writer)
    with pytest.raises(WrongAsset):
        writer.write(b"x")


def test_a_disk_that_gives_back_other_bytes_is_found_out() -> None:
    disk = MemoryDisk()
    writer = begun(disk, JournalKept())
    write_from(writer)
    disk.files[PART][PAGE_BYTES + PREFIX_BYTES + 9] ^= 1
    with pytest.raises(ContainerDamaged):
        writer.finish(FINAL)
    assert FINAL not in disk.files


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_a_failing_disk_at_every_step(number: int) -> None:
    """Typed, the song is whole or not there, and once the disk is mended the download goes on where it was."""
    whole = MemoryDisk()
    writer = begun(whole, JournalKept())
    write_from(writer)
    writer.finish(FINAL)
    for step in range(1, whole.steps + 1):
        disk, journal = MemoryDisk(fails_at=step, number=number), JournalKept()
        with pytest.raises(StorageFull if number == errno.ENOSPC else StorageUnusable):
            _attempt(disk, journal)
        assert FINAL not in disk.files
        disk.mend()
        known = journal.last
        writer = begun(disk, journal) if known is None else resumed(disk, journal)
        assert known is None or writer.plain_bytes >= known.plain_bytes
        write_from(writer)
        writer.finish(FINAL)
        assert ContainerReader.open(disk, FINAL, KEY).read(0, len(ASSET)) == ASSET
    assert whole.steps > 60


def _attempt(disk: MemoryDisk, journal: JournalKept) -> None:
    writer = begun(disk, journal)
    try:
        write_from(writer)
        writer.finish(FINAL)
    except CacheError:
        with pytest.raises(StorageUnusable):
            writer.write(b"")
        writer.close()
        raise
