"""Seals the entries of the recent-segment cache and hides their names. Used by `recent` in the runtime's pool.

Property: without the listener's key an entry tells its length and which entries are of one song, nothing else; and
an entry that was changed, cut, or put in the place of another is refused. AES-256-GCM (NIST SP 800-38D) with the
entry's identity (song, content, rendition, place) as associated data; names are HMAC-SHA256 of the identity. Both
keys are derived from the listener's by HKDF-SHA256 (RFC 5869), each with a label of its own.

Layout: 1 byte version (1) | 12 bytes nonce | ciphertext and 16 bytes tag.
Nonce: random 96 bits at every seal. A listener who streams day and night seals 2^23 segments a year, far fewer than
the 2^32 under one key at which random nonces begin to matter.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from player.errors import CryptoError

LABEL = b"segue recent v1"
VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose music is kept. `key` is of the place and the account together; `is_kept` says that the next start will
    have it again, without which there is no use in leaving anything on the disk."""

    key: bytes = field(repr=False)
    is_kept: bool


class Seal:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derived(key, b"segments"))
        self._names = _derived(key, b"names")

    @property
    def owner_tag(self) -> bytes:
        """Tells whether a store is of this key, and nothing of the key."""
        return self.name(b"owner")

    def name(self, identity: bytes) -> bytes:
        return hmac.digest(self._names, identity, "sha256")

    def seal(self, identity: bytes, data: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, data, _bound(identity))

    def open(self, identity: bytes, sealed: bytes) -> bytes:
        """CryptoError for anything that was not sealed by this key under this identity."""
        head = len(VERSION) + NONCE_BYTES
        if sealed[:1] != VERSION or len(sealed) < head + TAG_BYTES:
            raise CryptoError("a kept segment cannot be opened")
        try:
            return self._cipher.decrypt(sealed[1:head], sealed[head:], _bound(identity))
        except InvalidTag as error:
            raise CryptoError("a kept segment cannot be opened") from error


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL + b"\x00" + purpose).derive(key)


def _bound(identity: bytes) -> bytes:
    return LABEL + b"\x00" + identity
