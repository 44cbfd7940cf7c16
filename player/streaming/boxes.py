"""ISO base media boxes (ISO/IEC 14496-12) with every bound checked: bytes from the network reach libmpv only after
they have passed here. Pure; malformed input raises ProtocolError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from player.errors import ProtocolError

HEADER = 8


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    payload: bytes


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", HEADER + len(payload), kind) + payload


def full_box(kind: bytes, version: int, flags: int, payload: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags) + payload)


def box_header(data: bytes | bytearray | memoryview, offset: int) -> tuple[bytes, int]:
    """Kind and whole size of the box at `offset`. Sizes 0 (to the end) and 1 (64 bits) have no place in a song's
    init or segment and are refused."""
    size, kind = struct.unpack_from(">I4s", data, offset)
    if size < HEADER:
        raise ProtocolError(f"a box of size {size} in the media")
    return kind, size


def boxes(data: bytes) -> Iterator[Box]:
    """The boxes that fill `data` exactly."""
    offset = 0
    while offset < len(data):
        if offset + HEADER > len(data):
            raise ProtocolError("the media ends inside a box header")
        kind, size = box_header(data, offset)
        if offset + size > len(data):
            raise ProtocolError(f"box {kind!r} is longer than what holds it")
        yield Box(kind, data[offset + HEADER : offset + size])
        offset += size


def child(data: bytes, *path: bytes) -> bytes:
    """The payload of the first box along `path`."""
    for kind in path:
        data = next((inner.payload for inner in boxes(data) if inner.kind == kind), b"")
        if not data:
            raise ProtocolError(f"the media has no {b'/'.join(path).decode('ascii', 'replace')}")
    return data


class Fields:
    """Reads big-endian numbers one after another, never past the end."""

    def __init__(self, payload: bytes) -> None:
        self._data = payload
        self._at = 0

    def take(self, layout: str) -> int:
        if self._at + struct.calcsize(layout) > len(self._data):
            raise ProtocolError("a box of the media ends too early")
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return int(value)

    def u32(self) -> int:
        return self.take(">I")

    def u64(self) -> int:
        return self.take(">Q")

    def skip(self, count: int) -> None:
        if self._at + count > len(self._data):
            raise ProtocolError("a box of the media ends too early")
        self._at += count

    def version_and_flags(self) -> tuple[int, int]:
        word = self.u32()
        return word >> 24, word & 0xFFFFFF
