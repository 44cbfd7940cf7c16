"""Access tokens: JWT (RFC 7519) signed by HMAC-SHA256 with this backend's own random key, ten minutes long.

Stateless, so that a request costs no lookup of the token; short, so that revoking the sign-in is soon enough.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from server.problems import Problem

LIFETIME_S = 600
_ISSUER = "segue"
_ALGORITHM = "HS256"
_CLOCK_LEEWAY_S = 5
_MAX_LENGTH = 2048


class AccessTokens:
    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock

    def issue(self, user_id: str) -> str:
        now = int(self._clock())
        claims = {"iss": _ISSUER, "sub": user_id, "iat": now, "exp": now + LIFETIME_S}
        return jwt.encode({"alg": _ALGORITHM, "typ": "at+jwt"}, claims, self._key, algorithms=[_ALGORITHM])

    def verify(self, token: str) -> str:
        """The user's id; 401 TOKEN_EXPIRED or UNAUTHENTICATED otherwise."""
        if len(token) > _MAX_LENGTH:
            raise _refused("UNAUTHENTICATED", "The access token is not one of this backend.")
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError) as error:
            raise _refused("UNAUTHENTICATED", "The access token is not one of this backend.") from error
        claims = decoded.claims
        subject, expires = claims.get("sub"), claims.get("exp")
        is_ours = claims.get("iss") == _ISSUER and decoded.header.get("typ") == "at+jwt"
        if not is_ours or not isinstance(subject, str) or not isinstance(expires, int):
            raise _refused("UNAUTHENTICATED", "The access token is not one of this backend.")
        if self._clock() > expires + _CLOCK_LEEWAY_S:
            raise _refused("TOKEN_EXPIRED", "The access token has expired; refresh it.")
        return subject


def _refused(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})
