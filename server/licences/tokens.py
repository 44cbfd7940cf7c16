"""Leases, leaves and time replies as they are signed (docs/api.md, Devices and licences). Pure but for randomness;
`licences.py` calls it after the decision is made.

From a device's secret come its lease key (LK) and the content key (CK) of each of its leaves, by HKDF-SHA256 (RFC
5869) under labels of their own. So a device keeps one LK as long as it is registered: a renewed lease opens every
leaf it ever got, and ten thousand songs are renewed by one lease. And a leaf asked for again holds the same CK
without the backend keeping any. Erasing the secret ends all of them at once.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from server.jws import base64url, canonical
from server.licences import hpke
from server.licences.signing_keys import Signer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

LEASE_TYPE, LEAF_TYPE, TIME_TYPE = "segue-lease+jwt", "segue-leaf+jwt", "segue-time+jwt"
LEASE_KEY_INFO = b"segue lease key v1"
LEAF_LABEL = b"segue leaf v1"
_LEASE_KEY_LABEL, _CONTENT_KEY_LABEL = b"segue device lease key v1", b"segue device content key v1\0"
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class LeaseFields:
    """All of a lease but its key. Times are whole UTC seconds."""

    acc: str
    did: str
    tier: str
    region: str
    iat: int
    nbf: int
    exp: int
    seq: int
    max_items: int
    max_devices: int
    server_time: int


@dataclass(frozen=True, slots=True)
class LeafFields:
    """All of a leaf but its key. `sha256` (hex) and `length` are of init and segments in order."""

    gid: str
    song: str
    rendition: str
    did: str
    sha256: str
    length: int


def lease(fields: LeaseFields, device_secret: bytes, recipient: X25519PublicKey, signer: Signer) -> str:
    payload: dict[str, Any] = asdict(fields)
    sealed = hpke.seal(recipient, _lease_key(device_secret), info=LEASE_KEY_INFO, aad=canonical(payload))
    return signer.sign(payload | {"lk": base64url(sealed)}, LEASE_TYPE)


def leaf(fields: LeafFields, device_secret: bytes, signer: Signer) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    payload: dict[str, Any] = asdict(fields)
    bound = canonical(payload)
    content_key = _derived(device_secret, _CONTENT_KEY_LABEL + bound)
    # random 96-bit nonces: a lease key wraps some ten thousands of content keys in its life, far below the 2^32 that
    # NIST SP 800-38D (8.3) allows
    nonce = secrets.token_bytes(_NONCE_BYTES)
    wrapped = nonce + AESGCM(_lease_key(device_secret)).encrypt(nonce, content_key, LEAF_LABEL + bound)
    return signer.sign(payload | {"ck": base64url(wrapped)}, LEAF_TYPE)


def time_reply(nonce: str, now: float, signer: Signer) -> str:
    return signer.sign({"nonce": nonce, "server_time": int(now)}, TIME_TYPE)


def _lease_key(device_secret: bytes) -> bytes:
    return _derived(device_secret, _LEASE_KEY_LABEL)


def _derived(device_secret: bytes, info: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(device_secret)
