"""Licences and device proofs as JWS compact (RFC 7515, 7.1) signed by Ed25519 (RFC 8037). Pure; called by
`server/licences/` to sign and by `server/devices/` to open what devices sign.

Only one form of each token is read: three parts of canonical base64url, a header of exactly `alg`, `kid` and `typ`,
JSON without repeated names. A library would take more (other encodings of the same bytes, other header fields), and
what is never read needs no argument. The signature is checked before the payload is looked at.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_LENGTH = 8192
_ALGORITHM = "EdDSA"
_HEADER_FIELDS = {"alg", "kid", "typ"}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class JwsRefused(Exception):
    """Not a token of ours. The text is for the log, never holds parts of the token, and is not told to callers."""


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object that is signed, hashed and authenticated: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """ValueError for all but the one spelling that `base64url` gives: no padding, no line ends, no stray bits."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def thumbprint(public_key: str) -> str:
    """The name of an Ed25519 key, given as base64url (RFC 7638, RFC 8037 appendix A.3)."""
    return base64url(hashlib.sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": public_key})).digest())


def sign(payload: Mapping[str, Any], key: Ed25519PrivateKey, *, kid: str, typ: str) -> str:
    header = canonical({"alg": _ALGORITHM, "kid": kid, "typ": typ})
    signed = f"{base64url(header)}.{base64url(canonical(payload))}"
    return f"{signed}.{base64url(key.sign(signed.encode()))}"


def opened(token: str, *, typ: str, key_of: Callable[[str], Ed25519PublicKey | None]) -> dict[str, Any]:
    """The payload of a token of that type; `key_of` gives the key of a `kid`. JwsRefused otherwise."""
    from cryptography.exceptions import InvalidSignature

    header_part, payload_part, signature = _parts(token)
    header = _json_object(header_part, "header")
    if header.keys() != _HEADER_FIELDS or header["alg"] != _ALGORITHM or header["typ"] != typ:
        raise JwsRefused("the header is not that of a token of this type")
    kid = header["kid"]
    key = key_of(kid) if isinstance(kid, str) else None
    if key is None:
        raise JwsRefused("the key is not known")
    try:
        key.verify(signature, token.rpartition(".")[0].encode())
    except InvalidSignature as error:
        raise JwsRefused("the signature is wrong") from error
    return _json_object(payload_part, "payload")


def _parts(token: str) -> tuple[bytes, bytes, bytes]:
    if len(token) > MAX_LENGTH:
        raise JwsRefused("too long")
    parts = token.split(".")
    if len(parts) != 3:
        raise JwsRefused("not three parts")
    try:
        header, payload, signature = (from_base64url(part) for part in parts)
    except ValueError as error:
        raise JwsRefused("not canonical base64url") from error
    return header, payload, signature


def _json_object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode(), object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise JwsRefused(f"the {what} is not JSON") from error
    if not isinstance(value, dict):
        raise JwsRefused(f"the {what} is not an object")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
