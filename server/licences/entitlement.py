"""Who may keep which song: by plan, paid time, region and the song's own rights. Pure; asked at issue and at every
renewal.

A plan that is not named here keeps nothing offline, and a song with a list of regions is kept in these only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.devices.slots import SLOTS
from server.problems import Problem
from server.streaming.ladder import RATES_KBPS, ladder_for

UNKNOWN_REGION = "ZZ"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks, as the account stands now. `plan_ends_at` is UTC seconds, None without end."""

    plan: str
    region: str
    plan_ends_at: float | None


@dataclass(frozen=True, slots=True)
class Terms:
    tier: str
    region: str
    max_items: int
    max_devices: int


@dataclass(frozen=True, slots=True)
class Right:
    regions: Sequence[str] | None
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    sentence: str

    def problem(self) -> Problem:
        return Problem(403, self.code, self.sentence)


_MAX_ITEMS = {"premium": 10_000}


def terms(holder: Holder, *, now: float) -> Terms | Refusal:
    """What a lease of this holder says."""
    max_items = _MAX_ITEMS.get(holder.plan)
    if max_items is None:
        return Refusal("PLAN_WITHOUT_DOWNLOADS", f"The plan “{holder.plan}” does not hold downloads.")
    if holder.plan_ends_at is not None and now >= holder.plan_ends_at:
        return Refusal("SUBSCRIPTION_LAPSED", "The subscription has ended; renew it and the downloads play again.")
    return Terms(holder.plan, holder.region, max_items, SLOTS)


def song_refusal(right: Right, kbps: int, granted: Terms) -> Refusal | None:
    """Why this song may not be kept in this rendition; None where it may."""
    if right.is_withdrawn:
        return Refusal("SONG_WITHDRAWN", "This song was withdrawn by its owner and cannot be kept any more.")
    if right.regions is not None and granted.region not in right.regions:
        return Refusal("SONG_NOT_IN_REGION", "This song cannot be kept in your region.")
    if kbps > best_kbps(granted.tier):
        return Refusal("RENDITION_NOT_IN_PLAN", f"The plan “{granted.tier}” does not hold {kbps} kbit/s.")
    return None


def best_kbps(plan: str) -> int:
    return max((rendition.kbps for rendition in ladder_for(plan)), default=RATES_KBPS[0])
