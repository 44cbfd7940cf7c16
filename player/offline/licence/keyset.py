"""The keys that licences may be signed with, under the root that this player has pinned. Pure; used by the licence
store and by whoever renews. The root signs nothing but the keyset, and a keyset key is no root: each token is opened
under the one map it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from player.errors import LicenceRefused
from player.offline.licence import jws

TYPE = "segue-keyset+jwt"
_FIELDS = ("iat", "seq", "keys")
_JWK_FIELDS = {"crv", "kid", "kty", "x"}
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Root:
    kid: str
    key: Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Keyset:
    seq: int
    """only grows: an older set than one seen before is refused, as a key may have been revoked since"""
    keys: Mapping[str, Ed25519PublicKey]


def root(jwk: object) -> Root:
    """Of the JWK that the player carries, or pinned at its first sign-in (RFC 8037, 2). LicenceRefused."""
    return Root(*_key(jwk))


def read(token: str, pinned: Root, *, least_seq: int = 0) -> Keyset:
    """LicenceRefused for all but a keyset of the pinned root that is no older than `least_seq`."""
    payload = jws.opened(token, typ=TYPE, keys={pinned.kid: pinned.key})
    jws.require_fields(payload, _FIELDS)
    jws.number(payload, "iat")
    seq, listed = jws.number(payload, "seq"), payload["keys"]
    if seq < least_seq:
        raise LicenceRefused("an older keyset")
    if not isinstance(listed, list):
        raise LicenceRefused("no keys")
    keys = dict(_key(jwk) for jwk in listed)
    if len(keys) != len(listed):
        raise LicenceRefused("a key is repeated")
    return Keyset(seq, keys)


def _key(jwk: object) -> tuple[str, Ed25519PublicKey]:
    if not isinstance(jwk, dict) or jwk.keys() != _JWK_FIELDS:
        raise LicenceRefused("a key is none")
    fields: dict[str, Any] = jwk
    public = jws.data(fields, "x", _KEY_BYTES)
    if fields["crv"] != "Ed25519" or fields["kty"] != "OKP" or fields["kid"] != jws.thumbprint(fields["x"]):
        raise LicenceRefused("a key is none")
    try:
        return fields["kid"], Ed25519PublicKey.from_public_bytes(public)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise LicenceRefused("a key is none") from error
