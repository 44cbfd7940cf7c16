"""Openings of the next songs, so that a skip does not meet an empty buffer: the deeper the buffer, the more of them,
at a fair rung; like any buffered segment they are upgraded later. Most skips come early in a song, when little is
held, so the first two are fetched before the buffer is deep."""

from __future__ import annotations

from player.streaming.abr.estimator import Link
from player.streaming.abr.presets import scale
from player.streaming.abr.price import worth_its_bits
from player.streaming.abr.state import Extra, Fetch, PlannedSegment, State
from player.streaming.abr.upgrade import STOP_BELOW_S

FROM_S = 20.0  # of buffer: five segments of the present song come first
FIRST = 2  # at that point: a skip sounds at once, and goes on while the third is fetched
STEP_S = 4.0  # of buffer above FROM_S for each further one
MOST = 13  # 52 s: all but the longest of the usual outages
RATE_SHARE = 0.55  # of the estimate: they are bought with the present song's bits
BUFFER_SHARE = 0.2  # that one of them may take, else the lowest rung
AFTER_NEXT = 2  # of the song after the next: two skips in a row
AFTER_NEXT_FROM_S = 60.0


def missing_head(state: State, link: Link, cap_kbps: float) -> Fetch | None:
    """None too while the buffer itself reaches into the next song: then the next segment is that opening."""
    if state.is_whole:
        return None
    share = scale(state.look_ahead_s)
    buffer_s = state.buffer_s / share
    missing = state.first_missing
    if buffer_s >= FROM_S and missing < len(state.segments) and state.segments[missing].song == 0:
        wanted = min(MOST, FIRST + int((buffer_s - FROM_S) / STEP_S))
        for index, head in _of_song(state, 1, wanted):
            if head.held is None:
                rung = _fair_rung(head, link, cap_kbps, state.buffer_s)
                return _fetch(index, rung, share)
    if buffer_s >= AFTER_NEXT_FROM_S:
        for index, head in _of_song(state, 2, AFTER_NEXT):
            if head.held is None:
                return _fetch(index, 0, share)
    return None


def _of_song(state: State, song: int, count: int) -> list[tuple[int, PlannedSegment]]:
    return [(index, head) for index, head in enumerate(state.heads) if head.song == song][:count]


def _fair_rung(head: PlannedSegment, link: Link, cap_kbps: float, buffer_s: float) -> int:
    ladder = head.ladder
    rung = worth_its_bits(ladder, RATE_SHARE * link.low_kbps, ladder.rung_for(cap_kbps))
    is_quick = link.fetch_s(ladder.rates_kbps[rung] * head.duration_s) <= BUFFER_SHARE * buffer_s
    return rung if is_quick else 0


def _fetch(index: int, rung: int, share: float) -> Fetch:
    return Fetch(index, rung, is_head=True, extra=Extra(STOP_BELOW_S * share))
