"""The keys of this computer's downloads for one account, all from one key that `player.account` derives from the
device root (`SegueAccounts.device_key("offline")`); the root itself stays there. Pure; made at sign-in, used by the
licence store, by renewal (signing) and by the vault.

HKDF-SHA256 (RFC 5869), one label for each purpose, so that what one key does tells nothing of another:
X25519 opens leases; Ed25519 signs the device's requests; AES-256-GCM wraps the content keys of songs that come
without licences (a listener's own server); HMAC-SHA256 marks rows of the database, so that an edited one is noticed.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from player.errors import CryptoError
from player.offline.canonical import canonical, read_object

LABEL = b"segue offline v1"
KEY_BYTES = 32
MAC_BYTES = 32
_NONCE_BYTES = 12
_WRAPPED_BYTES = _NONCE_BYTES + KEY_BYTES + 16


class OfflineKeys:
    """`agreement` and `signing` are registered with the licence server (docs/api.md, Devices and licences)."""

    def __init__(self, device_key: bytes) -> None:
        if len(device_key) != KEY_BYTES:
            raise CryptoError("the keys of the downloads cannot be made")
        self.agreement = X25519PrivateKey.from_private_bytes(_derived(device_key, b"agreement"))
        self.signing = Ed25519PrivateKey.from_private_bytes(_derived(device_key, b"signing"))
        self.rows = RowMac(_derived(device_key, b"rows"))
        self.content = ContentKeys(_derived(device_key, b"content keys"))


class RowMac:
    """Property: a row reads only as it was written, and only as what it was written as. It does not stop an older row
    from being put back in place of a newer one: `trusted_time` and `seq` are for that.

    Layout: 32 bytes HMAC-SHA256 of label, 0, kind, 0, JSON | canonical JSON.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def written(self, kind: str, fields: Mapping[str, Any]) -> bytes:
        text = canonical(fields)
        return self._mac(kind, text) + text

    def read(self, kind: str, row: bytes) -> dict[str, Any]:
        """CryptoError for all but what `written` gave for this kind."""
        mac, text = row[:MAC_BYTES], row[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(kind, text)):
            raise CryptoError("a row of the downloads was changed")
        try:
            return read_object(text)
        except ValueError as error:
            raise CryptoError("a row of the downloads was changed") from error

    def _mac(self, kind: str, text: bytes) -> bytes:
        return hmac.digest(self._key, b"\x00".join((LABEL, kind.encode(), text)), "sha256")


class ContentKeys:
    """Wraps the content keys of songs without licences: a random one for each, bound to what it is of.

    Layout: 12 bytes nonce | 32 bytes ciphertext and 16 bytes tag; AES-256-GCM, associated data label, 0, canonical
    JSON. Nonce: random 96 bits; one for each song ever downloaded, far fewer than the 2^32 of NIST SP 800-38D (8.3).
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def made(self, of: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """A new content key, and the same wrapped."""
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
        return key, nonce + self._cipher.encrypt(nonce, key, _bound(of))

    def opened(self, wrapped: bytes, of: Mapping[str, Any]) -> bytes:
        """CryptoError for all but what `made` gave for these fields."""
        if len(wrapped) != _WRAPPED_BYTES:
            raise CryptoError("the key of a downloaded song cannot be opened")
        try:
            return self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound(of))
        except InvalidTag as error:
            raise CryptoError("the key of a downloaded song cannot be opened") from error


def _bound(of: Mapping[str, Any]) -> bytes:
    return LABEL + b"\x00" + canonical(of)


def _derived(device_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=LABEL + b"\x00" + purpose).derive(device_key)
