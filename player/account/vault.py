"""Seals the refresh token for the local database (OFFLINE.md, keys).

Property: without the device root of this (installation, account) a sealed token tells nothing but its length, and
any change of it, or its use for another account, is refused. AES-256-GCM (NIST SP 800-38D) under a key derived
from the root by HKDF-SHA256 (RFC 5869) with a label of its own.

Layout: 1 byte version (1) | 12 bytes nonce | ciphertext and 16 bytes tag. Associated data: label, 0, account.
Nonce: random 96 bits at every seal. A sign-in is sealed at most every ten minutes, so one key sees far fewer than
the 2^32 seals at which random nonces begin to matter.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from player.errors import CryptoError

LABEL = b"segue vault v1"
VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16


class Vault:
    def __init__(self, root: bytes, account: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL).derive(root)
        self._cipher = AESGCM(key)
        self._bound_to = LABEL + b"\x00" + account.encode()

    def seal(self, secret: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, secret.encode(), self._bound_to)

    def open(self, sealed: bytes) -> str:
        """CryptoError for anything this vault did not seal."""
        head = len(VERSION) + NONCE_BYTES
        if sealed[:1] != VERSION or len(sealed) < head + TAG_BYTES:
            raise CryptoError("the kept sign-in cannot be opened")
        try:
            return self._cipher.decrypt(sealed[1:head], sealed[head:], self._bound_to).decode()
        except (InvalidTag, UnicodeDecodeError) as error:
            raise CryptoError("the kept sign-in cannot be opened") from error
