"""Openings of the next songs, so that a skip does not meet an empty buffer: the deeper the buffer, the more of them,
at a fair rung; like any buffered segment they are upgraded later. Most skips come early in a song, when little is
held, so the first two are fetched before the buffer is deep."""

from __future__ import annotations

from player.streaming.abr.estimator import Link
from player.streaming.abr.presets import scale
from player.streaming.abr.price import worth_its_bits
from player.streaming.abr.state import Extra, Fetch, PlannedSegment, State
from player.streaming.abr.upgrade import STOP_BELOW_S

FROM_S = {1: 20.0, 2: 60.0}
"""of buffer, by song: five segments of the present one come first; the song after the next is for two skips in a row,
and for a skip soon after this song has ended"""
FIRST = 2  # at that point: a skip sounds at once, and goes on while the third is fetched
STEP_S = 4.0  # of buffer above FROM_S for each further one
MOST = 13  # 52 s: all but the longest of the usual outages
HEADS = dict.fromkeys(FROM_S, MOST)  # what a State is to show: how many segments of which song of the plan
RATE_SHARE = 0.55  # of the estimate: they are bought with the present song's bits
BUFFER_SHARE = 0.2  # that one of them may take, else the lowest rung


def missing_head(state: State, link: Link, cap_kbps: float) -> Fetch | None:
    """None too while the buffer itself reaches into that song: then the next segment is that opening."""
    missing = state.first_missing
    if missing == len(state.segments):
        return None
    share = scale(state.look_ahead_s)
    for song, from_s in FROM_S.items():
        deeper_s = state.buffer_s / share - from_s
        if deeper_s < 0.0 or state.segments[missing].song >= song:
            continue
        wanted = min(MOST, FIRST + int(deeper_s / STEP_S))
        for index, head in _of_song(state, song, wanted):
            if head.held is None:
                rung = _fair_rung(head, link, cap_kbps, state.buffer_s)
                return Fetch(index, rung, is_head=True, extra=Extra(STOP_BELOW_S * share))
    return None


def _of_song(state: State, song: int, count: int) -> list[tuple[int, PlannedSegment]]:
    return [(index, head) for index, head in enumerate(state.heads) if head.song == song][:count]


def _fair_rung(head: PlannedSegment, link: Link, cap_kbps: float, buffer_s: float) -> int:
    ladder = head.ladder
    rung = worth_its_bits(ladder, RATE_SHARE * link.low_kbps, ladder.rung_for(cap_kbps))
    is_quick = link.fetch_s(ladder.rates_kbps[rung] * head.duration_s) <= BUFFER_SHARE * buffer_s
    return rung if is_quick else 0
