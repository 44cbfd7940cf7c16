"""What a file says of itself: title, artists, album, numbers, genres, cover. Called by the scan on its job thread.

mutagen reads every format's own tags; here the three families (ID3, MP4 atoms, Vorbis comments) become one shape.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp4

from server.ingest.albums import VARIOUS_ARTISTS

UNKNOWN_ARTIST = "Unknown artist"
MAX_FILE_BYTES = 2 << 30
MAX_DURATION_S = 6 * 3600.0
_MAX_TEXT = 500

_ID3 = {"TIT2": "title", "TPE1": "artist", "TALB": "album", "TPE2": "albumartist", "TRCK": "tracknumber"}
_ID3 |= {"TPOS": "discnumber", "TDRC": "date", "TYER": "date", "TCON": "genre", "TCMP": "compilation"}
_MP4 = {"©nam": "title", "©ART": "artist", "©alb": "album", "aART": "albumartist", "trkn": "tracknumber"}
_MP4 |= {"disk": "discnumber", "©day": "date", "©gen": "genre", "cpil": "compilation", "©lyr": "lyrics"}

_LEADING_NUMBER = re.compile(r"^(?:(\d{1,2})-)?(\d{1,3})[\s._-]+(?=\S)")
_NUMBER = re.compile(r"\d{1,4}")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


class TagsUnreadable(Exception):
    """The text says why, for people."""


@dataclass(frozen=True, slots=True)
class SongTags:
    title: str
    artists: tuple[str, ...]
    album: str | None
    album_artist: str | None
    track_number: int | None
    disc_number: int | None
    year: int | None
    genres: tuple[str, ...]
    duration_s: float
    cover: bytes | None
    lyrics: str | None


def read_tags(path: Path) -> SongTags:
    """TagsUnreadable for what is no music, is too large or too long."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TagsUnreadable("The file has more than 2 GiB.")
        file = mutagen.File(path)
    except OSError as error:
        raise TagsUnreadable(f"The file cannot be read: {(error.strerror or 'unknown').lower()}.") from error
    except (mutagen.MutagenError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise TagsUnreadable("The file is damaged, or not the music its name says.") from error
    if file is None or file.info is None:
        raise TagsUnreadable("The file is not music of a known format.")
    duration_s = float(file.info.length or 0.0)
    if duration_s > MAX_DURATION_S:
        raise TagsUnreadable("The song is longer than 6 hours.")
    fields, cover = _fields(file)
    return _song(path, fields, cover, duration_s)


def _fields(file: Any) -> tuple[dict[str, list[str]], bytes | None]:
    tags = file.tags
    fields: dict[str, list[str]]
    cover: bytes | None
    if tags is None:
        fields, cover = {}, None
    elif isinstance(tags, mutagen.id3.ID3):
        fields, cover = _from_id3(tags)
    elif isinstance(tags, mutagen.mp4.MP4Tags):
        fields, cover = _from_mp4(tags)
    else:
        fields, cover = _from_comments(tags)
    if isinstance(file, mutagen.flac.FLAC) and file.pictures:
        cover = bytes(_front(file.pictures).data)
    return fields, cover


def _front(pictures: Iterable[Any]) -> Any:
    front_cover = 3
    return min(pictures, key=lambda picture: picture.type != front_cover)


def _from_id3(tags: Any) -> tuple[dict[str, list[str]], bytes | None]:
    fields: dict[str, list[str]] = {}
    for frame_id, name in _ID3.items():
        if frame_id in tags:
            frame = tags[frame_id]
            # TCON.genres spells the old numbers out
            fields.setdefault(name, [str(text) for text in (frame.genres if name == "genre" else frame.text)])
    lyrics = tags.getall("USLT")
    if lyrics:
        fields["lyrics"] = [str(lyrics[0].text)]
    pictures = tags.getall("APIC")
    return fields, bytes(_front(pictures).data) if pictures else None


def _from_mp4(tags: Any) -> tuple[dict[str, list[str]], bytes | None]:
    fields: dict[str, list[str]] = {}
    for atom, name in _MP4.items():
        values = tags.get(atom)
        if values is None or values is False:
            continue
        if name in ("tracknumber", "discnumber"):
            fields[name] = [str(values[0][0])]
        else:
            fields[name] = [str(value) for value in values] if isinstance(values, list) else ["1"]
    covers = tags.get("covr")
    return fields, bytes(covers[0]) if covers else None


def _from_comments(tags: Any) -> tuple[dict[str, list[str]], bytes | None]:
    fields: dict[str, list[str]] = {}
    for key, value in tags:
        fields.setdefault(key.lower(), []).append(value)
    cover = None
    for encoded in fields.pop("metadata_block_picture", []):
        try:
            cover = cover or bytes(mutagen.flac.Picture(base64.b64decode(encoded)).data)
        except (binascii.Error, ValueError, mutagen.MutagenError):
            continue
    return fields, cover


def _song(path: Path, fields: dict[str, list[str]], cover: bytes | None, duration_s: float) -> SongTags:
    named = _LEADING_NUMBER.match(path.stem)
    title = _first(fields, "title")
    track_number = _number(_first(fields, "tracknumber"))
    disc_number = _number(_first(fields, "discnumber"))
    if title is None:
        title = path.stem[named.end() :] if named else path.stem
        title = title.replace("_", " ").strip() or path.stem
        if named:
            track_number = track_number or int(named[2])
            disc_number = disc_number or (int(named[1]) if named[1] else None)
    artists = _parts(fields.get("artist", []), ";\0") or [UNKNOWN_ARTIST]
    album_artist = _first(fields, "albumartist") or _first(fields, "album artist")
    if album_artist is None and _first(fields, "compilation") == "1":
        album_artist = VARIOUS_ARTISTS
    year = _YEAR.search(_first(fields, "date") or _first(fields, "year") or "")
    return SongTags(
        title=title[:_MAX_TEXT],
        artists=tuple(artists),
        album=_first(fields, "album"),
        album_artist=album_artist,
        track_number=track_number,
        disc_number=disc_number,
        year=int(year[1]) if year else None,
        genres=tuple(_parts(fields.get("genre", []), ";,/\0")),
        duration_s=duration_s,
        cover=cover,
        lyrics=_first_text(fields, "lyrics") or _first_text(fields, "unsyncedlyrics"),
    )


def _first(fields: dict[str, list[str]], name: str) -> str | None:
    for value in fields.get(name, []):
        text = " ".join(_clean(value).split())
        if text:
            return text[:_MAX_TEXT]
    return None


def _first_text(fields: dict[str, list[str]], name: str) -> str | None:
    return next((_clean(value) for value in fields.get(name, []) if value.strip()), None)


def _clean(text: str) -> str:
    """Without lone surrogates and NUL, which no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def _number(text: str | None) -> int | None:
    """ "3/12" is the third; 0 means none."""
    match = _NUMBER.match(text or "")
    return (int(match[0]) or None) if match else None


def _parts(values: list[str], separators: str) -> list[str]:
    parts = [part for value in values for part in re.split(f"[{re.escape(separators)}]", value)]
    cleaned = (" ".join(_clean(part).split())[:_MAX_TEXT] for part in parts)
    return list(dict.fromkeys(part for part in cleaned if part))
