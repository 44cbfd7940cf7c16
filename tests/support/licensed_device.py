"""A device as the licence server sees it: it registers, signs its requests and opens what it is given. Written from
docs/api.md with the primitives of `cryptography` alone; it shares no code with `server/` or `player/`, so that a test
with it tests the wire.

with backend.client() as client:
    device = LicensedDevice()
    device.register(client)
    lease = device.opened_lease(device.send(client, "POST", "/licences/lease", {}).json()["lease"])
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

API = "/api/v1"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(header: dict[str, Any], payload: dict[str, Any], key: Ed25519PrivateKey) -> str:
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}"
    return f"{text}.{b64(key.sign(text.encode()))}"


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload, not verified."""
    header, payload, _ = token.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


def verified(token: str, jwks: list[dict[str, str]], typ: str) -> dict[str, Any]:
    """The payload; InvalidSignature or KeyError where it is not of these keys."""
    header, payload = parts(token)
    assert header == {"alg": "EdDSA", "kid": header["kid"], "typ": typ}
    key = Ed25519PublicKey.from_public_bytes(unb64({jwk["kid"]: jwk["x"] for jwk in jwks}[header["kid"]]))
    text, _, signature = token.rpartition(".")
    key.verify(unb64(signature), text.encode())
    return payload


def digest(data: bytes) -> str:
    return b64(hashlib.sha256(data).digest())


def thumbprint(x: str) -> str:
    return digest(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode())


@dataclass
class LicensedDevice:
    installation: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    name: str = "Laptop"
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    agreement: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    id: str = ""

    @property
    def signing_key(self) -> str:
        return b64(self.signing.public_key().public_bytes_raw())

    @property
    def registration(self) -> dict[str, str]:
        return {
            "installation": self.installation,
            "name": self.name,
            "platform": "linux",
            "signing_key": self.signing_key,
            "agreement_key": b64(self.agreement.public_key().public_bytes_raw()),
        }

    # ---- asking

    def claims(self, method: str, path: str, body: bytes, token: str, *, jti: str | None = None) -> dict[str, Any]:
        return {
            "ath": digest(token.encode()),
            "body": digest(body),
            "htm": method,
            "htu": API + path,
            "iat": int(time.time()),
            "jti": jti or secrets.token_urlsafe(16),
        }

    def header(self) -> dict[str, Any]:
        return {"alg": "EdDSA", "kid": thumbprint(self.signing_key), "typ": "segue-proof+jwt"}

    def proof(self, claims: dict[str, Any]) -> str:
        return signed(self.header(), claims, self.signing)

    def send(
        self, client: httpx.Client, method: str, path: str, body: dict[str, Any] | None, *, jti: str | None = None
    ) -> httpx.Response:
        """A signed request of the client's account."""
        content = json.dumps(body).encode() if body is not None else b""
        token = client.headers["authorization"].partition(" ")[2]
        headers = {"Segue-Proof": self.proof(self.claims(method, path, content, token, jti=jti))}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return client.request(method, path, content=content, headers=headers)

    def register(self, client: httpx.Client, *, jti: str | None = None) -> httpx.Response:
        answer = self.send(client, "POST", "/me/devices", self.registration, jti=jti)
        if answer.status_code == 201:
            self.id = answer.json()["id"]
        return answer

    # ---- opening

    def lease_key(self, lease: dict[str, Any]) -> bytes:
        """LK; InvalidTag where a field was changed or another device is meant."""
        fields = {name: value for name, value in lease.items() if name != "lk"}
        return opened_hpke(self.agreement, unb64(lease["lk"]), info=b"segue lease key v1", aad=canonical(fields))


def content_key(leaf: dict[str, Any], lease_key: bytes) -> bytes:
    """CK; InvalidTag where a field was changed or the lease is another device's."""
    fields = {name: value for name, value in leaf.items() if name != "ck"}
    wrapped = unb64(leaf["ck"])
    return AESGCM(lease_key).decrypt(wrapped[:12], wrapped[12:], b"segue leaf v1" + canonical(fields))


def opened_hpke(key: X25519PrivateKey, sealed: bytes, *, info: bytes, aad: bytes) -> bytes:
    """RFC 9180 base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, sequence number 0."""
    enc, ciphertext = sealed[:32], sealed[32:]
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    agreed = key.exchange(X25519PublicKey.from_public_bytes(enc))
    context = enc + key.public_key().public_bytes_raw()
    shared = _expand(kem, _extract(kem, b"", b"eae_prk", agreed), b"shared_secret", context, 32)
    schedule = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared, b"secret", b"")
    nonce = _expand(suite, secret, b"base_nonce", schedule, 12)
    return AESGCM(_expand(suite, secret, b"key", schedule, 32)).decrypt(nonce, ciphertext, aad)


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    mac = HMAC(salt or bytes(32), SHA256())
    mac.update(b"HPKE-v1" + suite + label + ikm)
    return mac.finalize()


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA256(), length, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info).derive(secret)
