"""The controller that Segue ships: the rules of this folder, asked in turn. It keeps the estimate of the link and the
pace of the request under way, nothing else. docs/adaptive.md tells what it reaches and how its figures were found."""

from __future__ import annotations

from player.streaming.abr.abandon import DECIDE_ANEW, abandon_to, extra_is_over
from player.streaming.abr.estimator import Estimator, Link
from player.streaming.abr.heads import missing_head
from player.streaming.abr.pace import Pace
from player.streaming.abr.presets import METERED_AHEAD_S, QUIET, Preset, scale
from player.streaming.abr.price import worth_its_bits
from player.streaming.abr.reserve import within_reserve
from player.streaming.abr.start import (
    first_rung,
    is_next_in_time,
    opening_rung,
    second_thoughts,
    segments_to_hold,
    shown_link,
)
from player.streaming.abr.state import Decision, Fetch, Ladder, State, Transfer, Wait
from player.streaming.abr.sustain import affordable_kbps
from player.streaming.abr.upgrade import FROM_S as UPGRADE_FROM_S
from player.streaming.abr.upgrade import best_upgrade

IDLE_S = 0.5
ABORTED_MIN_S = 0.3  # of bytes: less measures nothing
USUAL_SEGMENT_S = 4.0  # what `opening_rung` is asked for is not cut yet


class Adaptive:
    """Implements Controller."""

    def __init__(self, preset: Preset = QUIET) -> None:
        self._preset = preset
        self.reset()

    def reset(self) -> None:
        self._estimator = Estimator()
        self._pace = Pace()

    @property
    def throughput_kbps(self) -> float | None:
        link = self._estimator.link
        return None if link is None else link.low_kbps

    @property
    def latency_s(self) -> float:
        return self._estimator.latency_s

    def copy_kbps(self, wanted_kbps: float) -> float:
        return min(self._preset.good_kbps, self._preset.copy_share * wanted_kbps)

    def prefer(self, preset: Preset) -> None:
        self._preset = preset

    def may_relay(self, transfer: Transfer) -> bool:
        link = self._estimator.link or shown_link(transfer)
        return link is not None and is_next_in_time(transfer, link)

    def idle(self, seconds: float) -> None:
        """An idle link tells nothing: the estimate stays."""

    def start_need_s(self, base_s: float, ladder: Ladder) -> float:
        link = self._estimator.link
        return base_s if link is None else base_s * segments_to_hold(ladder, link)

    def opening_rung(self, ladder: Ladder) -> int:
        link, cap_kbps = self._estimator.link, self._preset.cap_kbps
        if link is None:
            return first_rung(ladder, cap_kbps)
        return opening_rung(ladder, USUAL_SEGMENT_S, link, cap_kbps)

    def decide(self, state: State) -> Decision:
        self._pace.begin()
        link = self._estimator.link
        is_room = self._has_room(state)
        if link is None:
            return Fetch(state.first_missing, self._first(state)) if is_room else Wait(IDLE_S)
        extra = None if state.is_metered or self._preset.is_saving else self._extra(state, link, is_room=is_room)
        if extra is not None:
            return extra
        return self._next(state, link) if is_room else Wait(IDLE_S)

    def progress(self, transfer: Transfer) -> int | None:
        if transfer.extra is not None:
            return DECIDE_ANEW if extra_is_over(transfer) else None
        pace_kbps = self._pace.kbps(transfer.elapsed_s, transfer.first_byte_s, transfer.got_kbit)
        if pace_kbps is None or transfer.rung == 0:
            return None
        link = self._estimator.link
        return second_thoughts(transfer, pace_kbps) if link is None else abandon_to(transfer, pace_kbps, link)

    def done(self, transfer: Transfer) -> None:
        self._pace.begin()
        self._estimator.add_download(transfer.download_s, transfer.elapsed_s, transfer.got_kbit)
        if transfer.first_byte_s is not None:
            self._estimator.add_latency(transfer.first_byte_s)

    def aborted(self, transfer: Transfer) -> None:
        """Nothing arriving is a sample too: an outage must be felt."""
        self._pace.begin()
        if transfer.first_byte_s is not None and transfer.download_s > ABORTED_MIN_S:
            self._estimator.add_download(transfer.download_s, transfer.elapsed_s, transfer.got_kbit)

    def _first(self, state: State) -> int:
        return first_rung(state.segments[state.first_missing].ladder, self._preset.cap_kbps)

    def _extra(self, state: State, link: Link, *, is_room: bool) -> Fetch | None:
        cap_kbps = self._preset.cap_kbps
        head = missing_head(state, link, cap_kbps)
        if head is not None:
            return head
        if not state.is_whole and state.buffer_s < UPGRADE_FROM_S * scale(state.look_ahead_s):
            return None
        return best_upgrade(state, link, self._affordable(state, link), cap_kbps, is_free=not is_room)

    def _next(self, state: State, link: Link) -> Fetch:
        preset, buffer_s, missing = self._preset, state.buffer_s, state.first_missing
        segment = state.segments[missing]
        ladder = segment.ladder
        if state.is_opening and buffer_s <= 0.0:
            return Fetch(missing, opening_rung(ladder, segment.duration_s, link, preset.cap_kbps))
        last = None if state.last_kbps is None else ladder.rung_for(state.last_kbps)
        top = ladder.rung_for(preset.cap_kbps)
        rung = worth_its_bits(ladder, self._affordable(state, link), top, last, preset.switch_up)
        return Fetch(missing, within_reserve(ladder, rung, segment.duration_s, link, preset.reserve, buffer_s))

    def _affordable(self, state: State, link: Link) -> float:
        return affordable_kbps(self._preset, link, state.buffer_s, state.remaining_s, self._look_ahead_s(state))

    def _has_room(self, state: State) -> bool:
        missing = state.first_missing
        if missing == len(state.segments):
            return False
        return state.buffer_s + state.segments[missing].duration_s <= self._look_ahead_s(state) + 1e-9

    def _look_ahead_s(self, state: State) -> float:
        is_dear = state.is_metered or self._preset.is_saving
        return min(state.look_ahead_s, METERED_AHEAD_S) if is_dear else state.look_ahead_s
