"""Keys of one device and account, rows that cannot be edited, and the kept time."""

from __future__ import annotations

import hmac
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from player.account.device_key import derived
from player.errors import CryptoError
from player.offline import time_state
from player.offline.keys import OfflineKeys, RowMac
from player.offline.trusted_time import Base, TimeState, joined

DEVICE_KEY = bytes(range(32))
SONG = {"song": "s1", "rendition": "320"}


def _hkdf(key: bytes, info: bytes) -> bytes:
    """RFC 5869 written out: extract with no salt, one block of expand."""
    return hmac.digest(hmac.digest(bytes(32), key, "sha256"), info + b"\x01", "sha256")


def test_keys_are_derived_by_rfc_5869_under_labels_of_their_own() -> None:
    keys = OfflineKeys(DEVICE_KEY)
    assert keys.agreement.private_bytes_raw() == _hkdf(DEVICE_KEY, b"segue offline v1\0agreement")
    assert keys.signing.private_bytes_raw() == _hkdf(DEVICE_KEY, b"segue offline v1\0signing")
    row = RowMac(_hkdf(DEVICE_KEY, b"segue offline v1\0rows")).written("kind", {"a": 1})
    assert keys.rows.read("kind", row) == {"a": 1}


def test_another_account_or_computer_has_other_keys() -> None:
    root, other = bytes(32), bytes(31) + b"\1"
    made = [OfflineKeys(derived(*key, "offline")) for key in ((root, "a"), (root, "b"), (other, "a"))]
    assert len({keys.agreement.private_bytes_raw() for keys in made}) == 3
    assert len({keys.signing.private_bytes_raw() for keys in made}) == 3
    again = OfflineKeys(derived(root, "a", "offline"))
    assert again.agreement.private_bytes_raw() == made[0].agreement.private_bytes_raw()
    peer = X25519PrivateKey.generate()
    assert again.agreement.exchange(peer.public_key()) == peer.exchange(made[0].agreement.public_key())


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_key_that_is_none(key: bytes) -> None:
    with pytest.raises(CryptoError):
        OfflineKeys(key)


def test_no_edited_row_is_read() -> None:
    rows = OfflineKeys(DEVICE_KEY).rows
    row, chance = rows.written("download", {"song": "ü", "bytes": 5}), random.Random(1)
    assert rows.read("download", row) == {"song": "ü", "bytes": 5}
    edited = [row[:at] + bytes([row[at] ^ 1 << chance.randrange(8)]) + row[at + 1 :] for at in range(len(row))]
    edited += [row[:length] for length in range(len(row))] + [row + b" ", b""]
    for other in edited:
        with pytest.raises(CryptoError):
            rows.read("download", other)
    with pytest.raises(CryptoError):
        rows.read("time", row)
    with pytest.raises(CryptoError):
        OfflineKeys(bytes(32)).rows.read("download", row)


def test_content_keys_open_for_their_song_only() -> None:
    content = OfflineKeys(DEVICE_KEY).content
    key, wrapped = content.made(SONG)
    assert content.opened(wrapped, SONG) == key
    assert len({content.made(SONG)[0] for _ in range(20)}) == 20
    for other, of in (
        (wrapped, SONG | {"song": "s2"}),
        (wrapped[:-1], SONG),
        (wrapped + b"\0", SONG),
        (b"", SONG),
        (bytes([wrapped[0] ^ 1]) + wrapped[1:], SONG),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), SONG),
    ):
        with pytest.raises(CryptoError):
            content.opened(other, of)
    with pytest.raises(CryptoError):
        OfflineKeys(bytes(32)).content.opened(wrapped, SONG)


STATE = TimeState(
    contact_s=1_800_000_000,
    mark_s=1_800_100_000,
    base=Base("0f6b7c3e-8a52-4f0e-9a51-0123456789ab", 86_400_000, 1_800_000_000, is_signed=True),
    boots=64,
    is_suspect=False,
)


@pytest.mark.parametrize("state", [STATE, TimeState(0, 0, None, 0, is_suspect=True)])
def test_the_kept_time_comes_back(state: TimeState) -> None:
    rows = OfflineKeys(DEVICE_KEY).rows
    row = time_state.written(state, rows)
    assert time_state.read(row, rows) == state
    text = time_state.as_text(row)
    assert len(text) < 600
    assert time_state.read(time_state.from_text(text), rows) == state


def test_an_edited_time_is_none_and_both_edited_are_suspect() -> None:
    rows = OfflineKeys(DEVICE_KEY).rows
    row = time_state.written(STATE, rows)
    forged = row.replace(b"1800100000", b"1700100000")
    assert forged != row
    for other in (None, b"", forged, rows.written("time", {"mark_s": 5}), rows.written("other", {})):
        assert time_state.read(other, rows) is None
    assert time_state.read(rows.written("time", {"base": {}, "mark_s": 5}), rows) is None
    assert time_state.read(time_state.from_text("not=ours"), rows) is None
    assert time_state.from_text(None) is None
    assert joined(time_state.read(forged, rows), time_state.read(row, rows)) == STATE
    assert joined(time_state.read(forged, rows), None).is_suspect
