"""The keys that sign licences, and the root that signs the list of them. Built by `build_services`; used in request
threads and by `python -m server.admin`.

A household's backend makes its root at its first start and the player pins it at the first sign-in (trust on first
use); a hoster gives a root of his own (`--licence-root`), whose public half his players carry. The root signs one
thing only, the keyset. Licences are signed by a key that is replaced twice a year; its private half is erased then,
its public half stays, because leaves do not expire. A revoked key leaves the keyset, and all it signed with it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.db.keys import server_key
from server.db.models import LicenceKey
from server.db.session import Database
from server.jws import base64url, sign, thumbprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEYSET_TYPE = "segue-keyset+jwt"
LIFETIME_S = 180 * 86_400
_SEED_BYTES = 32
_MAX_PEM_BYTES = 16_384


class RootUnusable(Exception):
    """The file given as the root is not an unencrypted Ed25519 private key; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Signer:
    kid: str
    public_key: str
    """base64url"""
    _key: Ed25519PrivateKey = field(repr=False)

    def sign(self, payload: Mapping[str, Any], typ: str) -> str:
        return sign(payload, self._key, kid=self.kid, typ=typ)


class SigningKeys:
    def __init__(self, database: Database, *, root_file: Path | None, clock: Callable[[], float]) -> None:
        self._database = database
        self._root_file = root_file
        self._clock = clock
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """The first start makes root and first key here, on a thread that nobody waits for."""
        self.signer()
        self.keyset()

    @cached_property
    def root(self) -> Signer:
        """RootUnusable where a file was given and is none."""
        if self._root_file is not None:
            return _signer(root_seed(self._root_file))
        return _signer(server_key(self._database, "licence-root"))

    @property
    def root_jwk(self) -> dict[str, str]:
        return _jwk(self.root.public_key)

    def signer(self) -> Signer:
        """The key of today; made now where there is none, or where the last one has served its time."""
        with self._database.reading() as session:
            row = _newest(session)
        if row is None or self._is_due(row):
            with self._lock, self._database.session() as session:
                row = self._succeeded(session)
        assert row.seed is not None, "the newest key is whole"
        return _signer(row.seed)

    def keyset(self) -> str:
        """Every key a licence may be signed with, under the root. The same until a key is added or revoked."""
        with self._database.reading() as session:
            keys = _public_keys(session)
            seq = session.scalar(select(func.max(LicenceKey.changed_at))) or 0
        payload = {"iat": seq, "seq": seq, "keys": [_jwk(key) for key in keys.values()]}
        return self.root.sign(payload, KEYSET_TYPE)

    def public_keys(self) -> dict[str, str]:
        """Those of the keyset, base64url by `kid`."""
        with self._database.reading() as session:
            return _public_keys(session)

    def revoke(self, session: Session, kid: str) -> bool:
        """False where there is no such key, or it was revoked before. The next signature is another key's."""
        row = session.get(LicenceKey, kid)
        if row is None or row.revoked_at is not None:
            return False
        row.revoked_at = row.changed_at = _next_change(session, self._clock())
        row.seed = None
        return True

    def _is_due(self, row: LicenceKey) -> bool:
        return row.seed is None or self._clock() >= row.made_at + LIFETIME_S

    def _succeeded(self, session: Session) -> LicenceKey:
        newest = _newest(session)
        if newest is not None and not self._is_due(newest):
            return newest  # another thread was first
        seed = secrets.token_bytes(_SEED_BYTES)
        public = _signer(seed).public_key
        session.execute(update(LicenceKey).values(seed=None))
        now = _next_change(session, self._clock())
        row = LicenceKey(kid=thumbprint(public), public_key=public, seed=seed, made_at=now, changed_at=now)
        session.add(row)
        return row


def root_seed(path: Path) -> bytes:
    """The 32 bytes of an Ed25519 private key in PEM (PKCS #8, unencrypted), as `openssl genpkey -algorithm ed25519`
    makes it. RootUnusable."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        with path.open("rb") as file:
            key = load_pem_private_key(file.read(_MAX_PEM_BYTES), password=None)
    except OSError as error:
        raise RootUnusable(f"the licence root {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise RootUnusable(f"the licence root {path} is not an unencrypted private key in PEM.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RootUnusable(f"the licence root {path} is not an Ed25519 key.")
    return key.private_bytes_raw()


def _signer(seed: bytes) -> Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = base64url(key.public_key().public_bytes_raw())
    return Signer(thumbprint(public), public, key)


def _jwk(public: str) -> dict[str, str]:
    return {"crv": "Ed25519", "kid": thumbprint(public), "kty": "OKP", "x": public}


def _public_keys(session: Session) -> dict[str, str]:
    rows = select(LicenceKey).where(LicenceKey.revoked_at.is_(None)).order_by(LicenceKey.made_at, LicenceKey.kid)
    return {row.kid: row.public_key for row in session.scalars(rows)}


def _newest(session: Session) -> LicenceKey | None:
    return session.scalar(
        select(LicenceKey).where(LicenceKey.revoked_at.is_(None)).order_by(LicenceKey.made_at.desc()).limit(1)
    )


def _next_change(session: Session, now: float) -> int:
    """Strictly after every change before, whatever the clock does: players refuse a keyset older than theirs."""
    last = session.scalar(select(func.max(LicenceKey.changed_at))) or 0
    return max(int(now), last + 1)
