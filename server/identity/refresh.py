"""Refresh tokens: each is used once and replaced by its successor (RFC 9700, 4.14).

An answer may get lost, so the same request id within two minutes is given the same answer again; the answer lies
sealed under a key that only the presented token yields, so that the database alone opens nothing. A dead token used
in any other way is a stolen one: the whole sign-in (family) ends.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.db.models import RefreshToken, new_id
from server.db.session import Database
from server.identity.access_tokens import AccessTokens

LIFETIME_S = 90 * 86_400.0
REPLAY_WINDOW_S = 120.0
_USED_KEPT_S = 7 * 86_400.0
"""used tokens are remembered this long to notice theft; older ones are refused as unknown"""
_TOKEN_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Grant:
    access_token: str
    refresh_token: str


class RefreshRefused(Exception):
    """The token is unknown, expired, revoked or stolen: sign in again."""


class RefreshTokens:
    def __init__(
        self, database: Database, access_tokens: AccessTokens, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._clock = clock

    def begin(self, user_id: str, device_name: str) -> Grant:
        """A new sign-in."""
        with self._database.session() as session:
            self._forget_old(session, user_id)
            return self._issue(session, user_id, family=new_id("fa"), device_name=device_name)

    def rotate(self, presented: str, request_id: str) -> Grant:
        # the writer's place is taken first, so concurrent rotations of one token come one after another
        with self._database.session() as session:
            grant = self._rotate(session, presented, request_id)
        if grant is None:
            raise RefreshRefused
        return grant

    def revoke(self, presented: str) -> None:
        """Ends the sign-in the token belongs to; an unknown token is no error."""
        with self._database.session() as session:
            token = _find(session, presented)
            if token is not None:
                end_sign_in(session, token.family, self._clock())

    def _rotate(self, session: Session, presented: str, request_id: str) -> Grant | None:
        now = self._clock()
        token = _find(session, presented)
        if token is None or token.revoked_at is not None:
            return None
        if token.used_at is None:
            if now > token.expires_at:
                return None
            grant = self._issue(session, token.user_id, family=token.family, device_name=token.device_name)
            token.used_at = now
            token.used_request_id = request_id
            token.successor_sealed = _seal(grant, presented)
            return grant
        is_repeat = token.used_request_id == request_id and now - token.used_at <= REPLAY_WINDOW_S
        if is_repeat and token.successor_sealed is not None:
            return _unseal(token.successor_sealed, presented)
        end_sign_in(session, token.family, now)
        return None

    def _issue(self, session: Session, user_id: str, *, family: str, device_name: str) -> Grant:
        refresh_token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self._clock()
        session.add(
            RefreshToken(
                user_id=user_id,
                family=family,
                token_hash=_hash(refresh_token),
                device_name=device_name,
                created_at=now,
                expires_at=now + LIFETIME_S,
            )
        )
        return Grant(self._access_tokens.issue(user_id, family), refresh_token)

    def _forget_old(self, session: Session, user_id: str) -> None:
        now = self._clock()
        is_old = (RefreshToken.expires_at < now) | (RefreshToken.used_at < now - _USED_KEPT_S)
        session.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id, is_old))


def _find(session: Session, presented: str) -> RefreshToken | None:
    return session.scalar(select(RefreshToken).where(RefreshToken.token_hash == _hash(presented)))


def has_ended(session: Session, family: str) -> bool:
    """Whether the sign-in was revoked; its last access token may still be good for minutes."""
    revoked = select(RefreshToken.id).where(RefreshToken.family == family, RefreshToken.revoked_at.is_not(None))
    return session.scalar(revoked.limit(1)) is not None


def end_sign_in(session: Session, family: str, now: float) -> None:
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now, successor_sealed=None)
    )


def _hash(token: str) -> str:
    # 256 random bits need no slow hash
    return hashlib.sha256(token.encode()).hexdigest()


def _sealing_key(presented: str) -> bytes:
    return hashlib.sha256(b"segue successor\0" + presented.encode()).digest()


def _seal(grant: Grant, presented: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    # a key seals once, so any nonce would do; a random one needs no such argument
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_sealing_key(presented)).encrypt(nonce, json.dumps(asdict(grant)).encode(), None)


def _unseal(sealed: bytes, presented: str) -> Grant:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = AESGCM(_sealing_key(presented)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    return Grant(**json.loads(plain))
