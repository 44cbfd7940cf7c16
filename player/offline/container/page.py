"""The first page of a container: what the file is of, and where its segments lie. Pure; used by `reader` and
`writer`.

Layout, 4,096 bytes: 8 bytes magic | 2 bytes length, big-endian | that many bytes of canonical JSON | zeros.
The page lies in the clear, and the SHA-512 of it is in the context of the encryption: another page opens nothing. So
a reader checks the commitment first and parses what it then knows to be as it was written.

The index is the length of the init segment, then of each segment, as differences (zigzag, LEB128, base64url): two
bytes a segment where lengths are alike. That holds about 90 minutes of 4 s; a longer song is refused with TooLong.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from player.errors import CacheError, ContainerDamaged
from player.offline.canonical import base64url, canonical, from_base64url, read_object

PAGE_BYTES = 4096
MAGIC = b"SEGUEv1\n"
_HEAD_BYTES = len(MAGIC) + 2
_LABEL = b"segue container v1"
_TEXTS = ("gid", "song", "rendition", "did", "acc", "sha256", "mime")
_FIELDS = frozenset((*_TEXTS, "length", "index"))
_MAX_LENGTH = 1 << 40


class TooLong(CacheError):
    code = "TOO_LONG_TO_KEEP"


@dataclass(frozen=True, slots=True)
class Header:
    """`sha256` (hex) and `length` are of the asset: init and all segments in order. `lengths` are theirs, in bytes,
    the init segment first."""

    gid: str
    song: str
    rendition: str
    did: str
    acc: str
    sha256: str
    length: int
    mime: str
    lengths: tuple[int, ...]

    def offsets(self) -> tuple[int, ...]:
        """Where the init segment and each segment begin, and last where the asset ends."""
        return (0, *accumulate(self.lengths))


def written(header: Header) -> bytes:
    """The page. TooLong where it does not fit; ValueError where the header contradicts itself."""
    if sum(header.lengths) != header.length or not header.lengths or min(header.lengths) < 0:
        raise ValueError("the segments are not as long as the asset")
    fields: dict[str, Any] = {name: getattr(header, name) for name in _TEXTS}
    text = canonical(fields | {"length": header.length, "index": base64url(_packed(header.lengths))})
    if len(text) > PAGE_BYTES - _HEAD_BYTES:
        raise TooLong("the song has too many segments to be kept")
    return (MAGIC + len(text).to_bytes(2, "big") + text).ljust(PAGE_BYTES, b"\0")


def read(page: bytes) -> Header:
    """ContainerDamaged for all but what `written` gives."""
    try:
        header = _parsed(page)
        is_ours = written(header) == page
    except (ValueError, TooLong) as error:
        raise ContainerDamaged from error
    if not is_ours:
        raise ContainerDamaged
    return header


def context(page: bytes) -> bytes:
    """What binds the encryption to the page."""
    return _LABEL + b"\x00" + hashlib.sha512(page).digest()


def _parsed(page: bytes) -> Header:
    if len(page) != PAGE_BYTES or page[: len(MAGIC)] != MAGIC:
        raise ValueError("not a container")
    fields = read_object(page[_HEAD_BYTES : _HEAD_BYTES + int.from_bytes(page[len(MAGIC) : _HEAD_BYTES], "big")])
    if fields.keys() != _FIELDS or not all(isinstance(fields[name], str) for name in (*_TEXTS, "index")):
        raise ValueError("other fields")
    length = fields["length"]
    if type(length) is not int or not 0 <= length <= _MAX_LENGTH:
        raise ValueError("no length")
    texts = {name: fields[name] for name in _TEXTS}
    return Header(**texts, length=length, lengths=_unpacked(from_base64url(fields["index"])))


def _packed(lengths: tuple[int, ...]) -> bytes:
    packed = bytearray()
    for before, length in pairwise((0, *lengths)):
        difference = length - before
        number = difference << 1 if difference >= 0 else (-difference << 1) - 1
        while number > 0x7F:
            packed.append(number & 0x7F | 0x80)
            number >>= 7
        packed.append(number)
    return bytes(packed)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    lengths: list[int] = []
    number = shift = length = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte & 0x80:
            continue
        length += -((number + 1) >> 1) if number & 1 else number >> 1
        lengths.append(length)
        number = shift = 0
    if shift:
        raise ValueError("the index ends amid a number")
    return tuple(lengths)
