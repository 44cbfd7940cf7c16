"""One rung always: the top for `--record`, the lowest for a data saver. Measures the link for the
Stream panel only."""

from __future__ import annotations

from player.streaming.abr.rsu import IDLE_S, QUIET
from player.streaming.abr.state import Decision, Fetch, Ladder, State, Transfer, Wait
from player.streaming.abr.throughput import LinkEstimate


class FixedRendition:
    """Implements Controller. `is_top` takes the highest rung, otherwise the lowest."""

    def __init__(self, *, is_top: bool) -> None:
        self._is_top = is_top
        self.reset()

    @property
    def throughput_kbps(self) -> float | None:
        return self._link.fast_kbps

    @property
    def latency_s(self) -> float:
        return self._link.latency_s

    def reset(self) -> None:
        self._link = LinkEstimate(QUIET.short_s, QUIET.long_s, QUIET.slow_s)

    def opening_rung(self, ladder: Ladder) -> int:
        return ladder.top if self._is_top else 0

    def decide(self, state: State) -> Decision:
        missing = state.first_missing
        if missing < len(state.segments):
            segment = state.segments[missing]
            if state.buffer_s + segment.duration_s <= state.look_ahead_s + 1e-9:
                return Fetch(missing, self.opening_rung(segment.ladder))
        return Wait(IDLE_S)

    def progress(self, transfer: Transfer) -> int | None:
        return None

    def done(self, transfer: Transfer) -> None:
        self._link.add_download(transfer.download_s, transfer.got_kbit)
        if transfer.first_byte_s is not None:
            self._link.add_latency(transfer.first_byte_s, 4.0)

    def aborted(self, transfer: Transfer) -> None:
        """A cancelled request says nothing that a rung which never changes could use."""

    def idle(self, seconds: float) -> None:
        """The rung does not depend on it."""

    def start_need_s(self, base_s: float) -> float:
        return base_s
