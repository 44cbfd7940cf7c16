"""One spelling of bytes and of objects."""

from __future__ import annotations

import base64
import itertools
import random

import pytest

from player.offline.canonical import base64url, canonical, from_base64url, read_object

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_bytes_come_back_from_their_one_spelling() -> None:
    chance = random.Random(2)
    for length in range(200):
        data = chance.randbytes(length)
        assert base64url(data) == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        assert from_base64url(base64url(data)) == data


def test_every_ending_is_read_only_in_its_one_spelling() -> None:
    """All of one, two and three letters: read is what encodes to itself, and nothing else."""
    read = 0
    for count in (1, 2, 3):
        for letters in itertools.product(LETTERS, repeat=count):
            text = "".join(letters)
            try:
                assert base64url(from_base64url(text)) == text
                read += 1
            except ValueError:
                pass
    assert read == 256 + 65_536


@pytest.mark.parametrize("text", ["AA==", "AA\n", "A A", "+/AA", "é", "AAA\0", "=", "AAAAA"])
def test_no_other_letters(text: str) -> None:
    with pytest.raises(ValueError, match="canonical"):
        from_base64url(text)


def test_objects() -> None:
    assert canonical({"b": [1, True, None], "a": "ü"}) == '{"a":"ü","b":[1,true,null]}'.encode()
    assert read_object(b' {"a": 1} ') == {"a": 1}
    for data in (
        b"",
        b"[]",
        b"5",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b"\xff{}",
        b"[" * 5000,
        b"{}x",
    ):
        with pytest.raises(ValueError):
            read_object(data)
    with pytest.raises(ValueError, match="Out of range"):
        canonical({"a": float("nan")})
