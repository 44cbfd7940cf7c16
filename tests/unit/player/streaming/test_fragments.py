"""A segment passes whole and in order, or not at all; whatever is done to its bytes ends in ProtocolError."""

from __future__ import annotations

import random
import struct
from dataclasses import replace

import pytest

from player.errors import ProtocolError
from player.streaming.boxes import Fields, box, box_header, boxes, child, full_box
from player.streaming.fragments import Defaults, Expected, SegmentReader, read_moof
from tests.support.media_server import song

DEFAULTS = Defaults(1, 1024, 0)


def expected(index: int = 1, **changes: object) -> Expected:
    timeline = song(2, 9.7).timeline
    is_last = index == timeline.segment_count - 1
    return replace(
        Expected(timeline.start_of(index), timeline.samples_of(index), 1024 if is_last else 0, 400_000, DEFAULTS),
        **changes,  # type: ignore[arg-type]  # replace() takes the fields by name
    )


def segment(index: int = 1, rung: int = 1) -> bytes:
    return song(2, 9.7).segments[rung][index]


def read(data: bytes, wanted: Expected, step: int = 1 << 20) -> bytes:
    reader = SegmentReader(wanted)
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    reader.finish()
    return bytes(reader.passed)


@pytest.mark.parametrize("step", [1, 7, 1000, 1 << 20])
def test_only_moof_and_mdat_pass_however_the_bytes_arrive(step: int) -> None:
    passed = read(segment(), expected(), step)
    assert [inner.kind for inner in boxes(passed)] == [b"moof", b"mdat"]
    assert segment().endswith(passed)


def test_the_last_segment_may_trim_its_last_frame_or_not() -> None:
    read(segment(2), expected(2))
    whole = -(-song(2, 9.7).timeline.samples_of(2) // 1024) * 1024
    read(segment(2), expected(2, duration=whole))


def test_nothing_passes_before_the_moof_has_been_checked() -> None:
    reader = SegmentReader(expected(0))
    with pytest.raises(ProtocolError, match="begins at"):
        reader.feed(segment(1))
    assert reader.passed == b""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html>Please sign in to this network, it is free of charge</html>", "segment|box"),
        (bytes(5000), "size 0"),
        (segment()[:-1], "in part"),
        (segment()[:60], "in part"),
        (b"", "in part"),
        (segment()[24:] + segment()[24:], "begins at"),
        (segment()[segment().index(b"mdat") - 4 :], "without moof"),
        (segment().replace(b"mdat", b"free", 1), "segment|in part"),
        (struct.pack(">I4s", 1 << 30, b"styp"), "bytes in a segment"),
    ],
)
def test_what_is_wrong_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        read(data, expected())


def test_a_moof_in_place_of_its_mdat_is_refused() -> None:
    whole = read(segment(), expected())
    moof = whole[: box_header(whole, 0)[1]]
    with pytest.raises(ProtocolError, match="no mdat"):
        read(moof + moof, expected())


def test_sizes_that_disagree_are_refused() -> None:
    data = bytearray(segment())
    at = data.index(b"mdat") - 4
    struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + 1)
    with pytest.raises(ProtocolError, match="disagree"):
        read(bytes(data), expected())


def test_a_segment_too_long_or_too_large_is_refused() -> None:
    with pytest.raises(ProtocolError, match="samples"):
        read(segment(), expected(duration=1024))
    with pytest.raises(ProtocolError, match="BANDWIDTH"):
        read(segment(), expected(max_bytes=5_000))
    with pytest.raises(ProtocolError, match="does not end"):
        read(segment() + box(b"free", bytes(200_000)) * 10, expected(max_bytes=40_000))


def test_another_track_or_an_absolute_offset_is_refused() -> None:
    whole = read(segment(), expected())
    with pytest.raises(ProtocolError, match="another track"):
        read(segment(), expected(defaults=Defaults(2, 1024, 0)))
    moof = bytearray(whole[8 : box_header(whole, 0)[1]])
    at = moof.index(b"tfhd") + 4
    struct.pack_into(">I", moof, at, struct.unpack_from(">I", moof, at)[0] | 1)
    with pytest.raises(ProtocolError, match="cannot be moved"):
        read_moof(bytes(moof), DEFAULTS)


def test_moofs_of_other_writers_are_read() -> None:
    run = full_box(b"trun", 0, 0x1 | 0x4, struct.pack(">IiI", 3, 100, 0))
    tfhd = full_box(b"tfhd", 0, 0x20000 | 0x2 | 0x10, struct.pack(">III", 1, 1, 50))
    early = full_box(b"tfdt", 0, 0, struct.pack(">I", 2048))
    fragment = read_moof(box(b"traf", tfhd + early + run), DEFAULTS)
    assert (fragment.decode_time, fragment.duration, fragment.payload_bytes) == (2048, 3072, 150)
    other = full_box(b"tfhd", 0, 0x20000 | 0x2 | 0x10, struct.pack(">III", 1, 2, 50))
    for wrong, reason in (
        (box(b"traf", other + early + run), "description"),
        (box(b"traf", tfhd + early), "without sound"),
        (box(b"traf", tfhd + run), "tfdt"),
        (b"", "0 tracks"),
        (box(b"traf", tfhd + early + full_box(b"trun", 0, 0x200, struct.pack(">I", 1 << 31))), "longer than its box"),
    ):
        with pytest.raises(ProtocolError, match=reason):
            read_moof(wrong, DEFAULTS)


def test_no_damage_reaches_anything_but_protocol_error() -> None:
    rng = random.Random(7)
    sound = segment()
    table = sound.index(b"mdat")
    for _ in range(400):
        damaged = bytearray(sound)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(table + 4)] = rng.randrange(256)
        try:
            passed = read(bytes(damaged), expected(), 4096)
        except ProtocolError:
            continue
        assert passed[4:8] == b"moof"
        assert len(passed) <= 400_000


def test_boxes_are_bounded() -> None:
    assert child(box(b"aaaa", box(b"bbbb", b"x")), b"aaaa", b"bbbb") == b"x"
    for wrong in (b"\0\0\0", struct.pack(">I4s", 20, b"aaaa"), struct.pack(">I4s", 4, b"aaaa")):
        with pytest.raises(ProtocolError):
            list(boxes(wrong))
    with pytest.raises(ProtocolError, match="aaaa/cccc"):
        child(box(b"aaaa", b""), b"aaaa", b"cccc")
    with pytest.raises(ProtocolError, match="too early"):
        Fields(b"123").u32()
    with pytest.raises(ProtocolError, match="too early"):
        Fields(b"123").skip(4)
