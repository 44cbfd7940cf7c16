"""Random access, and every kind of edited file: nothing is accepted, nothing wrong is ever given out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from player.errors import ContainerDamaged, StorageUnusable
from player.offline.canonical import base64url
from player.offline.container import page
from player.offline.container.chunked import CHUNK_BYTES, PREFIX_BYTES, SEALED_CHUNK_BYTES
from player.offline.container.page import PAGE_BYTES, TooLong
from player.offline.container.reader import ContainerReader
from tests.support.failing_disk import MemoryDisk
from tests.unit.player.offline.container.conftest import FINAL, KEY, Kept, header_of, keep, song

CHUNKS_AT = PAGE_BYTES + PREFIX_BYTES


def opened(kept: Kept, key: bytes = KEY) -> ContainerReader:
    return ContainerReader.open(kept.disk, FINAL, key)


def whole(data: bytes | bytearray, key: bytes = KEY) -> bytes:
    disk = MemoryDisk()
    disk.files[FINAL] = bytearray(data)
    reader = ContainerReader.open(disk, FINAL, key)
    return reader.read(0, reader.header.length)


@pytest.mark.parametrize("length", [0, 1, 16_383, 16_384, 16_385, 65_536, 1_048_576, 1_060_000, 2_200_000])
def test_any_place_of_any_length(length: int) -> None:
    kept = keep(song(length))
    reader, places = opened(kept), random.Random(length)
    reader.check()
    assert reader.read(0, length) == kept.asset
    assert reader.read(0, length + 10) == kept.asset
    assert reader.read(length, 10) == b""
    for _ in range(60):
        offset, count = places.randrange(length + 1), places.choice([0, 1, 100, 16_384, 40_000, 1_200_000])
        assert reader.read(offset, count) == kept.asset[offset : offset + count]


def test_segments_are_where_the_index_says(kept: Kept) -> None:
    reader = opened(kept)
    assert reader.header == kept.header
    assert b"".join(reader.segment(number) for number in range(len(kept.header.lengths))) == kept.asset
    assert reader.segment(0) == kept.asset[:700]
    with pytest.raises(IndexError):
        reader.segment(len(kept.header.lengths))


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_byte_of_page_and_commitment(kept: Kept, mask: int) -> None:
    """4,152 bytes by three masks: none opens."""
    data, accepted = bytearray(kept.data), 0
    for place in range(CHUNKS_AT):
        data[place] ^= mask
        try:
            whole(data)
            accepted += 1
        except ContainerDamaged:
            pass
        data[place] ^= mask
    assert accepted == 0
    assert whole(data) == kept.asset


def _flips(kept: Kept, count: int) -> None:
    places = random.Random(3)
    for _ in range(count):
        data = kept.data.copy()
        data[places.randrange(CHUNKS_AT, len(data))] ^= 1 << places.randrange(8)
        with pytest.raises(ContainerDamaged):
            whole(data)


def test_flipped_bits_of_the_body(kept: Kept) -> None:
    _flips(kept, 1500)


@pytest.mark.soak
def test_twenty_thousand_flipped_bits(kept: Kept) -> None:
    _flips(kept, 20_000)


def test_a_bad_chunk_spoils_its_own_bytes_only(kept: Kept) -> None:
    kept.data[CHUNKS_AT + 2 * SEALED_CHUNK_BYTES + 5] ^= 1
    reader = opened(kept)
    assert reader.read(0, 2 * CHUNK_BYTES) == kept.asset[: 2 * CHUNK_BYTES]
    assert reader.read(3 * CHUNK_BYTES, 100_000) == kept.asset[3 * CHUNK_BYTES :]
    for offset, length in ((2 * CHUNK_BYTES, 1), (0, 100_000), (3 * CHUNK_BYTES - 1, 2)):
        with pytest.raises(ContainerDamaged):
            reader.read(offset, length)
    with pytest.raises(ContainerDamaged):
        reader.check()


def test_every_truncation_and_extension(kept: Kept) -> None:
    size = len(kept.data)
    lengths = {0, 1, PAGE_BYTES, CHUNKS_AT, *range(size - 40, size), *range(0, size, 997)}
    lengths |= {CHUNKS_AT + number * SEALED_CHUNK_BYTES + extra for number in range(7) for extra in (-1, 0, 1, 16)}
    for length in lengths - {size}:
        if length < size:
            with pytest.raises(ContainerDamaged):
                whole(kept.data[:length])
    for extra in (1, 15, 16, 17, SEALED_CHUNK_BYTES):
        with pytest.raises(ContainerDamaged):
            whole(kept.data + bytes(extra))


def _chunk(number: int) -> slice:
    return slice(CHUNKS_AT + number * SEALED_CHUNK_BYTES, CHUNKS_AT + (number + 1) * SEALED_CHUNK_BYTES)


def test_chunks_swapped_dropped_doubled_and_spliced(kept: Kept) -> None:
    other = keep(song(100_000, seed=2), gid="g2").data
    again = keep(kept.asset).data
    swapped, dropped, doubled = kept.data.copy(), kept.data.copy(), kept.data.copy()
    swapped[_chunk(1)], swapped[_chunk(2)] = swapped[_chunk(2)], swapped[_chunk(1)]
    del dropped[_chunk(1)]
    doubled[_chunk(2)] = doubled[_chunk(1)]
    edited = [swapped, dropped, doubled]
    for strange in (other, again):  # the same key, another song; the same song, another attempt
        edited += [kept.data[:at] + strange[at:] for at in (PAGE_BYTES, CHUNKS_AT, CHUNKS_AT + SEALED_CHUNK_BYTES)]
        one = kept.data.copy()
        one[_chunk(3)] = strange[_chunk(3)]
        edited.append(one)
    assert len(edited) == 11
    for data in edited[:7] + edited[8:]:
        with pytest.raises(ContainerDamaged):
            whole(data)
    # the page alone of the same song: it is the same page
    assert whole(kept.data[:PAGE_BYTES] + again[PAGE_BYTES:]) == kept.asset


def test_another_key_opens_nothing(kept: Kept) -> None:
    for key in (bytes(32), KEY[:-1] + b"\0", KEY[:31], b""):
        with pytest.raises(ContainerDamaged):
            opened(kept, key)


def test_a_file_replaced_while_it_is_open(kept: Kept) -> None:
    reader = opened(kept)
    del kept.data[CHUNKS_AT + SEALED_CHUNK_BYTES :]
    with pytest.raises(ContainerDamaged):
        reader.read(0, 100_000)


def test_no_file() -> None:
    with pytest.raises(StorageUnusable):
        ContainerReader.open(MemoryDisk(), FINAL, KEY)


# ---- the page


def test_only_one_spelling_of_a_page_is_read() -> None:
    header = header_of(song(50_000))
    right = page.written(header)
    assert len(right) == PAGE_BYTES
    assert page.read(right) == header
    text = right[10:].rstrip(b"\0")
    spelled = [
        text.replace(b'":"', b'": "', 1),
        text.replace(b'"gid"', b'"g\\u0069d"'),
        text.replace(b'"length":50000', b'"length":50000.0'),
        text.replace(b'"length":50000', b'"length":true'),
        text.replace(b'"length":50000', b'"length":-1'),
        text.replace(b'"gid":"g1"', b'"gid":1'),
        text.replace(b'"gid":"g1",', b""),
        text.replace(b'"gid":"g1"', b'"gid":"g1","gid":"g1"'),
        text[:-1] + b',"z":1}',
        text.replace(b'"index":"', b'"index":"A'),
        text.replace(b'"index":"', b'"index":"gICA'),
        b"[" * 3000,
        b"[]",
        b"",
        b"\xff",
    ]
    for other in spelled:
        assert other != text
        with pytest.raises(ContainerDamaged):
            page.read((right[:8] + len(other).to_bytes(2, "big") + other).ljust(PAGE_BYTES, b"\0"))
    for edited in (right[:-1] + b"x", right[:-1], b"X" + right[1:], right[:8] + b"\xff\xff" + right[10:]):
        with pytest.raises(ContainerDamaged):
            page.read(edited)


def test_an_hour_and_a_half_fits_a_page_and_five_hours_are_refused() -> None:
    lengths = random.Random(5)
    many = tuple(160_000 + lengths.randint(-4000, 4000) for _ in range(90 * 15))
    long = replace(header_of(b""), gid="g" * 36, did="d" * 36, acc="a" * 36, lengths=many, length=sum(many))
    assert page.read(page.written(long)).lengths == many
    with pytest.raises(TooLong):
        page.written(replace(long, lengths=many * 4, length=4 * sum(many)))


@pytest.mark.parametrize("lengths", [(), (1,), (50_000, 1, -1), (-1, 50_001)])
def test_a_header_that_contradicts_itself_is_not_written(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="as long as"):
        page.written(replace(header_of(song(50_000)), lengths=lengths))


def test_an_index_that_is_no_index() -> None:
    for packed in (b"\x80", b"\x01\xff", b"\xff" * 2000):
        right = page.written(header_of(b"x"))
        text = right[10:].rstrip(b"\0")
        start = text.index(b'"index":"') + 9
        other = text[:start] + base64url(packed).encode() + text[text.index(b'"', start) :]
        with pytest.raises(ContainerDamaged):
            page.read((right[:8] + len(other).to_bytes(2, "big") + other).ljust(PAGE_BYTES, b"\0"))
