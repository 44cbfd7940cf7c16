"""Signs licences, right ones and forged ones: every part of a token can be another. Shares no code with `player/` or
`server/`."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

NOW = 1_800_000_000
DAY = 86_400


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def spelled(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Key:
    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.x = b64(self.private.public_key().public_bytes_raw())
        self.kid = b64(hashlib.sha256(spelled({"crv": "Ed25519", "kty": "OKP", "x": self.x})).digest())

    @property
    def jwk(self) -> dict[str, str]:
        return {"crv": "Ed25519", "kid": self.kid, "kty": "OKP", "x": self.x}

    def token(self, payload: bytes, typ: str, *, header: bytes | None = None) -> str:
        header = spelled({"alg": "EdDSA", "kid": self.kid, "typ": typ}) if header is None else header
        signed = f"{b64(header)}.{b64(payload)}"
        return f"{signed}.{b64(self.private.sign(signed.encode()))}"


class Issuer:
    """One device's licences."""

    def __init__(self) -> None:
        self.root, self.key = Key(), Key()
        self.device = X25519PrivateKey.generate()
        self.lease_key, self.content_key = os.urandom(32), os.urandom(32)

    def keyset(self, *keys: Key, seq: int = 5, **other: Any) -> str:
        listed = [key.jwk for key in keys or (self.key,)]
        return self.root.token(spelled({"iat": NOW, "seq": seq, "keys": listed} | other), "segue-keyset+jwt")

    def lease_fields(self, **other: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "acc": "account-1",
            "did": "device-1",
            "tier": "premium",
            "region": "NL",
            "iat": NOW,
            "nbf": NOW - 600,
            "exp": NOW + 30 * DAY,
            "seq": 7,
            "max_items": 10_000,
            "max_devices": 5,
            "server_time": NOW,
        }
        fields |= other
        return fields | {"lk": b64(sealed(self.device.public_key(), self.lease_key, spelled(fields)))}

    def lease(self, **other: Any) -> str:
        return self.key.token(spelled(self.lease_fields(**other)), "segue-lease+jwt")

    def leaf_fields(self, **other: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "gid": "leaf-1",
            "song": "song-1",
            "rendition": "320",
            "did": "device-1",
            "sha256": "ab" * 32,
            "length": 9_600_000,
        }
        fields |= other
        nonce = os.urandom(12)
        wrapped = AESGCM(self.lease_key).encrypt(nonce, self.content_key, b"segue leaf v1" + spelled(fields))
        return fields | {"ck": b64(nonce + wrapped)}

    def leaf(self, **other: Any) -> str:
        return self.key.token(spelled(self.leaf_fields(**other)), "segue-leaf+jwt")

    def time(self, nonce: str = "n" * 20, server_time: Any = NOW) -> str:
        return self.key.token(spelled({"nonce": nonce, "server_time": server_time}), "segue-time+jwt")


def sealed(recipient: X25519PublicKey, plain: bytes, aad: bytes, info: bytes = b"segue lease key v1") -> bytes:
    """HPKE base mode by the library's HKDF, where the code under test writes HMACs out."""
    ephemeral = X25519PrivateKey.generate()
    enc = ephemeral.public_key().public_bytes_raw()
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    secret = _expand(
        kem,
        _extract(kem, b"", b"eae_prk", ephemeral.exchange(recipient)),
        b"shared_secret",
        enc + recipient.public_bytes_raw(),
        32,
    )
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    scheduled = _extract(suite, secret, b"secret", b"")
    key, nonce = (_expand(suite, scheduled, label, context, n) for label, n in ((b"key", 32), (b"base_nonce", 12)))
    return enc + AESGCM(key).encrypt(nonce, plain, aad)


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return HKDF.extract(SHA256(), salt or None, b"HPKE-v1" + suite + label + ikm)


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    whole = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(SHA256(), length, whole).derive(prk)
