"""The leaf: the licence of one downloaded song on this device, and its content key. Pure; used by downloads and by
the vault before a song is opened. A leaf does not expire by itself: without a lease in force nothing opens it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from player.errors import LicenceRefused
from player.offline.canonical import canonical
from player.offline.licence import jws
from player.offline.licence.keyset import Keyset
from player.offline.licence.lease import LeaseKey

TYPE = "segue-leaf+jwt"
_LABEL = b"segue leaf v1"
_TEXTS = ("gid", "song", "rendition", "did")
_NONCE_BYTES = 12
_WRAPPED_BYTES = _NONCE_BYTES + 32 + 16


@dataclass(frozen=True, slots=True)
class Leaf:
    """`sha256` (hex) and `length` are of the asset: init and all segments in order."""

    gid: str
    song: str
    rendition: str
    did: str
    sha256: str
    length: int
    wrapped_key: bytes = field(repr=False)


def read(token: str, keyset: Keyset, *, did: str) -> Leaf:
    """LicenceRefused for all but a leaf of this device."""
    payload = jws.opened(token, typ=TYPE, keys=keyset.keys)
    jws.require_fields(payload, (*_TEXTS, "sha256", "length", "ck"))
    leaf = Leaf(
        **{name: jws.text(payload, name) for name in _TEXTS},
        sha256=jws.sha256_hex(payload, "sha256"),
        length=jws.number(payload, "length"),
        wrapped_key=jws.data(payload, "ck", _WRAPPED_BYTES),
    )
    if leaf.did != did:
        raise LicenceRefused("of another device")
    return leaf


def content_key(leaf: Leaf, lease_key: LeaseKey) -> bytes:
    """The 32 bytes that open the song's container. LicenceRefused where the leaf is not under this lease key: of
    another registration, or with other fields than those it was wrapped for."""
    fields = {name: getattr(leaf, name) for name in (*_TEXTS, "sha256", "length")}
    nonce, wrapped = leaf.wrapped_key[:_NONCE_BYTES], leaf.wrapped_key[_NONCE_BYTES:]
    try:
        return lease_key.cipher.decrypt(nonce, wrapped, _LABEL + canonical(fields))
    except InvalidTag as error:
        raise LicenceRefused("the content key does not open") from error
