"""How trusted time's state is kept: a row with a MAC, the same bytes in the database and, as text, in the keyring.
Pure; used by whoever starts the offline core and after each look that is to last."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from player.errors import CryptoError
from player.offline.canonical import base64url, from_base64url
from player.offline.keys import RowMac
from player.offline.trusted_time import Base, TimeState

log = logging.getLogger("offline")

_KIND = "time"


def written(state: TimeState, rows: RowMac) -> bytes:
    return rows.written(_KIND, asdict(state))


def read(row: bytes | None, rows: RowMac) -> TimeState | None:
    """None where there is none or it was changed: `trusted_time.joined` knows what that means."""
    if row is None:
        return None
    try:
        return _state(rows.read(_KIND, row))
    except (CryptoError, KeyError, TypeError):
        log.info("the kept time was changed and is not used")
        return None


def as_text(row: bytes) -> str:
    """For the keyring: under 600 characters, where Windows takes 1,280."""
    return base64url(row)


def from_text(text: str | None) -> bytes | None:
    try:
        return None if text is None else from_base64url(text)
    except ValueError:
        return b""  # not ours: its MAC will not be right


def _state(fields: dict[str, Any]) -> TimeState:
    base = fields["base"]
    return TimeState(**fields | {"base": None if base is None else Base(**base)})
