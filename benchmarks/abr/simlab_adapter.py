"""The shipped controller behind the interface of `shared/abr/simlab.py`, so that anyone can hold it against the
references there, on any trace, in songs and in sessions with skips. It holds no rule of its own: what simlab shows of
its player becomes a State or a Transfer, and the decision goes back as an order with simlab's field names.

simlab is not imported: its player asks an order for `g` and `q` and takes None for waiting, nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.heads import HEADS
from player.streaming.abr.presets import PRESETS
from player.streaming.abr.state import Extra, Fetch, Ladder, PlannedSegment, State, Transfer


class Media(Protocol):
    """simlab.Media: rates and segment length."""

    r: list[float]
    L: float


class Player(Protocol):
    """simlab.Player."""

    M: Media


class View(Protocol):
    """simlab.View."""

    t: float
    n: int
    N: int
    cap: float
    have: list[int]
    ph: int
    frac: float
    playing: bool
    heads: list[int]


@dataclass(frozen=True, slots=True)
class Order:
    """What simlab calls Fetch: segment `g` at rung `q`."""

    g: int
    q: int


class Shipped:
    """`preset` is a name in player/streaming/abr/presets.py."""

    abandons = True

    def __init__(self, preset: str = "quiet") -> None:
        self.name = f"segue-{preset}"
        self._preset = PRESETS[preset]

    def reset(self, player: Player) -> None:
        self._controller = Adaptive(self._preset)
        self._ladder = Ladder(tuple(float(rate) for rate in player.M.r))
        self._segment_s = float(player.M.L)
        self._extra: Extra | None = None
        self._seen_s = self._seen_position_s = 0.0
        self._is_opening = True

    def decide(self, v: View) -> Order | None:
        self._look_for_a_skip(v)
        state, heads = self._state(v)
        decision = self._controller.decide(state)
        if not isinstance(decision, Fetch):
            return None
        self._extra = decision.extra
        return Order(heads[decision.index] if decision.is_head else v.ph + decision.index, decision.rung)

    def progress(
        self, g: int, q: int, size: float, got: float, el: float, ttfb: float | None, buf: float
    ) -> int | None:
        return self._controller.progress(self._transfer(q, size, got, el, ttfb, buf))

    def aborted(self, g: int, q: int, size: float, got: float, secs: float, ttfb: float | None) -> None:
        self._controller.aborted(self._transfer(q, size, got, secs, ttfb, 0.0))
        self._extra = None

    def done(self, g: int, q: int, size: float, secs: float, ttfb: float, buf0: float, repl: bool) -> None:
        self._controller.done(self._transfer(q, size, size, secs, ttfb, buf0))
        self._extra = None

    def idle(self, dt: float) -> None:
        self._controller.idle(dt)

    def start_need(self, base: float) -> float:
        return self._controller.start_need_s(base, self._ladder)

    def _look_for_a_skip(self, v: View) -> None:
        """Played on, the music cannot be further than the time that has passed; `is_opening` lasts, as in the
        player, until it sounds."""
        position_s = v.ph * self._segment_s + v.frac
        if position_s > self._seen_position_s + (v.t - self._seen_s) + 1e-6:
            self._is_opening = True
        if v.frac > 0.0:
            self._is_opening = False
        self._seen_s, self._seen_position_s = v.t, position_s

    def _state(self, v: View) -> tuple[State, list[int]]:
        song = next(at for at in range(len(v.heads) - 1) if v.ph < v.heads[at + 1])
        coming = [at for at in HEADS if song + at < len(v.heads) - 1]
        heads = [(v.heads[song + at] + number, at) for at in coming for number in range(HEADS[at])]
        heads = [(g, at) for g, at in heads if g < v.N]
        state = State(
            segments=tuple(self._planned(v, g, sum(g >= end for end in v.heads[song + 1 :]))
                           for g in range(v.ph, min(v.n + 1, v.N))),
            into_s=v.frac,
            look_ahead_s=v.cap,
            remaining_s=(v.N - v.n) * self._segment_s,
            heads=tuple(self._planned(v, g, at) for g, at in heads),
            is_opening=self._is_opening,
            heard_kbps=self._ladder.rates_kbps[v.have[v.ph - 1]] if v.ph > 0 and v.have[v.ph - 1] >= 0 else None,
        )  # fmt: skip
        return state, [g for g, _ in heads]

    def _planned(self, v: View, g: int, song: int) -> PlannedSegment:
        held = v.have[g]
        return PlannedSegment(self._segment_s, self._ladder, held if held >= 0 else None, song=song)

    def _transfer(
        self, q: int, size: float, got: float, secs: float, ttfb: float | None, buffer_s: float
    ) -> Transfer:
        return Transfer(self._ladder, q, self._segment_s, size, got, secs, ttfb, buffer_s, self._extra)
