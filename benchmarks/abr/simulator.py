"""A player without sound: one request in flight over a replayed link, the music playing meanwhile, a listener who
skips. It drives the same Controller port as the look-ahead does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.abr.link import Link
from player.streaming.abr.controller import Controller
from player.streaming.abr.heads import HEADS
from player.streaming.abr.state import Extra, Fetch, Ladder, PlannedSegment, State, Transfer

SEGMENT_S = 4.0
TICK_S = 0.1  # how often a request is judged, as in player/streaming/fetching.py
GIVE_UP_S = 36_000.0
STALL_COST, CHANGE_COST, WAIT_COST = 4.0, 0.5, 0.5  # utility, per second of silence, step, second of waiting


@dataclass(frozen=True, slots=True)
class Song:
    """`heard` segments of it, then the listener skips; all of them: it plays to its end."""

    segments: int = 60
    heard: int = 60


@dataclass
class Report:
    ladder: Ladder
    rungs: list[int] = field(default_factory=list)
    """as heard"""
    stall_s: float = 0.0
    stalls: int = 0
    start_s: float = 0.0
    skip_wait_s: float = 0.0
    buffers: list[tuple[float, float]] = field(default_factory=list)
    """when a request began, and the audio held then"""

    @property
    def hours(self) -> float:
        return len(self.rungs) * SEGMENT_S / 3600.0

    @property
    def quality(self) -> float:
        """Per segment: utility, less silence, changes and waiting. A second of silence costs 16 s of the best."""
        utility = [self.ladder.utility[rung] for rung in self.rungs]
        changes = sum(abs(a - b) for a, b in pairwise(utility))
        waits_s = self.start_s + self.skip_wait_s
        total = sum(utility) - STALL_COST * self.stall_s - CHANGE_COST * changes - WAIT_COST * waits_s
        return total / len(self.rungs)

    @property
    def switches_per_min(self) -> float:
        return sum(a != b for a, b in pairwise(self.rungs)) / (self.hours * 60.0)


class Simulation:
    def __init__(
        self, link: Link, controller: Controller, ladder: Ladder, songs: Sequence[Song], look_ahead_s: float = 120.0
    ) -> None:
        self._link, self._controller, self._ladder, self._look_ahead_s = link, controller, ladder, look_ahead_s
        self._song_of = [number for number, song in enumerate(songs) for _ in range(song.segments)]
        self._begins = [self._song_of.index(number) for number in range(len(songs))] + [len(self._song_of)]
        self._skips = {
            self._begins[number] + song.heard: self._begins[number + 1]
            for number, song in enumerate(songs)
            if song.heard < song.segments
        }
        self._held: list[int | None] = [None] * len(self._song_of)
        self._now_s = self._into_s = 0.0
        self._at = 0
        self._sounds = self._has_begun = False
        self._is_opening = True
        self.report = Report(ladder)

    def run(self) -> Report:
        while self._at < len(self._held) and self._now_s < GIVE_UP_S:
            state, heads = self._state()
            decision = self._controller.decide(state)
            if isinstance(decision, Fetch):
                self.report.buffers.append((self._now_s, state.buffer_s))
                target = heads[decision.index] if decision.is_head else self._at + decision.index
                rung: int | None = decision.rung
                extra = decision.extra
                while rung is not None:
                    rung = self._fetch(target, rung, extra)
                    extra = None
            else:
                self._controller.idle(decision.seconds)
                self._play(decision.seconds)
        return self.report

    def _fetch(self, target: int, rung: int, extra: Extra | None) -> int | None:
        """The rung to fetch it in instead, if it was abandoned for one."""
        began_s, size = self._now_s, self._ladder.rates_kbps[rung] * SEGMENT_S
        first_s = self._link.first_byte_s(began_s)
        before = self._link.carried_kbit(first_s)
        ends_s = max(first_s, self._link.when_s(before + size))

        def seen() -> Transfer:
            now_s = self._now_s
            got = min(size, self._link.carried_kbit(now_s) - before) if now_s > first_s else 0.0
            first = first_s - began_s if now_s > first_s else None
            buffer_s = self._buffer_s()
            return Transfer(self._ladder, rung, SEGMENT_S, size, got, now_s - began_s, first, buffer_s, extra)

        while self._now_s + TICK_S < ends_s:
            self._play(TICK_S)
            instead = self._controller.progress(seen())
            if instead is not None:
                self._controller.aborted(seen())
                return instead if instead >= 0 and self._held[target] is None and target >= self._at else None
        self._play(ends_s - self._now_s)
        is_unheard = target > self._at or (target == self._at and self._into_s == 0.0)
        if is_unheard:
            self._held[target] = rung
        self._controller.done(
            Transfer(self._ladder, rung, SEGMENT_S, size, size, ends_s - began_s, first_s - began_s, 0.0, extra)
        )
        self._play(0.0)
        return None

    def _play(self, seconds: float) -> None:
        end_s = self._now_s + seconds
        while self._at < len(self._held):
            if not self._sounds and not self._may_sound():
                self._wait(end_s - self._now_s)
                break
            if self._held[self._at] is None:
                self._sounds = False
                self.report.stalls += not self._is_opening
                continue
            step_s = min(end_s - self._now_s, SEGMENT_S - self._into_s)
            if step_s <= 0.0:
                break
            if self._into_s == 0.0:
                self.report.rungs.append(self._held[self._at] or 0)
                self._is_opening = False
            self._now_s += step_s
            self._into_s += step_s
            if self._into_s >= SEGMENT_S - 1e-9:
                self._go_on()
        self._now_s = end_s

    def _may_sound(self) -> bool:
        held_s = self._buffer_s()
        need_s = SEGMENT_S
        if not self._has_begun:
            need_s = self._controller.start_need_s(SEGMENT_S, self._ladder)
        is_rest = held_s > 0.0 and self._first_missing() == len(self._held)
        if held_s < need_s - 1e-9 and not is_rest:
            return False
        self._sounds = self._has_begun = True
        return True

    def _wait(self, seconds: float) -> None:
        if not self._has_begun:
            self.report.start_s += seconds
        elif self._is_opening:
            self.report.skip_wait_s += seconds
        else:
            self.report.stall_s += seconds

    def _go_on(self) -> None:
        self._into_s = 0.0
        self._at += 1
        if self._at in self._skips:
            self._at = self._skips[self._at]
            self._is_opening = True

    def _first_missing(self) -> int:
        return next((at for at in range(self._at, len(self._held)) if self._held[at] is None), len(self._held))

    def _buffer_s(self) -> float:
        return max(0.0, (self._first_missing() - self._at) * SEGMENT_S - self._into_s)

    def _state(self) -> tuple[State, list[int]]:
        song, missing = self._song_of[self._at], self._first_missing()
        heads = [
            at
            for ahead, count in HEADS.items()
            if song + ahead < len(self._begins) - 1
            for at in range(self._begins[song + ahead], self._begins[song + ahead + 1])[:count]
        ]
        heard = self._held[self._at - 1] if self._at > 0 and not self._is_opening else None
        state = State(
            segments=tuple(self._planned(at, song) for at in range(self._at, min(missing + 1, len(self._held)))),
            into_s=self._into_s,
            look_ahead_s=self._look_ahead_s,
            remaining_s=(len(self._held) - missing) * SEGMENT_S,
            heads=tuple(self._planned(at, song) for at in heads),
            is_opening=self._is_opening,
            heard_kbps=None if heard is None else self._ladder.rates_kbps[heard],
        )
        return state, heads

    def _planned(self, at: int, song: int) -> PlannedSegment:
        return PlannedSegment(SEGMENT_S, self._ladder, self._held[at], song=self._song_of[at] - song)
