"""One rung always: the top for `--record`, the lowest for a data saver. Measures the link for the
Stream panel only."""

from __future__ import annotations

from player.streaming.abr.estimator import Estimator
from player.streaming.abr.presets import Preset
from player.streaming.abr.state import Decision, Fetch, Ladder, State, Transfer, Wait

IDLE_S = 0.5


class FixedRendition:
    """Implements Controller. `is_top` takes the highest rung, otherwise the lowest."""

    def __init__(self, *, is_top: bool) -> None:
        self._is_top = is_top
        self.reset()

    @property
    def throughput_kbps(self) -> float | None:
        link = self._estimator.link
        return None if link is None else link.low_kbps

    @property
    def latency_s(self) -> float:
        return self._estimator.latency_s

    def copy_kbps(self, wanted_kbps: float) -> float:
        """No other rung stands for the fixed one, unless it is better."""
        return wanted_kbps

    def prefer(self, preset: Preset) -> None:
        """The rung is fixed."""

    def may_relay(self, transfer: Transfer) -> bool:
        return True

    def reset(self) -> None:
        self._estimator = Estimator()

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
        self._estimator.add_download(transfer.download_s, transfer.elapsed_s, transfer.got_kbit)
        if transfer.first_byte_s is not None:
            self._estimator.add_latency(transfer.first_byte_s)

    def aborted(self, transfer: Transfer) -> None:
        """A cancelled request says nothing that a rung which never changes could use."""

    def idle(self, seconds: float) -> None:
        """The rung does not depend on it."""

    def start_need_s(self, base_s: float, ladder: Ladder) -> float:
        return base_s
