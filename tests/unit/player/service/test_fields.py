from __future__ import annotations

import json
from typing import Any

import pytest

from player.errors import ProtocolError
from player.service.segue import parsing
from player.service.segue.fields import TEXT_LIMIT, Fields, parse_json

SONG: dict[str, Any] = {
    "id": "so_1",
    "title": "Night Ferry",
    "artists": [{"id": "ar_1", "name": "Halden Pier"}],
    "album": {"id": "al_1", "title": "Night Ferry"},
    "track_number": 3,
    "disc_number": None,
    "year": 2021,
    "duration_s": 263,
    "genres": ["Electronic"],
    "cover": {"id": "co_1", "colour": "#23425f"},
    "has_lyrics": False,
    "plays": 12,
    "is_liked": True,
    "loudness": {"track_lufs": -11.2, "track_peak_dbtp": None, "album_lufs": None, "album_peak_dbtp": None},
}


def test_a_song_becomes_a_track_and_unknown_fields_are_ignored() -> None:
    track = parsing.track(Fields({**SONG, "mood": "blue"}, "song"))
    assert (track.id, track.title, track.duration_s, track.year) == ("so_1", "Night Ferry", 263.0, 2021)
    assert track.artist_line == "Halden Pier"
    assert track.loudness.track_lufs == -11.2
    assert track.disc_number is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", 7),
        ("id", "x" * 201),
        ("title", None),
        ("artists", {}),
        ("artists", [7]),
        ("artists", [{"id": "ar_1"}]),
        ("album", "Night Ferry"),
        ("duration_s", "263"),
        ("duration_s", -1),
        ("duration_s", True),
        ("duration_s", 10**400),
        ("track_number", 1.5),
        ("plays", -1),
        ("is_liked", 1),
        ("genres", [1]),
        ("loudness", []),
        ("loudness", {"track_lufs": "loud"}),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ProtocolError, match=rf"song.*{field}"):
        parsing.track(Fields({**SONG, field: value}, "song"))


@pytest.mark.parametrize(
    "field", sorted(set(SONG) - {"album", "track_number", "disc_number", "year", "cover", "loudness"})
)
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(ProtocolError, match=f"song.{field} is missing"):
        parsing.track(Fields({name: value for name, value in SONG.items() if name != field}, "song"))


def test_an_item_of_a_list_is_named_by_its_place() -> None:
    album = {
        "id": "al_1", "title": "Night Ferry", "artists": [], "year": None, "genres": [], "cover": None,
        "song_count": 2, "duration_s": 1.0, "songs": [SONG, {**SONG, "title": 5}],
    }  # fmt: skip
    with pytest.raises(ProtocolError, match=r"album\.songs\[1\]\.title"):
        parsing.album_detail(Fields(album, "album"))


def test_a_colour_that_is_none_becomes_neutral() -> None:
    track = parsing.track(Fields({**SONG, "cover": {"id": "co_1", "colour": "red; }"}}, "song"))
    assert track.cover is not None
    assert track.cover.colour == parsing.NEUTRAL


def test_long_text_is_cut_and_long_lists_are_refused() -> None:
    assert len(parsing.track(Fields({**SONG, "title": "x" * 50_000}, "song")).title) == TEXT_LIMIT
    with pytest.raises(ProtocolError, match="over 200 items"):
        parsing.track(Fields({**SONG, "artists": SONG["artists"] * 201}, "song"))


def test_what_is_newer_than_the_player_is_left_out() -> None:
    song = {"type": "song", **SONG}
    shelves = {
        "shelves": [
            {"id": "a", "title": "A", "kind": "tracks", "items": [song, {"type": "podcast", "id": "po_1"}]},
            {"id": "b", "title": "B", "kind": "holograms", "items": [song]},
            {"id": "c", "title": "C", "kind": "tracks", "items": [{"type": "podcast"}]},
        ]
    }
    (shelf,) = parsing.shelves(Fields(shelves, "home"))
    assert (shelf.id, len(shelf.items)) == ("a", 1)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'"text"', b"NaN", b'{"a": NaN}', b"[" * 200_000, b"\xff\xfe\x00", b"<html>"]
)
def test_what_is_no_object_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_json(body, "/songs")


def test_times_have_a_zone() -> None:
    fields = parse_json(
        json.dumps({"at": "2026-01-02T03:04:05Z", "bare": "2026-01-02T03:04:05", "no": "soon"}).encode(), "x"
    )
    assert parsing.moment(fields, "at") == parsing.moment(fields, "bare")
    with pytest.raises(ProtocolError, match=r"x\.no"):
        parsing.moment(fields, "no")
