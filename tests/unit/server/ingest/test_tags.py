from __future__ import annotations

from pathlib import Path

import pytest

from server.ingest.tags import UNKNOWN_ARTIST, TagsUnreadable, read_tags
from tests.support.music import FORMATS, cover_png, write_song


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_says_the_same(tmp_path: Path, suffix: str) -> None:
    cover = cover_png()
    path = write_song(
        tmp_path / f"song{suffix}",
        title="Vær så god",
        artist=["Ana", "Bo"],
        album="Two",
        album_artist="Ana",
        seconds=1,
        track_number="3/12",
        disc_number=2,
        year="2019-05-01",
        genre="Folk; Jazz",
        cover=cover,
    )
    tags = read_tags(path)
    assert (tags.title, tags.artists, tags.album, tags.album_artist) == ("Vær så god", ("Ana", "Bo"), "Two", "Ana")
    assert (tags.track_number, tags.disc_number, tags.year) == (3, 2, 2019)
    assert tags.genres == ("Folk", "Jazz")
    assert tags.cover == cover
    assert tags.duration_s == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize(
    ("name", "title", "track", "disc"),
    [
        ("07 - Night_Ferry.wav", "Night Ferry", 7, None),
        ("2-03 Salt.wav", "Salt", 3, 2),
        ("1999.wav", "1999", None, None),
        ("Only a name.wav", "Only a name", None, None),
    ],
)
def test_an_untagged_file_is_called_by_its_name(
    tmp_path: Path, name: str, title: str, track: int | None, disc: int | None
) -> None:
    tags = read_tags(write_song(tmp_path / name, title=None, seconds=0.2))
    assert (tags.title, tags.track_number, tags.disc_number) == (title, track, disc)
    assert (tags.artists, tags.album, tags.genres) == ((UNKNOWN_ARTIST,), None, ())


def test_what_is_no_music_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"nothing" * 100)
    with pytest.raises(TagsUnreadable, match="damaged"):
        read_tags(broken)
    with pytest.raises(TagsUnreadable, match=r"read|damaged"):
        read_tags(tmp_path / "not-there.mp3")
