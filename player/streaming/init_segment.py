"""The init segment: what it says about the track, and the changed copy that opens the virtual MP4.

The copy gets an edit list that skips the encoder's priming (mpv's own HLS reader ignores it, which costs 1,977
samples of silence between songs), and carries no tags: nothing but Segue says how loud a song is. Pure; malformed
input raises ProtocolError.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from player.errors import ProtocolError
from player.streaming.boxes import Fields, box, boxes, child, full_box
from player.streaming.fragments import Defaults

MAX_INIT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class InitSegment:
    """`edit_start` and `edit_samples` are the first entry of its edit list, where there is one with a length."""

    data: bytes
    sample_rate_hz: int
    channels: int
    defaults: Defaults
    edit_start: int | None
    edit_samples: int | None


def read_init(data: bytes) -> InitSegment:
    if len(data) > MAX_INIT_BYTES:
        raise ProtocolError(f"the init segment is larger than {MAX_INIT_BYTES} bytes")
    if not data:
        raise ProtocolError("the init segment is empty")
    moov = child(data, b"moov")
    if sum(inner.kind == b"trak" for inner in boxes(moov)) != 1:
        raise ProtocolError("the init segment has not exactly one track")
    time_scale = _time_scale(child(moov, b"trak", b"mdia", b"mdhd"))
    channels, sample_rate_hz = _sound(child(moov, b"trak", b"mdia", b"minf", b"stbl", b"stsd"))
    if time_scale != sample_rate_hz:
        raise ProtocolError("the init's time scale is not its sample rate")
    edit_start, edit_s = _edit(moov)
    edit_samples = round(edit_s * time_scale) if edit_s else None
    return InitSegment(data, time_scale, channels, _defaults(moov), edit_start, edit_samples)


def patch_init(init: InitSegment, *, priming: int) -> bytes:
    """The init as the virtual MP4 has it. An edit of length 0 reaches to the end, which for a fragmented file is
    all that follows; the engine cuts the last samples by `end=`."""
    edit = full_box(b"elst", 0, 0, struct.pack(">IIiHH", 1, 0, priming, 1, 0))
    parts: list[bytes] = []
    for outer in boxes(init.data):
        if outer.kind == b"moov":
            parts.append(box(b"moov", _patched_moov(outer.payload, box(b"edts", edit))))
        elif outer.kind != b"sidx":
            parts.append(box(outer.kind, outer.payload))
    return b"".join(parts)


def _patched_moov(moov: bytes, edits: bytes) -> bytes:
    parts: list[bytes] = []
    for inner in boxes(moov):
        if inner.kind == b"trak":
            parts.append(box(b"trak", _patched_trak(inner.payload, edits)))
        elif inner.kind != b"udta":
            parts.append(box(inner.kind, inner.payload))
    return b"".join(parts)


def _patched_trak(trak: bytes, edits: bytes) -> bytes:
    parts: list[bytes] = []
    for inner in boxes(trak):
        if inner.kind == b"mdia":
            parts.append(edits)  # ISO/IEC 14496-12 8.6.5: edts stands before mdia
        if inner.kind != b"edts":
            parts.append(box(inner.kind, inner.payload))
    return b"".join(parts)


def _time_scale(mdhd: bytes) -> int:
    fields = Fields(mdhd)
    version, _ = fields.version_and_flags()
    fields.skip(16 if version else 8)
    time_scale = fields.u32()
    if not 8_000 <= time_scale <= 192_000:
        raise ProtocolError(f"a sample rate of {time_scale} Hz")
    return time_scale


def _sound(stsd: bytes) -> tuple[int, int]:
    entries = list(boxes(stsd[8:]))
    if len(entries) != 1 or entries[0].kind != b"mp4a":
        raise ProtocolError("the init segment describes no AAC sound")
    fields = Fields(entries[0].payload)
    fields.skip(16)
    channels = fields.take(">H")
    fields.skip(6)
    sample_rate_hz = fields.u32() >> 16
    if not 1 <= channels <= 8:
        raise ProtocolError(f"{channels} channels")
    return channels, sample_rate_hz


def _defaults(moov: bytes) -> Defaults:
    fields = Fields(child(moov, b"mvex", b"trex"))
    fields.version_and_flags()
    track_number = fields.u32()
    fields.u32()
    return Defaults(track_number, fields.u32(), fields.u32())


def _edit(moov: bytes) -> tuple[int | None, float]:
    """Media time of the first edit and its length in seconds (0: to the end); None without an edit list."""
    trak = child(moov, b"trak")
    if all(inner.kind != b"edts" for inner in boxes(trak)):
        return None, 0.0
    header = Fields(child(moov, b"mvhd"))
    version, _ = header.version_and_flags()
    header.skip(16 if version else 8)
    movie_scale = header.u32() or 1
    fields = Fields(child(trak, b"edts", b"elst"))
    version, _ = fields.version_and_flags()
    if fields.u32() < 1:
        return None, 0.0
    length = fields.u64() if version else fields.u32()
    start = fields.take(">q" if version else ">i")
    return (start, length / movie_scale) if start >= 0 else (None, 0.0)
