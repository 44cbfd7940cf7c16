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
FORM = re.compile(r"length=(\d{1,9}), size=(\d{1,7}), crc-32=:([A-Za-z0-9+/=]*):")
LARGEST_PIECE = 64 * 1024  # what is held back at most


@dataclass(frozen=True, slots=True)
class Pieces:
    length_bytes: int
    size_bytes: int
    sums: tuple[int, ...]

    def bytes_of(self, number: int) -> int:
        return min(self.size_bytes, self.length_bytes - number * self.size_bytes)

    def is_right(self, number: int, piece: bytes) -> bool:
        return zlib.crc32(piece) == self.sums[number]


def read_pieces(header: str | None) -> Pieces | None:
    """None where there is no such header, or none that can be read: then nothing is checked."""
    match = FORM.fullmatch(header or "")
    if match is None or not 0 < int(match[2]) <= LARGEST_PIECE:
        return None
    length_bytes, size_bytes = int(match[1]), int(match[2])
    try:
        packed = base64.b64decode(match[3], validate=True)
    except binascii.Error:
        return None
    if len(packed) != 4 * -(-length_bytes // size_bytes):
        return None
    return Pieces(length_bytes, size_bytes, struct.unpack(f">{len(packed) // 4}I", packed))


class PieceCheck:
    """Lets through what has been checked. `start`: where in the whole the first byte lies, on a piece's edge."""

    def __init__(self, pieces: Pieces, start: int = 0) -> None:
        assert start % pieces.size_bytes == 0
        self._pieces = pieces
        self._number = start // pieces.size_bytes
        self._waiting = bytearray()

    def feed(self, chunk: bytes) -> bytes:
        """The pieces that are complete now; Damaged where one is wrong, after those before it have been given by a
        call of its own. What comes behind the end is dropped."""
        self._waiting += chunk
        passed = bytearray()
        while self._number < len(self._pieces.sums):
            size = self._pieces.bytes_of(self._number)
            if len(self._waiting) < size:
                break
            piece = bytes(self._waiting[:size])
            if not self._pieces.is_right(self._number, piece):
                if not passed:
                    raise Damaged
                break
            passed += piece
            del self._waiting[:size]
            self._number += 1
        else:
            self._waiting.clear()
        return bytes(passed)

    def end(self) -> None:
        """After the last byte; Damaged where a wrong piece was held back."""
        self.feed(b"")


def check_whole(header: str | None, body: bytes) -> None:
    """Damaged where a whole body is not what its header says."""
    pieces = read_pieces(header)
    if pieces is None:
        return
    size = pieces.size_bytes
    if len(body) != pieces.length_bytes or not all(
        pieces.is_right(number, body[number * size : (number + 1) * size]) for number in range(len(pieces.sums))
    ):
        raise Damaged
