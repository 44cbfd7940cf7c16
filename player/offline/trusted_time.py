"""What time it is for a licence, on a computer whose clock anybody can set (OFFLINE.md, trusted time). Pure: readings
of the clocks are arguments. Used by the vault before each song, by renewal, and at the start, on the `net` loop.

Within the boot in which the server's signed time was last heard: that time and the boot clock since. In any other
boot the greatest of the wall clock, the mark (the latest time ever seen) and, from the first look in this boot on,
that look's time and the boot clock since: a wall clock held still does not hold time still while the computer runs.

A wall clock more than ten minutes behind the mark makes the state SUSPECT, and so do 64 boots without contact, a mark
that is gone, or an attempt to give the mark an older value: offline play ends after this song until the server's
signed time has been heard. All times are whole UTC seconds, so that zones and summer time do not exist here.

A clock that honestly ran ahead has raised the mark; a signed time puts it right, and is believed however far back it
goes: nobody else can make one. For the same reason, of two kept states that of the later contact is taken, and of
those of one contact the one with the higher mark.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from player.errors import ClockSuspect

TOLERANCE_S = 600
MAX_BOOTS = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """Of this moment. `boot_s` goes on while the computer sleeps (`boot_clock`)."""

    wall_s: int
    boot_id: str
    boot_s: int


@dataclass(frozen=True, slots=True)
class Base:
    """A time at a moment of a boot, from which its boot clock counts on. `is_signed`: it was the server's."""

    boot_id: str
    boot_s: int
    time_s: int
    is_signed: bool


@dataclass(frozen=True, slots=True)
class TimeState:
    """What is kept from one look to the next, and over starts (`time_state`)."""

    contact_s: int
    """the server's time at the last contact, 0 before the first"""
    mark_s: int
    base: Base | None
    boots: int
    """begun since the last contact"""
    is_suspect: bool

    def require_trusted(self) -> None:
        """ClockSuspect."""
        if self.is_suspect:
            raise ClockSuspect("this computer's clock cannot be believed: go online once to set it right")


@dataclass(frozen=True, slots=True)
class Look:
    state: TimeState
    """to be kept; at the latest when the song ends"""
    now_s: int


UNKNOWN = TimeState(contact_s=0, mark_s=0, base=None, boots=0, is_suspect=True)
"""Nothing is kept, or nothing that can be believed: the server is asked before anything plays offline."""


def looked(state: TimeState, reading: Reading) -> Look:
    """The time now. Never less than at any look before it, but for a contact in between."""
    elapsed_s = _elapsed(state.base, reading)
    if state.base is not None and elapsed_s is not None and state.base.is_signed:
        # the wall clock has no say: who set it aright or astray in this boot did not touch this
        now_s = max(state.base.time_s + elapsed_s, state.mark_s)
        return Look(replace(state, mark_s=now_s), now_s)
    is_suspect = state.is_suspect or reading.wall_s < state.mark_s - TOLERANCE_S
    if state.base is not None and elapsed_s is not None:
        now_s = max(reading.wall_s, state.mark_s, state.base.time_s + elapsed_s)
        return Look(replace(state, mark_s=now_s, is_suspect=is_suspect), now_s)
    now_s = max(reading.wall_s, state.mark_s)
    boots = state.boots + 1
    base = Base(reading.boot_id, reading.boot_s, now_s, is_signed=False)
    return Look(TimeState(state.contact_s, now_s, base, boots, is_suspect or boots > MAX_BOOTS), now_s)


def contacted(state: TimeState, reading: Reading, server_time_s: int) -> TimeState:
    """A signed time was heard in answer to a question of ours (`licence.time_reply`, or a lease's `server_time`, just
    come). One that is older than the last contact changes nothing: it was held back."""
    if server_time_s < state.contact_s:
        return state
    base = Base(reading.boot_id, reading.boot_s, server_time_s, is_signed=True)
    return TimeState(server_time_s, server_time_s, base, boots=0, is_suspect=False)


def joined(kept: TimeState | None, copied: TimeState | None) -> TimeState:
    """Of the database's state and the keyring's copy, each None where it is missing or its MAC is wrong. A database
    put back to an older copy of itself loses to the keyring; UNKNOWN where neither is there."""
    states = [state for state in (kept, copied) if state is not None]
    if not states:
        return UNKNOWN
    latest = max(states, key=lambda state: (state.contact_s, state.mark_s))
    rivals = [state for state in states if state.contact_s == latest.contact_s]
    return replace(
        latest,
        boots=max(state.boots for state in rivals),
        is_suspect=any(state.is_suspect for state in rivals),
    )


def _elapsed(base: Base | None, reading: Reading) -> int | None:
    """Seconds since `base` by the boot clock; None in another boot, or where that clock has gone back, as it does
    when a virtual machine is put back to a snapshot."""
    if base is None or base.boot_id != reading.boot_id or reading.boot_s < base.boot_s:
        return None
    return reading.boot_s - base.boot_s
