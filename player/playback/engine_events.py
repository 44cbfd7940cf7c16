"""What the engine tells playback. Made on mpv's event thread, delivered on the `net` loop in mpv's order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

LoadId = NewType("LoadId", int)
"""One opening of one song by the engine"""


class EndReason(StrEnum):
    END = "end"
    """the whole song was played"""
    CUT = "cut"
    """mpv saw an end, or gave up, before the song's end: not to be believed"""
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Started:
    load: LoadId


@dataclass(frozen=True, slots=True)
class Restarted:
    """Sound of this load begins, at its start or after a seek."""

    load: LoadId


@dataclass(frozen=True, slots=True)
class Ended:
    load: LoadId
    reason: EndReason
    position_s: float


@dataclass(frozen=True, slots=True)
class SoundingChanged:
    """Whether samples go to the output now; false while paused, opening, seeking or starved."""

    is_sounding: bool


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """The sound device failed or was taken away; the engine plays on into silence until it is paused."""


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """Sound devices came or went."""


@dataclass(frozen=True, slots=True)
class Faded:
    """The song before has faded out; nobody reads it any more."""


@dataclass(frozen=True, slots=True)
class FadesRefused:
    """The output plays one song at a time: none can fade into another."""


EngineEvent = Started | Restarted | Ended | SoundingChanged | DeviceLost | DevicesChanged | Faded | FadesRefused
