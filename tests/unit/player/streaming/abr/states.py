"""States and transfers made by hand, for the tests of the rules."""

from __future__ import annotations

from player.streaming.abr.estimator import Link
from player.streaming.abr.state import Extra, Ladder, PlannedSegment, State, Transfer

LADDER = Ladder((24.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 320.0))


def link(low: float, slow: float | None = None, latency_s: float = 0.05) -> Link:
    return Link(low, low if slow is None else slow, latency_s)


def state(
    held: list[int],
    *,
    missing: int = 20,
    heads: dict[int, list[int | None]] | None = None,
    first_song: int | None = None,
    fixed: int = 0,
    into_s: float = 0.0,
    look_ahead_s: float = 120.0,
    remaining_s: float = 600.0,
    is_opening: bool = False,
    is_metered: bool = False,
    heard_kbps: float | None = None,
) -> State:
    """`held`, then `missing` segments that are not there; song 1 begins at index `first_song`."""
    rungs: list[int | None] = [*held, *[None] * missing]
    end = len(rungs) if first_song is None else first_song
    return State(
        segments=tuple(
            PlannedSegment(4.0, LADDER, rung, is_fixed=at < fixed, song=int(at >= end))
            for at, rung in enumerate(rungs)
        ),
        into_s=into_s,
        look_ahead_s=look_ahead_s,
        remaining_s=remaining_s,
        heads=tuple(
            PlannedSegment(4.0, LADDER, rung, song=song) for song, head in (heads or {}).items() for rung in head
        ),
        is_opening=is_opening,
        is_metered=is_metered,
        heard_kbps=heard_kbps,
    )


def transfer(
    *,
    rung: int = 7,
    got: float = 100.0,
    elapsed_s: float = 2.1,
    first_byte_s: float | None = 0.1,
    buffer_s: float = 10.0,
    extra: Extra | None = None,
) -> Transfer:
    size = LADDER.rates_kbps[rung] * 4.0
    return Transfer(LADDER, rung, 4.0, size, got, elapsed_s, first_byte_s, buffer_s, extra)
