"""Writes CMAF (fragmented MP4, ISO/IEC 14496-12 and 23000-19) for one AAC-LC track: the init segment and media
segments. Pure: values in, bytes out. The packager calls it.

Every fragment stands alone (default-base-is-moof), so a player may lay segments of different renditions behind one
init: the sample description is the same for all of them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from server.streaming.ladder import FRAME_SAMPLES, PRIMING_SAMPLES, Timeline

_TRACK_ID = 1
_MOVIE_TIMESCALE = 1000
_RATE_INDEX = {96_000: 0, 88_200: 1, 64_000: 2, 48_000: 3, 44_100: 4, 32_000: 5, 24_000: 6, 22_050: 7}
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

_SYNC_SAMPLE = 0x02000000  # depends on no other sample
_TFHD_DEFAULTS = 0x020008 | 0x20  # default-base-is-moof, default duration, default flags
_TRUN_DATA_OFFSET, _TRUN_DURATIONS, _TRUN_SIZES = 0x1, 0x100, 0x200


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def audio_specific_config(rate: int, channels: int) -> bytes:
    """ISO/IEC 14496-3, 1.6.2.1: AAC-LC, 1024 samples a frame."""
    return struct.pack(">H", 2 << 11 | _RATE_INDEX[rate] << 7 | channels << 3)


def init_segment(timeline: Timeline, channels: int) -> bytes:
    """ftyp and moov. The edit list skips the priming and gives the true length."""
    brands = b"iso6" + struct.pack(">I", 1) + b"iso6cmfcmp41"
    return box(b"ftyp", brands) + box(b"moov", _mvhd(timeline), _trak(timeline, channels), _mvex(timeline))


def _movie_duration(timeline: Timeline) -> int:
    return round(timeline.sample_count * _MOVIE_TIMESCALE / timeline.rate)


def _mvhd(timeline: Timeline) -> bytes:
    times = struct.pack(">IIII", 0, 0, _MOVIE_TIMESCALE, _movie_duration(timeline))
    rate_and_volume = struct.pack(">IH10x", 0x10000, 0x100)
    return _full(b"mvhd", 0, 0, times, rate_and_volume, _MATRIX, bytes(24), struct.pack(">I", _TRACK_ID + 1))


def _mvex(timeline: Timeline) -> bytes:
    mehd = _full(b"mehd", 1, 0, struct.pack(">Q", _movie_duration(timeline)))
    trex = _full(b"trex", 0, 0, struct.pack(">5I", _TRACK_ID, 1, FRAME_SAMPLES, 0, _SYNC_SAMPLE))
    return box(b"mvex", mehd, trex)


def _trak(timeline: Timeline, channels: int) -> bytes:
    enabled_in_movie = 3
    tkhd = _full(
        b"tkhd",
        0,
        enabled_in_movie,
        struct.pack(">IIIII8xHHHH", 0, 0, _TRACK_ID, 0, _movie_duration(timeline), 0, 0, 0x100, 0),
        _MATRIX,
        struct.pack(">II", 0, 0),
    )
    # the edit's length is in the movie's timescale: 1/1000 s; a player that wants samples reads the playlist's tag
    elst = _full(b"elst", 1, 0, struct.pack(">IQqHH", 1, _movie_duration(timeline), PRIMING_SAMPLES, 1, 0))
    mdhd = _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timeline.rate, 0, 0x55C4, 0))
    hdlr = _full(b"hdlr", 0, 0, bytes(4), b"soun", bytes(12), b"Segue\0")
    return box(b"trak", tkhd, box(b"edts", elst), box(b"mdia", mdhd, hdlr, _minf(timeline.rate, channels)))


def _minf(rate: int, channels: int) -> bytes:
    smhd = _full(b"smhd", 0, 0, bytes(4))
    dinf = box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1)))
    empty = struct.pack(">I", 0)
    stbl = box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1), _mp4a(rate, channels)),
        _full(b"stts", 0, 0, empty),
        _full(b"stsc", 0, 0, empty),
        _full(b"stsz", 0, 0, struct.pack(">II", 0, 0)),
        _full(b"stco", 0, 0, empty),
    )
    return box(b"minf", smhd, dinf, stbl)


def _mp4a(rate: int, channels: int) -> bytes:
    entry = struct.pack(">6xH8xHHHHI", 1, channels, 16, 0, 0, rate << 16)
    specific = _descriptor(5, audio_specific_config(rate, channels))
    mpeg4_audio, audio_stream = 0x40, 0x15
    decoder = _descriptor(4, struct.pack(">BBBHII", mpeg4_audio, audio_stream, 0, 0, 0, 0), specific)
    elementary = _descriptor(3, struct.pack(">HB", _TRACK_ID, 0), decoder, _descriptor(6, b"\x02"))
    return box(b"mp4a", entry, _full(b"esds", 0, 0, elementary))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">BB", tag, len(body)) + body


def media_segment(timeline: Timeline, index: int, frames: Sequence[bytes]) -> bytes:
    """styp, moof and mdat. The song's last frame is given the duration that is left, not 1,024, so that the track
    ends where the song does."""
    span = timeline.frames_of(index)
    if len(frames) != len(span):
        raise ValueError(f"segment {index} holds {len(span)} frames, {len(frames)} were given")
    last_duration = timeline.samples_of(index) - (len(frames) - 1) * FRAME_SAMPLES
    styp = box(b"styp", b"cmfs", struct.pack(">I", 0), b"iso6cmfs")
    # the data offset counts from the start of the moof, whose size does not depend on it
    size = len(_moof(timeline, index, frames, last_duration, 0))
    return styp + _moof(timeline, index, frames, last_duration, size + 8) + box(b"mdat", *frames)


def _moof(timeline: Timeline, index: int, frames: Sequence[bytes], last_duration: int, data_offset: int) -> bytes:
    mfhd = _full(b"mfhd", 0, 0, struct.pack(">I", index + 1))
    tfhd = _full(b"tfhd", 0, _TFHD_DEFAULTS, struct.pack(">III", _TRACK_ID, FRAME_SAMPLES, _SYNC_SAMPLE))
    tfdt = _full(b"tfdt", 1, 0, struct.pack(">Q", timeline.start_of(index)))
    sizes = [len(frame) for frame in frames]
    head = struct.pack(">Ii", len(frames), data_offset)
    if last_duration == FRAME_SAMPLES:
        trun = _full(b"trun", 0, _TRUN_DATA_OFFSET | _TRUN_SIZES, head, struct.pack(f">{len(sizes)}I", *sizes))
    else:
        durations = [FRAME_SAMPLES] * (len(frames) - 1) + [last_duration]
        entries = [value for pair in zip(durations, sizes, strict=True) for value in pair]
        flags = _TRUN_DATA_OFFSET | _TRUN_DURATIONS | _TRUN_SIZES
        trun = _full(b"trun", 0, flags, head, struct.pack(f">{len(entries)}I", *entries))
    return box(b"moof", mfhd, box(b"traf", tfhd, tfdt, trun))


def container_bytes(frame_count: int) -> int:
    """What the container adds to a segment of so many frames of full length."""
    fixed = 24 + 8 + 16 + 8 + 24 + 20 + 20 + 8
    return fixed + 4 * frame_count
