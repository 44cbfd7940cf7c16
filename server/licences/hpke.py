"""HPKE (RFC 9180), sealing only, in the one suite that leases use: base mode, DHKEM(X25519, HKDF-SHA256),
HKDF-SHA256, AES-256-GCM, one message a context. Pure; called by `lease.py`.

Property: who holds the X25519 private key, and nobody else, opens the message, and only with the same `info` and
`aad`. It does not say who sealed it: the lease is signed for that.
Layout: enc (32 bytes, the ephemeral public key), then the ciphertext with its tag of 16.

`cryptography` has HPKE since 47, but not the associated data that binds the key to its lease; its implementation is
what ours is tested against, besides the vectors that RFC 9180's authors publish.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

ENC_BYTES = 32
TAG_BYTES = 16
_KEM = b"KEM" + (0x0020).to_bytes(2, "big")
_SUITE = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0020, 0x0001, 0x0002))
_BASE_MODE = b"\x00"
_SHARED_SECRET_BYTES = _KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(recipient: X25519PublicKey, plaintext: bytes, *, info: bytes, aad: bytes) -> bytes:
    """ValueError where `recipient` is a point of low order."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return seal_with(X25519PrivateKey.generate(), recipient, plaintext, info=info, aad=aad)


def seal_with(
    ephemeral: X25519PrivateKey, recipient: X25519PublicKey, plaintext: bytes, *, info: bytes, aad: bytes
) -> bytes:
    """`seal` with a given ephemeral key, for the vectors. A key used here twice gives key and nonce away."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    enc = ephemeral.public_key().public_bytes_raw()
    shared_secret = _extract_and_expand(ephemeral.exchange(recipient), enc + recipient.public_bytes_raw())
    key, nonce = _key_schedule(shared_secret, info)
    # the context seals one message, so the base nonce is the nonce (RFC 9180, 5.2: sequence number 0)
    return enc + AESGCM(key).encrypt(nonce, plaintext, aad)


def _extract_and_expand(agreed: bytes, kem_context: bytes) -> bytes:
    """RFC 9180, 4.1."""
    secret = _labeled_extract(_KEM, b"", b"eae_prk", agreed)
    return _labeled_expand(_KEM, secret, b"shared_secret", kem_context, _SHARED_SECRET_BYTES)


def _key_schedule(shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce (RFC 9180, 5.1)."""
    psk_id_hash = _labeled_extract(_SUITE, b"", b"psk_id_hash", b"")
    context = _BASE_MODE + psk_id_hash + _labeled_extract(_SUITE, b"", b"info_hash", info)
    secret = _labeled_extract(_SUITE, shared_secret, b"secret", b"")
    key = _labeled_expand(_SUITE, secret, b"key", context, _KEY_BYTES)
    return key, _labeled_expand(_SUITE, secret, b"base_nonce", context, _NONCE_BYTES)


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    # HKDF-Extract (RFC 5869, 2.2) is HMAC under the salt; HMAC pads an empty one with zeros
    return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def _labeled_expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # one block of HKDF-Expand (RFC 5869, 2.3): nothing here is longer than a SHA-256
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labeled + b"\x01", hashlib.sha256)[:length]
