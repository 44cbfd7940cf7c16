from __future__ import annotations

import pytest

from player.errors import CryptoError
from player.streaming.recent.seal import LABEL, Owner, Seal

KEY = bytes(range(32))
DATA = bytes(range(251)) * 3


def test_what_was_sealed_opens_and_never_looks_the_same() -> None:
    seal = Seal(KEY)
    first, second = seal.seal(b"a", DATA), seal.seal(b"a", DATA)
    assert first != second
    assert DATA[:16] not in first
    assert seal.open(b"a", first) == seal.open(b"a", second) == Seal(KEY).open(b"a", first) == DATA


def test_every_changed_byte_and_every_length_is_refused() -> None:
    seal = Seal(KEY)
    sealed = seal.seal(b"a", DATA[:300])
    for place in range(len(sealed)):
        for mask in (0x01, 0x80, 0xFF):
            changed = bytearray(sealed)
            changed[place] ^= mask
            with pytest.raises(CryptoError):
                seal.open(b"a", bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(CryptoError):
            seal.open(b"a", sealed[:length])
    with pytest.raises(CryptoError):
        seal.open(b"a", sealed + b"\x00")


def test_another_key_or_another_place_is_refused() -> None:
    sealed = Seal(KEY).seal(b"segment 4 of one", DATA)
    for seal, identity in ((Seal(KEY[::-1]), b"segment 4 of one"), (Seal(KEY), b"segment 5 of one")):
        with pytest.raises(CryptoError) as caught:
            seal.open(identity, sealed)
        assert caught.value.message == "a kept segment cannot be opened"


def test_names_tell_nothing_and_belong_to_a_key() -> None:
    seal = Seal(KEY)
    assert seal.name(b"song") == Seal(KEY).name(b"song") != seal.name(b"song ")
    assert seal.name(b"song") != Seal(KEY[::-1]).name(b"song")
    assert b"song" not in seal.name(b"song")
    assert seal.owner_tag == Seal(KEY).owner_tag != Seal(KEY[::-1]).owner_tag
    assert LABEL == b"segue recent v1"


def test_a_key_is_not_printed() -> None:
    assert "\\x01" not in repr(Owner(KEY, is_kept=True))
