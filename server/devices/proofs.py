"""Proofs: that a request was made by a registered device, now, and as it arrived (docs/api.md, Devices and licences).
Pure but for the clock; the routes' dependencies open one for each signed request, in request threads.

The form is that of DPoP (RFC 9449): a JWS over method, path, body, access token, time and request id. A proof that is
sent again is harmless: within its two minutes `decisions.py` still knows the answer to its request id, later its time
is refused. That is why the window lies 60 s to either side and answers are kept for twice that.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.jws import JwsRefused, base64url, opened
from server.problems import Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

log = logging.getLogger("server.devices")

HEADER = "Segue-Proof"
TYPE = "segue-proof+jwt"
WINDOW_S = 60.0
TOKEN_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_END_OF_TIME = 1 << 53
"""JSON has numbers beyond all floats"""
_FIELDS = {"ath", "body", "htm", "htu", "iat", "jti"}


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What the proof must speak of."""

    method: str
    path: str
    body: bytes
    access_token: str

    @property
    def hash(self) -> str:
        """The same for a repeated request: the access token may have been refreshed in between."""
        text = f"{self.method}\n{self.path}\n{_digest(self.body)}"
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Proof:
    """One request of one key; `request_hash` says which request, `kid` whose key."""

    kid: str
    request_id: str
    request_hash: str


def verify(
    token: str | None, request: SignedRequest, *, key_of: Callable[[str], Ed25519PublicKey | None], now: float
) -> Proof:
    """Problem 403: PROOF_REQUIRED without one, PROOF_INVALID, PROOF_STALE."""
    if not token:
        raise Problem(403, "PROOF_REQUIRED", "This call must be signed by a registered device.")
    seen: list[str] = []

    def key(kid: str) -> Ed25519PublicKey | None:
        seen.append(kid)
        return key_of(kid)

    try:
        payload = opened(token, typ=TYPE, key_of=key)
        request_id = _matched(payload, request)
    except JwsRefused as refusal:
        log.info("a proof was refused: %s", refusal)
        raise Problem(403, "PROOF_INVALID", "This request was not signed by the device, or was changed.") from refusal
    signed_at = payload["iat"]
    if not 0 <= signed_at < _END_OF_TIME or abs(signed_at - now) > WINDOW_S:
        sentence = "This request was signed too long ago, or the device's clock is wrong: ask for the time first."
        raise Problem(403, "PROOF_STALE", sentence)
    return Proof(seen[0], request_id, request.hash)


def _matched(payload: dict[str, Any], request: SignedRequest) -> str:
    if payload.keys() != _FIELDS:
        raise JwsRefused("not the fields of a proof")
    expected = {
        "ath": _digest(request.access_token.encode()),
        "body": _digest(request.body),
        "htm": request.method,
        "htu": request.path,
    }
    for field, value in expected.items():
        given = payload[field]
        if not isinstance(given, str) or not hmac.compare_digest(given.encode("utf-8", "replace"), value.encode()):
            raise JwsRefused(f"{field} speaks of another request")
    if type(payload["iat"]) is not int:  # a bool is no time
        raise JwsRefused("iat is not whole seconds")
    request_id = payload["jti"]
    if not isinstance(request_id, str) or not TOKEN_ID.fullmatch(request_id):
        raise JwsRefused("jti is not a request id")
    return request_id


def _digest(data: bytes) -> str:
    return base64url(hashlib.sha256(data).digest())
