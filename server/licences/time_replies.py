"""The time, signed, for players that cannot trust their own clock. Called by its route in request threads, by
anybody: a device asks before it signs its first request."""

from __future__ import annotations

from collections.abc import Callable

from server.identity.attempts import Attempts
from server.licences import tokens
from server.licences.signing_keys import SigningKeys


class TimeReplies:
    def __init__(self, signing_keys: SigningKeys, *, clock: Callable[[], float]) -> None:
        self._signing_keys = signing_keys
        self._clock = clock
        self._asked = Attempts(limit=120, window_s=60)

    def reply(self, nonce: str, *, host: str) -> str:
        """The nonce is the asker's own, so that an older reply is not taken for this one."""
        self._asked.begin(host)
        return tokens.time_reply(nonce, self._clock(), self._signing_keys.signer())
