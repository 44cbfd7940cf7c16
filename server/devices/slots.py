"""Which device may register: five in use, five replacements in 30 days, and a lost keyring costs neither. Pure; asked
by `devices.py` inside the transaction that registers.

A slot is first filled by a FIRST arrival; whoever takes a slot that another device has left is a REPLACEMENT. There
are never more FIRST arrivals than slots, because one is made only where all slots ever used are in use. The same
installation with new keys is the same computer after it lost its keyring (REKEYED), or after a sign-out (RETURN).
Both are free, up to a number no honest keyring reaches: an installation id can be copied to other computers, which
would otherwise take turns on one slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SLOTS = 5
REPLACEMENTS = 5
SAME_AGAIN = 20
WINDOW_S = 30 * 86_400.0


class Arrival(StrEnum):
    FIRST = "first"
    REPLACEMENT = "replacement"
    RETURN = "return"
    REKEYED = "rekeyed"


@dataclass(frozen=True, slots=True)
class Registered:
    """One registration of the account, past or present. Times are UTC seconds."""

    installation: str
    arrival: Arrival
    registered_at: float
    is_in_use: bool


@dataclass(frozen=True, slots=True)
class AllSlotsInUse:
    pass


@dataclass(frozen=True, slots=True)
class TooManyChanges:
    free_again_at: float


Verdict = Arrival | AllSlotsInUse | TooManyChanges


@dataclass(frozen=True, slots=True)
class Replacements:
    left: int
    more_from: float | None
    """when the oldest that counts no longer does; None while none counts"""


def verdict(history: Sequence[Registered], installation: str, *, now: float) -> Verdict:
    """What registering `installation` with keys not yet registered would be; `history` in any order."""
    in_use = [one for one in history if one.is_in_use]
    if any(one.installation == installation for one in in_use):
        return _within(history, {Arrival.REKEYED, Arrival.RETURN}, SAME_AGAIN, now) or Arrival.REKEYED
    if len(in_use) >= SLOTS:
        return AllSlotsInUse()
    if any(one.installation == installation for one in history):
        return _within(history, {Arrival.REKEYED, Arrival.RETURN}, SAME_AGAIN, now) or Arrival.RETURN
    if len(in_use) >= sum(one.arrival is Arrival.FIRST for one in history):
        return Arrival.FIRST
    return _within(history, {Arrival.REPLACEMENT}, REPLACEMENTS, now) or Arrival.REPLACEMENT


def replacements(history: Sequence[Registered], *, now: float) -> Replacements:
    counted = _counted(history, {Arrival.REPLACEMENT}, now)
    return Replacements(max(0, REPLACEMENTS - len(counted)), min(counted) + WINDOW_S if counted else None)


def _within(history: Sequence[Registered], kinds: set[Arrival], limit: int, now: float) -> TooManyChanges | None:
    counted = sorted(_counted(history, kinds, now))
    return TooManyChanges(counted[-limit] + WINDOW_S) if len(counted) >= limit else None


def _counted(history: Sequence[Registered], kinds: set[Arrival], now: float) -> list[float]:
    return [one.registered_at for one in history if one.arrival in kinds and one.registered_at > now - WINDOW_S]
