"""Which album a song is put on when its tags leave it open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.catalog.covers import Covers
from server.db.models import Album, LibraryFolder, Song
from server.db.session import Database
from server.ingest.shelving import ReadSong, register_folder, shelve
from server.ingest.tags import SongTags
from server.ingest.walk import FoundFile
from server.storage import LocalStorage

_TAGS = SongTags("T", ("A",), "Sampler", None, None, None, None, (), 60.0, None, None)


class _Shelf:
    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._covers = Covers(LocalStorage(folder))
        self._folder_id = register_folder(session, folder)

    def put(self, path: str, artist: str, album_artist: str | None = None, album: str = "Sampler") -> None:
        tags = replace(_TAGS, artists=(artist,), album=album, album_artist=album_artist)
        shelve(self._session, self._covers, self._folder_id, ReadSong(FoundFile(path, 1, 1), tags, None, None))

    def albums(self) -> dict[tuple[str, str], set[str]]:
        """(artist, title) -> the paths on it."""
        found: dict[tuple[str, str], set[str]] = {}
        for song in self._session.scalars(select(Song)):
            album = self._session.get(Album, song.album_id)
            assert album is not None
            found.setdefault((album.artist.name, album.title), set()).add(song.path)
        return found


def _shelf(database: Database, tmp_path: Path) -> tuple[Session, _Shelf]:
    session = Session(database.engine.execution_options(segue_writes=True))
    return session, _Shelf(session, tmp_path / "music")


def test_a_folder_of_many_artists_is_one_compilation(database: Database, tmp_path: Path) -> None:
    session, shelf = _shelf(database, tmp_path)
    with session:
        for number, artist in enumerate(("A", "B", "C", "A", "B")):
            shelf.put(f"sampler/{number}.ogg", artist)
        assert shelf.albums() == {("Various artists", "Sampler"): {f"sampler/{n}.ogg" for n in range(5)}}
        shelf.put("sampler/0.ogg", "A")  # read again
        assert len(shelf.albums()) == 1
        assert len(session.scalars(select(LibraryFolder)).all()) == 1


def test_the_same_title_elsewhere_is_another_album(database: Database, tmp_path: Path) -> None:
    session, shelf = _shelf(database, tmp_path)
    with session:
        shelf.put("a/1.ogg", "A")
        shelf.put("b/1.ogg", "B")
        shelf.put("b/deeper/1.ogg", "C")
        shelf.put("1.ogg", "D")
        assert len(shelf.albums()) == 4


def test_discs_of_one_compilation_meet(database: Database, tmp_path: Path) -> None:
    session, shelf = _shelf(database, tmp_path)
    with session:
        for disc in (1, 2):
            for artist in ("A", "B"):
                shelf.put(f"box/{disc}/{artist}.ogg", f"{artist}{disc}")
        (paths,) = shelf.albums().values()
        assert len(paths) == 4


def test_a_guest_makes_no_compilation(database: Database, tmp_path: Path) -> None:
    session, shelf = _shelf(database, tmp_path)
    with session:
        shelf.put("a/1.ogg", "Nina feat. Tom")
        shelf.put("a/2.ogg", "Nina")
        shelf.put("a/3.ogg", "Nina & Ann")
        assert list(shelf.albums()) == [("Nina", "Sampler")]


@pytest.mark.parametrize("naming", [0, 1, 3])
def test_one_song_names_the_album_artist_for_all(database: Database, tmp_path: Path, naming: int) -> None:
    session, shelf = _shelf(database, tmp_path)
    with session:
        for number, artist in enumerate(("A", "B", "C", "D")):
            shelf.put(f"ost/{number}.ogg", artist, album_artist="The Project" if number == naming else None)
        (made_by, _), paths = shelf.albums().popitem()
        assert (made_by, len(paths)) == ("The Project", 4)


def test_an_album_artist_is_believed(database: Database, tmp_path: Path) -> None:
    session, shelf = _shelf(database, tmp_path)
    with session:
        shelf.put("a/1.ogg", "A", album_artist="A")
        shelf.put("a/2.ogg", "B", album_artist="B")
        assert set(shelf.albums()) == {("A", "Sampler"), ("B", "Sampler")}
