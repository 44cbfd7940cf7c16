from __future__ import annotations

import asyncio
import base64
import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from player.account.device_root import ROOT_BYTES, SERVICE, DeviceRoots
from player.account.vault import LABEL, Vault
from player.errors import CryptoError, KeyringUnavailable
from tests.unit.player.account.keyrings import (
    INSTALLATION,
    KeyringInMemory,
    LockedKeyring,
    no_keyring,
    roots_in,
)

ROOT = bytes(range(32))


def test_hkdf_is_rfc_5869() -> None:
    """Test case 1 of the RFC, through the same call that the vault makes."""
    derived = HKDF(SHA256(), 42, bytes.fromhex("000102030405060708090a0b0c"), bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"))
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    assert derived.derive(b"\x0b" * 22).hex() == expected


def test_what_was_sealed_opens_and_never_looks_the_same() -> None:
    vault = Vault(ROOT, "me")
    first, second = vault.seal("token"), vault.seal("token")
    assert first != second
    assert b"token" not in first
    assert vault.open(first) == vault.open(second) == Vault(ROOT, "me").open(first) == "token"


def test_every_changed_byte_is_refused() -> None:
    vault = Vault(ROOT, "me")
    sealed = vault.seal("token")
    for place in range(len(sealed)):
        for mask in (0x01, 0x80, 0xFF):
            changed = bytearray(sealed)
            changed[place] ^= mask
            with pytest.raises(CryptoError):
                vault.open(bytes(changed))


def test_cut_short_or_another_key_or_account_is_refused() -> None:
    sealed = Vault(ROOT, "me").seal("token")
    for length in range(len(sealed)):
        with pytest.raises(CryptoError):
            Vault(ROOT, "me").open(sealed[:length])
    for other in (Vault(ROOT, "you"), Vault(ROOT[::-1], "me")):
        with pytest.raises(CryptoError) as caught:
            other.open(sealed)
        assert caught.value.message == "the kept sign-in cannot be opened"


def test_the_key_is_bound_to_its_label() -> None:
    assert LABEL == b"segue vault v1"


def test_the_root_is_made_once_and_found_again() -> None:
    keyring = KeyringInMemory()
    roots = roots_in(keyring)
    assert asyncio.run(roots.find("me")) is None
    assert keyring.writes == 0
    root = asyncio.run(roots.obtain("me"))
    assert len(root) == ROOT_BYTES
    assert asyncio.run(roots.obtain("me")) == asyncio.run(roots.find("me")) == root
    assert asyncio.run(roots.obtain("you")) != root
    assert base64.b64decode(keyring.items[SERVICE, f"{INSTALLATION}/me"]) == root


def test_an_item_that_is_not_ours_counts_as_none() -> None:
    keyring = KeyringInMemory()
    for text in ("not base64!", base64.b64encode(b"short").decode()):
        keyring.items[SERVICE, f"{INSTALLATION}/me"] = text
        assert asyncio.run(roots_in(keyring).find("me")) is None


def test_erasing_twice_is_well() -> None:
    keyring = KeyringInMemory()
    roots = roots_in(keyring)
    asyncio.run(roots.obtain("me"))
    asyncio.run(roots.erase("me"))
    asyncio.run(roots.erase("me"))
    assert keyring.items == {}


def test_a_locked_keyring_does_not_hold_us_and_is_not_asked_again() -> None:
    keyring = LockedKeyring()
    roots = roots_in(keyring, limit_s=0.05)
    before = time.monotonic()
    for _ in range(3):
        with pytest.raises(KeyringUnavailable):
            asyncio.run(roots.find("me"))
    assert time.monotonic() - before < 10  # the keyring itself waits 30 s
    assert keyring.asked == 1
    keyring.unlock.set()


def test_no_keyring_is_said_without_its_details() -> None:
    with pytest.raises(KeyringUnavailable) as caught:
        asyncio.run(DeviceRoots(INSTALLATION, connect=no_keyring).obtain("me"))
    assert "/run/" not in caught.value.message
