"""RSU: reserve, sustain, upgrade. The first adaptive controller of Segue; why each figure is what it is stands in
docs and abr/CONTROLLER.md: they were found on 110 traces and confirmed on others.

sustain: the rate that may be spent is a share g of the estimate, and g grows with the buffer: a deep buffer is spent
on quality, a shallow one is filled. reserve: whatever is fetched must arrive within a small share of the buffer, by
the pessimist's estimate. upgrade: with plenty held, low segments already there are fetched again.
"""

from __future__ import annotations

from dataclasses import dataclass

from player.streaming.abr.abandon import abandon_to
from player.streaming.abr.state import Decision, Fetch, Ladder, State, Transfer, Wait
from player.streaming.abr.throughput import LinkEstimate
from player.streaming.abr.upgrade import best_upgrade


@dataclass(frozen=True, slots=True)
class Preset:
    """Buffers in seconds, the others shares. `low_s`, `mid_s` and `high_s` are the corners of g."""

    reserve: float
    """share of the buffer that one fetch may take by the pessimist's estimate"""
    panic_s: float
    """below: the lowest rung"""
    low_s: float
    mid_s: float
    high_s: float
    g_mid: float
    g_high: float
    climb: float
    """a higher rung must not exceed this share of the spendable rate, else one rung less: no flapping"""
    short_s: float
    long_s: float
    slow_s: float
    """half-lives of the estimate, in seconds of download time"""


QUIET = Preset(
    reserve=0.12, panic_s=3.0, low_s=8.0, mid_s=16.0, high_s=40.0, g_mid=0.9, g_high=1.12, climb=0.8,
    short_s=5.0, long_s=16.0, slow_s=60.0,
)  # fmt: skip
"""Never a stop: the least silence on every kind of link."""
BEST = Preset(
    reserve=0.4, panic_s=0.0, low_s=16.0, mid_s=26.0, high_s=46.0, g_mid=0.83, g_high=1.78, climb=0.88,
    short_s=6.0, long_s=20.0, slow_s=80.0,
)  # fmt: skip
"""The best sound the link can carry, for a little more risk."""
PRESETS = {"quiet": QUIET, "best": BEST}

G_EMPTY = 0.63  # g at an empty buffer
G_LOW = 0.75  # g at `low_s`
TRUST_SLOW_S = 45.0  # above this buffer the long mean is believed, the short one only as a bound
SLOW_SHARE = 0.85
FINISH_S = 10.0  # above this buffer, and with little left of the plan, the finish line lets a higher rung pass
FINISH_SHARE = 0.9
UPGRADE_S = 32.0  # buffer from which upgrades are considered
UPGRADE_SHARE_OF_LOOK_AHEAD = 0.6  # with a short look-ahead, this much of it
UPGRADE_EAGER_S = 40.0
UPGRADE_RATE = 0.8  # an upgrade is expected to run at this share of the estimate
UPGRADE_TOP = 0.9
FIRST_RUNG = 2  # nothing is known: 64 kbit/s starts at once on nearly every link and is upgraded soon
OPENING_S = 0.5  # after a seek the first segment must be here within this time
HEADS_S = 24.0  # buffer from which the heads of the next songs are fetched: a skip then starts at once
HEADS_SHARE = 0.7
IDLE_S = 0.5


class Rsu:
    """Implements Controller."""

    def __init__(self, preset: Preset = QUIET) -> None:
        self._preset = preset
        self.reset()

    def reset(self) -> None:
        self._link = LinkEstimate(self._preset.short_s, self._preset.long_s, self._preset.slow_s)
        self._last = 0

    @property
    def throughput_kbps(self) -> float | None:
        return self._link.fast_kbps

    @property
    def latency_s(self) -> float:
        return self._link.latency_s

    def idle(self, seconds: float) -> None:
        """An idle link tells nothing: the estimate stays."""

    def start_need_s(self, base_s: float) -> float:
        return base_s

    def opening_rung(self, ladder: Ladder) -> int:
        fast = self._link.fast_kbps
        if fast is None:
            return min(FIRST_RUNG, ladder.top)
        return self._within(ladder, ladder.top, 4.0, min(fast, self._slow(fast)), OPENING_S)

    def decide(self, state: State) -> Decision:
        missing = state.first_missing
        is_room = missing < len(state.segments) and self._has_room(state, missing)
        fast = self._link.fast_kbps
        if fast is None:
            if not is_room:
                return Wait(IDLE_S)
            return Fetch(missing, min(FIRST_RUNG, state.segments[missing].ladder.top))
        slow = self._slow(fast)
        least = min(fast, slow)
        return (
            self._upgrade(state, is_room, least, slow)
            or self._head(state, fast)
            or (self._next(state, missing, least, slow) if is_room else Wait(IDLE_S))
        )

    def progress(self, transfer: Transfer) -> int | None:
        return abandon_to(transfer, self._link.latency_s)

    def done(self, transfer: Transfer) -> None:
        self._link.add_download(transfer.download_s, transfer.got_kbit)
        if transfer.first_byte_s is not None:
            music_s = transfer.size_kbit / transfer.ladder.rates_kbps[transfer.rung]
            self._link.add_latency(transfer.first_byte_s, max(music_s, 0.1))

    def aborted(self, transfer: Transfer) -> None:
        if transfer.got_kbit > 0 and transfer.download_s > 0.5:
            self._link.add_download(transfer.download_s, transfer.got_kbit)
        self._last = min(self._last, transfer.rung)

    # ---- the three rules

    def _next(self, state: State, missing: int, least: float, slow: float) -> Fetch:
        segment = state.segments[missing]
        buffer_s = state.buffer_s
        if state.is_opening and buffer_s <= 0.0:
            rung = self._within(segment.ladder, segment.ladder.top, segment.duration_s, least, OPENING_S)
        else:
            rung = self._sustained(state, segment.ladder, buffer_s, least, slow)
            rung = self._within(segment.ladder, rung, segment.duration_s, least, self._preset.reserve * buffer_s)
            if buffer_s < self._preset.panic_s:
                rung = 0
        self._last = rung
        return Fetch(missing, rung)

    def _sustained(self, state: State, ladder: Ladder, buffer_s: float, least: float, slow: float) -> int:
        rate = self._spendable(state, buffer_s, least, slow)
        rung = ladder.rung_for(rate)
        if rung > self._last and rung > 0 and ladder.rates_kbps[rung] > self._preset.climb * rate:
            rung = max(min(self._last, ladder.top), rung - 1)
        return rung

    def _spendable(self, state: State, buffer_s: float, least: float, slow: float) -> float:
        preset = self._preset
        high_s = min(preset.high_s, 0.9 * state.look_ahead_s)
        if buffer_s < preset.mid_s:
            rate = self._share(buffer_s, high_s) * least
        elif buffer_s < TRUST_SLOW_S:
            rate = self._share(buffer_s, high_s) * (least + slow) / 2
        else:
            rate = self._share(buffer_s, high_s) * max(least, SLOW_SHARE * slow)
        if buffer_s > FINISH_S and state.remaining_s > 0:
            rate = max(rate, FINISH_SHARE * least * (1 + (buffer_s - FINISH_S) / state.remaining_s))
        return rate

    def _share(self, buffer_s: float, high_s: float) -> float:
        """g: what share of the estimate may be spent with so much held."""
        preset = self._preset
        if high_s < preset.high_s and buffer_s > preset.mid_s:
            buffer_s *= preset.high_s / high_s  # a short look-ahead never reaches `high_s`: stretch its scale
        if buffer_s <= preset.low_s:
            return G_EMPTY + (G_LOW - G_EMPTY) * buffer_s / preset.low_s
        if buffer_s <= preset.mid_s:
            return G_LOW + (preset.g_mid - G_LOW) * (buffer_s - preset.low_s) / (preset.mid_s - preset.low_s)
        over = (buffer_s - preset.mid_s) / max(1e-6, preset.high_s - preset.mid_s)
        return preset.g_mid + (preset.g_high - preset.g_mid) * min(1.0, over)

    def _within(self, ladder: Ladder, rung: int, duration_s: float, rate_kbps: float, limit_s: float) -> int:
        """The highest rung up to `rung` that arrives in `limit_s`."""
        latency_s = self._link.latency_s
        while rung > 0 and latency_s + ladder.rates_kbps[rung] * duration_s / rate_kbps > limit_s:
            rung -= 1
        return rung

    def _upgrade(self, state: State, is_room: bool, least: float, slow: float) -> Fetch | None:
        buffer_s = state.buffer_s
        if state.is_metered or buffer_s < min(UPGRADE_S, UPGRADE_SHARE_OF_LOOK_AHEAD * state.look_ahead_s):
            return None
        ladder = state.segments[0].ladder
        now = self._sustained_within(state, ladder, buffer_s, least, slow)
        carried = ladder.rung_for(UPGRADE_TOP * least)
        eager = not is_room or buffer_s > UPGRADE_EAGER_S
        top = max(now, carried) if eager else min(now, carried)
        found = best_upgrade(state, ladder.rates_kbps[top], UPGRADE_RATE * least, self._link.latency_s)
        return None if found is None else Fetch(found.index, found.rung, is_upgrade=True)

    def _sustained_within(self, state: State, ladder: Ladder, buffer_s: float, least: float, slow: float) -> int:
        rung = self._sustained(state, ladder, buffer_s, least, slow)
        duration_s = state.segments[0].duration_s
        return self._within(ladder, rung, duration_s, least, self._preset.reserve * buffer_s)

    def _head(self, state: State, fast: float) -> Fetch | None:
        if state.buffer_s < min(HEADS_S, 0.6 * state.look_ahead_s):
            return None
        for index, head in enumerate(state.heads):
            if head.held is None:
                rung = min(head.ladder.rung_for(HEADS_SHARE * fast), self._last or 1, head.ladder.top)
                return Fetch(index, rung, is_head=True)
        return None

    def _has_room(self, state: State, missing: int) -> bool:
        return state.buffer_s + state.segments[missing].duration_s <= state.look_ahead_s + 1e-9

    def _slow(self, fast: float) -> float:
        slow = self._link.slow_kbps
        return fast if slow is None else slow
