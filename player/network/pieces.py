"""Checks bytes while they arrive: a server of ours says the CRC-32 of each KiB in a header (docs/api.md, Pieces), so
that the first segment of a song can be passed on as it comes and nothing damaged is ever heard. Bytes of a server
that says nothing pass unchecked. Pure; used by `exchange` and by player/streaming/sources.py.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from dataclasses import dataclass

from player.errors import Damaged

HEADER = "Segue-Pieces"
FORM = re.compile(r"size=(\d{2,7}), crc-32=:([A-Za-z0-9+/=]*):")
LARGEST_PIECE = 64 * 1024  # what is held back at most


@dataclass(frozen=True, slots=True)
class Pieces:
    size_bytes: int
    sums: tuple[int, ...]

    def is_right(self, number: int, piece: bytes) -> bool:
        return number < len(self.sums) and zlib.crc32(piece) == self.sums[number]


def read_pieces(header: str | None) -> Pieces | None:
    """None where there is no such header, or none that can be read: then nothing is checked."""
    match = FORM.fullmatch(header or "")
    if match is None or not 0 < int(match[1]) <= LARGEST_PIECE:
        return None
    try:
        packed = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return None
    if len(packed) % 4:
        return None
    return Pieces(int(match[1]), struct.unpack(f">{len(packed) // 4}I", packed))


class PieceCheck:
    """Lets through what has been checked. `start`: where in the whole the first byte lies, on a piece's edge."""

    def __init__(self, pieces: Pieces, start: int = 0) -> None:
        assert start % pieces.size_bytes == 0
        self._pieces = pieces
        self._number = start // pieces.size_bytes
        self._waiting = bytearray()

    def feed(self, chunk: bytes) -> bytes:
        """The whole pieces that are complete now; Damaged where one is wrong, after those before it have been given
        by a call of its own."""
        if self._number == len(self._pieces.sums):
            return b""  # behind the end: there is nothing to check it by, and nothing to use it for
        self._waiting += chunk
        size = self._pieces.size_bytes
        right = 0
        while len(self._waiting) - right >= size and self._passes(self._waiting[right : right + size]):
            right += size
        if right == 0 and len(self._waiting) >= size:
            raise Damaged
        passed = bytes(self._waiting[:right])
        del self._waiting[:right]
        return passed

    def rest(self) -> bytes:
        """After the last byte: the last piece, which may be shorter; b"" where the bytes broke off before its end."""
        if self._number < len(self._pieces.sums) - 1 and len(self._waiting) >= self._pieces.size_bytes:
            raise Damaged
        return bytes(self._waiting) if self._waiting and self._passes(self._waiting) else b""

    def _passes(self, piece: bytes | bytearray) -> bool:
        if not self._pieces.is_right(self._number, bytes(piece)):
            return False
        self._number += 1
        return True


def check_whole(header: str | None, body: bytes) -> None:
    """Damaged where a whole body is not what its header says."""
    pieces = read_pieces(header)
    if pieces is None:
        return
    size = pieces.size_bytes
    count = -(-len(body) // size)
    if count != len(pieces.sums) or not all(
        pieces.is_right(number, body[number * size : (number + 1) * size]) for number in range(count)
    ):
        raise Damaged
