"""Compact readings of published rules, as controllers of the same port: what Segue's must beat. None of them replaces
buffered segments or fetches heads; all of them fetch on into the next song, which alone is worth more than any rule.

BOLA: Spiteri, Urgaonkar, Sitaraman, INFOCOM 2016 (finite, with the throughput's limit on rising). BBA: Huang et al.,
SIGCOMM 2014. Throughput: the rule of hls.js, two means of the rate and a higher bar for going up.
"""

from __future__ import annotations

from player.streaming.abr.estimator import Mean
from player.streaming.abr.presets import Preset
from player.streaming.abr.state import Decision, Fetch, Ladder, State, Transfer, Wait

IDLE_S = 0.5


class Reference:
    """The next missing segment, in the rung that `rung` says."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._means = (Mean(3.0), Mean(9.0))
        self.latency_s = 0.1
        self._last: int | None = None

    @property
    def throughput_kbps(self) -> float | None:
        known = [mean.value for mean in self._means if mean.value is not None]
        return min(known, default=None)

    def prefer(self, preset: Preset) -> None:
        """A published rule has no preferences."""

    def may_relay(self, transfer: Transfer) -> bool:
        return True

    def copy_kbps(self, wanted_kbps: float) -> float:
        return wanted_kbps

    def opening_rung(self, ladder: Ladder) -> int:
        return 0

    def decide(self, state: State) -> Decision:
        missing = state.first_missing
        if missing == len(state.segments):
            return Wait(IDLE_S)
        segment = state.segments[missing]
        if state.buffer_s + segment.duration_s > state.look_ahead_s + 1e-9:
            return Wait(IDLE_S)
        self._last = self.rung(state, segment.ladder, segment.duration_s)
        return Fetch(missing, self._last)

    def rung(self, state: State, ladder: Ladder, duration_s: float) -> int:
        raise NotImplementedError

    def progress(self, transfer: Transfer) -> int | None:
        return None

    def done(self, transfer: Transfer) -> None:
        for mean in self._means:
            mean.add(transfer.got_kbit / max(transfer.download_s, 1e-3), max(transfer.download_s, 1e-3))
        self.latency_s = transfer.first_byte_s or 0.0

    def aborted(self, transfer: Transfer) -> None:
        if transfer.download_s > 0.0:
            self.done(transfer)

    def idle(self, seconds: float) -> None:
        """None of them cares."""

    def start_need_s(self, base_s: float, ladder: Ladder) -> float:
        return base_s


class Constant(Reference):
    def __init__(self, kbps: float) -> None:
        super().__init__()
        self._kbps = kbps

    def rung(self, state: State, ladder: Ladder, duration_s: float) -> int:
        return ladder.rung_for(self._kbps)


class Bola(Reference):
    """Lyapunov: the rung whose utility, scaled to the buffer, wins most for each of its bits. The scale is that of a
    song of finite length: it shrinks at both ends, so that a start does not wait for a full buffer."""

    GAMMA = 5.0
    LEAST_ROOM = 3.0  # segments

    def reset(self) -> None:
        super().reset()
        self._fetched = 0
        self._room_s = 0.0

    def rung(self, state: State, ladder: Ladder, duration_s: float) -> int:
        ends = min(self._fetched, state.remaining_s / duration_s) / 2.0
        self._room_s = min(state.look_ahead_s, max(ends, self.LEAST_ROOM) * duration_s) - duration_s
        self._fetched += 1
        known, last = self.throughput_kbps, self._last or 0
        if known is None:
            return 0
        best = max(
            range(ladder.top + 1), key=lambda rung: self._value(ladder, rung, ladder.rates_kbps[rung], state.buffer_s)
        )
        carried = ladder.rung_for(known * (1.0 - self.latency_s / duration_s))
        if best > max(last, carried):
            return last if last > carried else carried + 1
        return best

    def progress(self, transfer: Transfer) -> int | None:
        """A lower rung whose bits, all of them, win more each than those still to come of this one."""
        if transfer.got_kbit <= 0.0:
            return None
        ladder, left = transfer.ladder, transfer.size_kbit - transfer.got_kbit
        best, to = self._value(ladder, transfer.rung, left, transfer.buffer_s), None
        if best < 0.0:
            return None
        for rung in range(transfer.rung):
            size = transfer.size_kbit * ladder.rates_kbps[rung] / ladder.rates_kbps[transfer.rung]
            value = self._value(ladder, rung, size, transfer.buffer_s)
            if size < left and value > best:
                best, to = value, rung
        self._last = self._last if to is None else to
        return to

    def _value(self, ladder: Ladder, rung: int, bits: float, buffer_s: float) -> float:
        utility = ladder.utility[rung] * ladder.span
        return (self._room_s / (ladder.span + self.GAMMA) * (utility + self.GAMMA) - buffer_s) / bits


class BufferMap(Reference):
    """BBA-0: rate by buffer between a reservoir and a cushion; it changes only past the next rung."""

    RESERVOIR_SHARE, CUSHION_SHARE = 0.2, 0.9

    def rung(self, state: State, ladder: Ladder, duration_s: float) -> int:
        rates = ladder.rates_kbps
        low_s, high_s = self.RESERVOIR_SHARE * state.look_ahead_s, self.CUSHION_SHARE * state.look_ahead_s
        share = min(1.0, max(0.0, (state.buffer_s - low_s) / (high_s - low_s)))
        mapped = rates[0] + (rates[-1] - rates[0]) * share
        last = self._last or 0
        is_past = mapped >= rates[min(last + 1, ladder.top)] or mapped <= rates[max(last - 1, 0)]
        return ladder.rung_for(mapped) if is_past else last


class Throughput(Reference):
    """hls.js: 0.95 of the lesser mean to stay or fall, 0.7 to rise, and it must load within the buffer."""

    def rung(self, state: State, ladder: Ladder, duration_s: float) -> int:
        known = self.throughput_kbps
        if known is None:
            return ladder.rung_for(0.7 * 500.0)
        for rung in range(ladder.top, 0, -1):
            share = 0.7 if self._last is not None and rung > self._last else 0.95
            load_s = self.latency_s + ladder.rates_kbps[rung] * duration_s / (share * known)
            if ladder.rates_kbps[rung] <= share * known and load_s < max(state.buffer_s, duration_s):
                return rung
        return 0

    def progress(self, transfer: Transfer) -> int | None:
        if transfer.rung == 0 or transfer.download_s < transfer.duration_s / 2:
            return None
        rate = max(transfer.got_kbit, 1e-3) / transfer.download_s
        if (transfer.size_kbit - transfer.got_kbit) / rate <= transfer.buffer_s:
            return None
        return min(transfer.rung - 1, transfer.ladder.rung_for(0.7 * rate))
