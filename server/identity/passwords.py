"""Passwords at rest: argon2id (RFC 9106) with the library's parameters, in request threads.

Each hash takes 64 MiB and tens of milliseconds on purpose, so few run at once: a flood of sign-ins queues here
instead of taking the memory. argon2 is loaded by the first password: a local backend never meets one.
"""

from __future__ import annotations

import secrets
import threading
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_CONCURRENT_HASHES = 2


class Passwords:
    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(_CONCURRENT_HASHES)
        self._decoy_lock = threading.Lock()
        self._decoy_hash: str | None = None

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher()

    def hash(self, password: str) -> str:
        with self._slots:
            return self._hasher.hash(password)

    def verify(self, stored_hash: str | None, password: str) -> bool:
        """Takes as long for an account that is not there (None) as for one that is."""
        from argon2.exceptions import InvalidHashError, VerificationError

        candidate = stored_hash if stored_hash is not None else self._decoy()
        with self._slots:
            try:
                self._hasher.verify(candidate, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored_hash is not None

    def is_outdated(self, stored_hash: str) -> bool:
        """Whether the parameters have grown since this hash was made."""
        return self._hasher.check_needs_rehash(stored_hash)

    def _decoy(self) -> str:
        with self._decoy_lock:
            if self._decoy_hash is None:
                self._decoy_hash = self.hash(secrets.token_hex(16))
            return self._decoy_hash
