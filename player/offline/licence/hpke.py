"""HPKE (RFC 9180), opening only, in the one suite of leases: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
AES-256-GCM, one message a context. Pure; used by `lease`.

Property: only the holder of the X25519 private key opens the message, and only with the same `info` and `aad`. It
does not say who sealed it: the lease is signed for that.
Layout: enc (32 bytes, the ephemeral public key) | ciphertext and 16 bytes tag.
`cryptography` has HPKE too (50), but without the associated data that binds the key to its lease.
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from player.errors import LicenceRefused

ENC_BYTES = 32
TAG_BYTES = 16
_KEM = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"
_BASE_MODE = b"\x00"
_KEY_BYTES = 32
_NONCE_BYTES = 12


def opened(recipient: X25519PrivateKey, sealed: bytes, *, info: bytes, aad: bytes) -> bytes:
    """LicenceRefused for what was not sealed to this key, or with other `info` or `aad`."""
    enc, ciphertext = sealed[:ENC_BYTES], sealed[ENC_BYTES:]
    if len(ciphertext) < TAG_BYTES:
        raise LicenceRefused("the sealed key does not open")
    try:
        # a point of low order gives zeros, which `exchange` refuses (RFC 9180, 7.1.4)
        agreed = recipient.exchange(X25519PublicKey.from_public_bytes(enc))
        key, base_nonce = _schedule(_shared_secret(agreed, enc + recipient.public_key().public_bytes_raw()), info)
        # one message a context: its nonce is the base nonce (RFC 9180, 5.2, sequence number 0)
        return AESGCM(key).decrypt(base_nonce, ciphertext, aad)
    except (InvalidTag, ValueError) as error:
        raise LicenceRefused("the sealed key does not open") from error


def _shared_secret(agreed: bytes, kem_context: bytes) -> bytes:
    """ExtractAndExpand (RFC 9180, 4.1)."""
    return _expand(_KEM, _extract(_KEM, b"", b"eae_prk", agreed), b"shared_secret", kem_context, _KEY_BYTES)


def _schedule(shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of base mode (RFC 9180, 5.1)."""
    context = _BASE_MODE + _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", info)
    secret = _extract(_SUITE, shared_secret, b"secret", b"")
    key = _expand(_SUITE, secret, b"key", context, _KEY_BYTES)
    return key, _expand(_SUITE, secret, b"base_nonce", context, _NONCE_BYTES)


def _extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + secret, "sha256")


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """One block of HKDF-Expand (RFC 5869, 2.3): nothing here is longer than a SHA-256."""
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\x01"
    return hmac.digest(secret, labeled, "sha256")[:length]
