"""Opens what the licence server signs: JWS compact (RFC 7515, 7.1) by Ed25519 (RFC 8037). Pure; used by the readers
of this folder.

Only one form is read: at most 8 KiB, three parts of canonical base64url, a header of exactly `alg`, `kid` and `typ`,
JSON without repeated names; what is never read needs no argument. The key is looked up by `kid` in a set that was
signed itself, never taken from the token, and the signature is checked before the payload is looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from player.errors import LicenceRefused
from player.offline.canonical import base64url, canonical, from_base64url, read_object

MAX_LENGTH = 8192
MAX_TEXT = 256
MAX_NUMBER = (1 << 53) - 1
"""what every JSON reader holds exactly (RFC 8259, 6)"""
_HEADER = {"alg", "kid", "typ"}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def opened(token: str, *, typ: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """The payload of a token of that type, signed by one of `keys`. LicenceRefused otherwise."""
    if len(token) > MAX_LENGTH:
        raise LicenceRefused("too long")
    parts = token.split(".")
    if len(parts) != 3:
        raise LicenceRefused("not three parts")
    payload, signature = _decoded(parts[1]), _decoded(parts[2])
    key = keys.get(_kid(parts[0], typ))
    if key is None:
        raise LicenceRefused("the key is not known")
    try:
        key.verify(signature, token.rpartition(".")[0].encode())
    except InvalidSignature as error:
        raise LicenceRefused("the signature is wrong") from error
    return _object(payload, "payload")


def _decoded(part: str) -> bytes:
    try:
        return from_base64url(part)
    except ValueError as error:
        raise LicenceRefused("not canonical base64url") from error


@lru_cache(maxsize=16)  # all leaves of one key have the same header
def _kid(header: str, typ: str) -> str:
    fields = _object(_decoded(header), "header")
    if fields.keys() != _HEADER:
        raise LicenceRefused("the header has other fields")
    if fields["alg"] != "EdDSA":
        raise LicenceRefused("another algorithm")
    if fields["typ"] != typ:
        raise LicenceRefused("another type")
    kid = fields["kid"]
    if not isinstance(kid, str):
        raise LicenceRefused("the key is not known")
    return kid


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        return read_object(data)
    except ValueError as error:
        raise LicenceRefused(f"the {what} is not JSON") from error


def thumbprint(public: str) -> str:
    """The name of an Ed25519 key, given as base64url (RFC 7638; RFC 8037, A.3)."""
    return base64url(hashlib.sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": public})).digest())


# ---- what payloads hold


def require_fields(payload: Mapping[str, Any], names: Iterable[str]) -> None:
    if payload.keys() != set(names):
        raise LicenceRefused("other fields")


def text(payload: Mapping[str, Any], name: str) -> str:
    value = payload[name]
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise LicenceRefused("a text is none")
    return value


def number(payload: Mapping[str, Any], name: str) -> int:
    value = payload[name]
    if type(value) is not int or not 0 <= value <= MAX_NUMBER:  # bool is an int to isinstance
        raise LicenceRefused("a number is none")
    return value


def sha256_hex(payload: Mapping[str, Any], name: str) -> str:
    value = payload[name]
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise LicenceRefused("a digest is none")
    return value


def data(payload: Mapping[str, Any], name: str, length: int) -> bytes:
    """Base64url of exactly `length` bytes."""
    value = payload[name]
    try:
        found = from_base64url(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise LicenceRefused("bytes are none") from error
    if len(found) != length:
        raise LicenceRefused("bytes are none")
    return found
