"""Checks one CMAF segment before anybody may decode it: `moof` first, the right track, the right moment, and sizes
that agree with each other. Pure; what is wrong raises ProtocolError, which the look-ahead treats as a failed fetch.

`SegmentReader` takes the bytes as they arrive, so that the first segment of a start can be passed on at once: it lets
nothing out before the `moof` has been checked. Boxes other than `moof` and `mdat` (styp, sidx, prft) are dropped;
with default-base-is-moof the rest can be moved to any place of the virtual file.
"""

from __future__ import annotations

from dataclasses import dataclass

from player.errors import ProtocolError
from player.streaming.boxes import HEADER, Fields, box_header, boxes, child

MAX_MOOF_BYTES = 256 * 1024
TFHD_BASE_OFFSET, TFHD_DESCRIPTION, TFHD_DURATION, TFHD_SIZE = 0x1, 0x2, 0x8, 0x10
TRUN_DATA_OFFSET, TRUN_FIRST_FLAGS, TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS, TRUN_CTS = (
    0x1,
    0x4,
    0x100,
    0x200,
    0x400,
    0x800,
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the init's `trex` says for frames that do not say it themselves."""

    track_number: int
    frame_duration: int
    frame_size: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof`: where it begins and how long it is on the track's time scale, and its `mdat`'s payload size."""

    decode_time: int
    duration: int
    payload_bytes: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What the playlist promised of a segment. The last one may end up to a frame later or earlier (its last frame
    may carry its trimmed duration, or not)."""

    start: int
    duration: int
    tolerance: int
    max_bytes: int
    defaults: Defaults


def read_moof(payload: bytes, defaults: Defaults) -> Fragment:
    tracks = [inner.payload for inner in boxes(payload) if inner.kind == b"traf"]
    if len(tracks) != 1:
        raise ProtocolError(f"a segment with {len(tracks)} tracks; one is expected")
    frame_duration, frame_size = _track_defaults(child(tracks[0], b"tfhd"), defaults)
    time = Fields(child(tracks[0], b"tfdt"))
    version, _ = time.version_and_flags()
    decode_time = time.u64() if version else time.u32()
    duration = size = 0
    for run in (inner.payload for inner in boxes(tracks[0]) if inner.kind == b"trun"):
        more_duration, more_size = _run_totals(run, frame_duration, frame_size)
        duration += more_duration
        size += more_size
    if duration <= 0 or size <= 0:
        raise ProtocolError("a segment without sound")
    return Fragment(decode_time, duration, size)


def _track_defaults(tfhd: bytes, defaults: Defaults) -> tuple[int, int]:
    fields = Fields(tfhd)
    _, flags = fields.version_and_flags()
    if fields.u32() != defaults.track_number:
        raise ProtocolError("a segment of another track than its init")
    if flags & TFHD_BASE_OFFSET:
        raise ProtocolError("a segment that counts from the start of a file cannot be moved")
    if flags & TFHD_DESCRIPTION and fields.u32() != 1:
        raise ProtocolError("a segment of another sample description")
    duration = fields.u32() if flags & TFHD_DURATION else defaults.frame_duration
    size = fields.u32() if flags & TFHD_SIZE else defaults.frame_size
    return duration, size


def _run_totals(trun: bytes, frame_duration: int, frame_size: int) -> tuple[int, int]:
    fields = Fields(trun)
    _, flags = fields.version_and_flags()
    count = fields.u32()
    fields.skip(4 * (bool(flags & TRUN_DATA_OFFSET) + bool(flags & TRUN_FIRST_FLAGS)))
    each = sum(bool(flags & flag) for flag in (TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS, TRUN_CTS))
    if count > MAX_MOOF_BYTES or 4 * count * each > len(trun):
        raise ProtocolError("a segment's frame table is longer than its box")
    duration = size = 0
    for _ in range(count):
        duration += fields.u32() if flags & TRUN_DURATION else frame_duration
        size += fields.u32() if flags & TRUN_SIZE else frame_size
        fields.skip(4 * (bool(flags & TRUN_FLAGS) + bool(flags & TRUN_CTS)))
    return duration, size


class SegmentReader:
    """Feed it a segment's bytes; `passed` grows by what may be played. `finish` says whether it was whole."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._pending = bytearray()
        self._fragment: Fragment | None = None
        self._mdat_left = 0
        self._next_start = expected.start
        self.passed = bytearray()
        self.received = 0

    def feed(self, chunk: bytes) -> None:
        self.received += len(chunk)
        if self.received > 4 * self._expected.max_bytes + MAX_MOOF_BYTES:
            raise ProtocolError("a segment does not end")
        self._pending += chunk
        while self._pending and self._step():
            pass
        if len(self.passed) > self._expected.max_bytes:
            raise ProtocolError("a segment is larger than its playlist's BANDWIDTH allows")

    @property
    def is_short(self) -> bool:
        """Whether more bytes could still make it whole: it broke off, it is not wrong."""
        return bool(self._pending or self._mdat_left or self._fragment is not None or not self.passed)

    @property
    def is_whole(self) -> bool:
        """Whether what came is the segment, however its transfer ended."""
        lasts = self._next_start - self._expected.start
        return not self.is_short and lasts >= self._expected.duration - self._expected.tolerance

    def _step(self) -> bool:
        """Consume one piece; False when more bytes are needed."""
        if self._mdat_left:
            piece = self._pending[: self._mdat_left]
            self._mdat_left -= len(piece)
            self.passed += piece
            del self._pending[: len(piece)]
            return True
        if len(self._pending) < HEADER:
            return False
        kind, size = box_header(self._pending, 0)
        if kind == b"mdat":
            return self._open_mdat(size)
        if self.received == len(self._pending) and not kind.isalnum():
            raise ProtocolError("a segment that is no media (a sign-in page of the network, perhaps)")
        if size > MAX_MOOF_BYTES:
            raise ProtocolError(f"a {kind!r} box of {size} bytes in a segment")
        if len(self._pending) < size:
            return False
        if kind == b"moof":
            self._open_moof(bytes(self._pending[:size]))
        del self._pending[:size]
        return True

    def _open_moof(self, moof: bytes) -> None:
        if self._fragment is not None:
            raise ProtocolError("a segment's moof has no mdat")
        fragment = read_moof(moof[HEADER:], self._expected.defaults)
        if fragment.decode_time != self._next_start:
            raise ProtocolError(f"a segment begins at {fragment.decode_time}, not at {self._next_start}")
        self._fragment = fragment
        self._next_start += fragment.duration
        self.passed += moof

    def _open_mdat(self, size: int) -> bool:
        if self._fragment is None:
            raise ProtocolError("a segment begins without moof")
        if size - HEADER != self._fragment.payload_bytes:
            raise ProtocolError("a segment's mdat and its frame table disagree")
        self.passed += self._pending[:HEADER]
        del self._pending[:HEADER]
        self._mdat_left = size - HEADER
        self._fragment = None
        return True

    def finish(self) -> None:
        """ProtocolError unless the segment ended where it should."""
        if self.is_short:
            raise ProtocolError("a segment came only in part")
        duration = self._next_start - self._expected.start
        if abs(duration - self._expected.duration) > self._expected.tolerance:
            raise ProtocolError(f"a segment lasts {duration} samples, not {self._expected.duration}")
