from __future__ import annotations

from pathlib import Path

import pytest

from server.storage import LocalStorage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "storage")


def test_what_is_written_is_read_listed_and_deleted(storage: LocalStorage) -> None:
    storage.write("covers/co_1/original", b"picture", is_durable=True)
    storage.write("covers/co_1/original", b"new")
    assert storage.read("covers/co_1/original") == b"new"
    assert storage.size("covers/co_1/original") == 3
    assert [(entry.key, entry.size_bytes) for entry in storage.list("covers")] == [("covers/co_1/original", 3)]
    storage.delete("covers/co_1/original")
    storage.delete("covers/co_1/original")
    storage.touch("covers/co_1/original")
    assert storage.read("covers/co_1/original") is None
    assert storage.size("covers/co_1/original") is None
    assert list(storage.list("none")) == []


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a/../b", "a//b", ".hidden", "a/.tmp", "", "a b", "a\nb"])
def test_a_key_can_neither_leave_the_root_nor_name_a_temporary_file(storage: LocalStorage, key: str) -> None:
    for use in (storage.read, storage.delete, storage.size):
        with pytest.raises(ValueError, match="not a storage key"):
            use(key)


def test_a_failed_write_leaves_the_old_object_and_nothing_else(
    storage: LocalStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.write("a/b", b"old")

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        storage.write("a/b", b"new")
    assert storage.read("a/b") == b"old"
    assert [path.name for path in (tmp_path / "storage" / "a").iterdir()] == ["b"]
