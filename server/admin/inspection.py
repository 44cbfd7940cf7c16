"""Reading a licence that somebody sent in: what it is, whether this backend signed it, what it says. Pure; called for
`python -m server.admin inspect`. Wrapped keys are shown by their length: what is printed may be passed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from server.devices.keys import signing_key
from server.jws import JwsRefused, opened
from server.licences.signing_keys import KEYSET_TYPE
from server.licences.tokens import LEAF_TYPE, LEASE_TYPE, TIME_TYPE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_TYPES = (LEASE_TYPE, LEAF_TYPE, TIME_TYPE, KEYSET_TYPE)
_WRAPPED = ("lk", "ck")


class NotALicence(Exception):
    """Not signed by this backend, changed since, or by a key that was revoked."""


def inspected(token: str, *, keyset: Mapping[str, str], root: Mapping[str, str]) -> dict[str, Any]:
    """`keyset` and `root` give public keys (base64url) by `kid`. NotALicence."""
    for typ in _TYPES:
        known = root if typ == KEYSET_TYPE else keyset

        def key_of(kid: str, known: Mapping[str, str] = known) -> Ed25519PublicKey | None:
            return signing_key(known[kid]) if kid in known else None

        try:
            payload = opened(token, typ=typ, key_of=key_of)
        except JwsRefused:
            continue
        hidden = {name: f"{len(str(payload[name]))} characters" for name in _WRAPPED if name in payload}
        return {"type": typ, **payload, **hidden}
    raise NotALicence("This is no licence of this backend, it was changed, or its key was revoked.")
