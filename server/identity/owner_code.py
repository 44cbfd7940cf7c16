"""The bootstrap code: printed once at start for the program that started this backend, it signs the owner in once."""

from __future__ import annotations

import hmac
import secrets
import threading


class OwnerCode:
    """`code` None offers nothing, and nothing is ever right."""

    def __init__(self, code: str | None) -> None:
        self._lock = threading.Lock()
        self._code = code

    @classmethod
    def new(cls) -> OwnerCode:
        return cls(secrets.token_urlsafe(32))

    @property
    def code(self) -> str | None:
        """What is still valid; None once used."""
        return self._code

    def redeem(self, presented: str) -> bool:
        with self._lock:
            if self._code is None or not hmac.compare_digest(self._code.encode(), presented.encode()):
                return False
            self._code = None
            return True
