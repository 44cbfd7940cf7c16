"""Access tokens: JWT (RFC 7519) signed by HMAC-SHA256 with this backend's own random key, ten minutes long.

Stateless, so that a request costs no lookup of the token; short, so that revoking the sign-in is soon enough.
joserfc takes a tenth of the start, so it is loaded by the first token, or by `warm_up` before that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from server.problems import Problem

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

LIFETIME_S = 600
_ISSUER = "segue"
_ALGORITHM = "HS256"
_CLOCK_LEEWAY_S = 5
_MAX_LENGTH = 2048


class AccessTokens:
    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._key_bytes = key
        self._clock = clock

    @cached_property
    def _key(self) -> OctKey:
        from joserfc.jwk import OctKey

        return OctKey.import_key(self._key_bytes)

    def warm_up(self) -> None:
        """Makes the first sign-in as quick as the second; on a thread that nobody waits for."""
        self.verify(self.issue("nobody"))

    def issue(self, user_id: str, sign_in: str | None = None) -> str:
        """`sign_in` is the family of the refresh token it came with."""
        from joserfc import jwt

        now = int(self._clock())
        claims: dict[str, str | int] = {"iss": _ISSUER, "sub": user_id, "iat": now, "exp": now + LIFETIME_S}
        if sign_in is not None:
            claims["sid"] = sign_in
        return jwt.encode({"alg": _ALGORITHM, "typ": "at+jwt"}, claims, self._key, algorithms=[_ALGORITHM])

    def verify(self, token: str) -> str:
        """The user's id; 401 TOKEN_EXPIRED or UNAUTHENTICATED otherwise."""
        return self._opened(token)[0]

    def sign_in_of(self, token: str) -> str | None:
        """Which sign-in a token belongs to; 401 as `verify`."""
        return self._opened(token)[1]

    def _opened(self, token: str) -> tuple[str, str | None]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        if len(token) > _MAX_LENGTH:
            raise _refused("UNAUTHENTICATED", "The access token is not one of this backend.")
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError) as error:
            raise _refused("UNAUTHENTICATED", "The access token is not one of this backend.") from error
        claims = decoded.claims
        subject, expires, sign_in = claims.get("sub"), claims.get("exp"), claims.get("sid")
        is_ours = claims.get("iss") == _ISSUER and decoded.header.get("typ") == "at+jwt"
        if not is_ours or not isinstance(subject, str) or not isinstance(expires, int):
            raise _refused("UNAUTHENTICATED", "The access token is not one of this backend.")
        if self._clock() > expires + _CLOCK_LEEWAY_S:
            raise _refused("TOKEN_EXPIRED", "The access token has expired; refresh it.")
        return subject, sign_in if isinstance(sign_in, str) else None


def _refused(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})
