from __future__ import annotations

import itertools
import random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.errors import Damaged
from player.network.pieces import HEADER, PieceCheck, Pieces, check_whole, read_pieces
from server.streaming.pieces import PIECE_BYTES, pieces
from tests.unit.player.network.test_exchange import ask

BODY = random.Random(1).randbytes(5 * PIECE_BYTES + 300)


def sums(body: bytes = BODY) -> Pieces:
    found = read_pieces(pieces(body))
    assert found is not None
    return found


def passed(check: PieceCheck, chunks: list[bytes]) -> tuple[bytes, bool]:
    """What came through, and whether it ended in damage."""
    through = b""
    try:
        for chunk in chunks:
            through += check.feed(chunk)
        check.end()
    except Damaged:
        return through, True
    return through, False


def cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[begin:end] for begin, end in itertools.pairwise(edges)]


@given(st.lists(st.integers(0, 10**6), max_size=8), st.integers(0, 5))
def test_right_bytes_pass_however_they_arrive_and_wherever_they_go_on(places: list[int], number: int) -> None:
    start = number * PIECE_BYTES
    assert passed(PieceCheck(sums(), start), cut(BODY[start:], places)) == (BODY[start:], False)


@given(st.lists(st.integers(0, 10**6), max_size=8), st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_nothing_wrong_passes_and_everything_before_it_does(places: list[int], at: int, flip: int) -> None:
    wrong = bytearray(BODY)
    wrong[at] ^= flip
    through, is_damaged = passed(PieceCheck(sums(), 0), cut(bytes(wrong), places))
    assert through == BODY[: at // PIECE_BYTES * PIECE_BYTES]
    assert is_damaged


def test_what_broke_off_ends_at_the_last_whole_piece() -> None:
    assert passed(PieceCheck(sums(), 0), [BODY[:2500]]) == (BODY[:2048], False)


def test_what_comes_behind_the_end_is_dropped() -> None:
    for whole in (BODY, BODY[: 5 * PIECE_BYTES]):
        assert passed(PieceCheck(sums(whole), 0), [whole, b"more"]) == (whole, False)
        assert passed(PieceCheck(sums(whole), 0), [whole + bytes(3000)]) == (whole, False)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "length=4, size=1024",
        "length=4, size=0, crc-32=:AAAAAA==:",
        "length=4, size=99999999, crc-32=:AAAAAA==:",
        "length=4, size=1024, crc-32=:AAA:",
        "length=2000, size=1024, crc-32=:AAAAAA==:",
    ],
)
def test_a_header_that_cannot_be_read_checks_nothing(header: str | None) -> None:
    assert read_pieces(header) is None
    check_whole(header, b"anything")


def test_a_whole_answer_is_checked() -> None:
    headers = {HEADER: pieces(BODY)}
    assert ask(httpx.Response(200, content=BODY, headers=headers), limit_bytes=10_000).body == BODY
    for wrong in (BODY[:-1], BODY + b"x", b"", BODY[:1024], bytes(len(BODY))):
        with pytest.raises(Damaged):
            ask(httpx.Response(200, content=wrong, headers=headers), limit_bytes=10_000)
    assert ask(httpx.Response(404, content=b"", headers=headers)).status == 404
