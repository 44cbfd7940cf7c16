"""Finds the music files of a folder. Called by the scan on its job thread.

Links are followed, each real folder once; hidden files and folders are left out. A folder that cannot be read is
named in the result, so that the scan does not take its songs for removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MUSIC_SUFFIXES = frozenset({".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".wav"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: str
    """relative to the folder, '/' between parts"""
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Walk:
    files: list[FoundFile] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    """readable name -> reason"""
    unread_folders: list[str] = field(default_factory=list)

    def covers(self, path: str) -> bool:
        """Whether the file would have been seen had it been there."""
        return not any(folder in (".", path) or path.startswith(f"{folder}/") for folder in self.unread_folders)


def walk(root: Path) -> Walk:
    found = Walk()
    seen: set[tuple[int, int]] = set()

    def note_unread(error: OSError) -> None:
        folder = Path(error.filename or root)
        name = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else "."
        found.unread_folders.append(name)
        found.failures[readable(name)] = f"The folder cannot be read: {(error.strerror or 'unknown').lower()}."

    for here, folders, names in os.walk(root, onerror=note_unread, followlinks=True):
        status = Path(here).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in _music(here, names):
            _note_file(found, root, path)
    return found


def _music(here: str, names: Iterable[str]) -> Iterator[Path]:
    for name in sorted(names):
        if not name.startswith(".") and Path(name).suffix.lower() in MUSIC_SUFFIXES:
            yield Path(here, name)


def _note_file(found: Walk, root: Path, path: Path) -> None:
    name = path.relative_to(root).as_posix()
    if readable(name) != name:
        found.failures[readable(name)] = "Its name is not valid UTF-8; rename the file."
        return
    try:
        status = path.stat()
    except OSError as error:
        found.failures[name] = f"The file cannot be read: {(error.strerror or 'unknown').lower()}."
        return
    found.files.append(FoundFile(name, status.st_size, status.st_mtime_ns))


def readable(name: str) -> str:
    """The name with what is not UTF-8 replaced: fit for the database and for people."""
    return os.fsencode(name).decode("utf-8", "replace")
