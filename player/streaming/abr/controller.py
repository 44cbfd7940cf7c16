"""The port of the bitrate decision: `Adaptive` and `FixedRendition` implement it; the look-ahead drives it on the
`net` loop, the benchmarks' simulator drives it by trace. A controller keeps its own estimates and nothing else.
"""

from __future__ import annotations

from typing import Protocol

from player.streaming.abr.presets import Preset
from player.streaming.abr.state import Decision, Ladder, State, Transfer


class Controller(Protocol):
    @property
    def throughput_kbps(self) -> float | None:
        """What the link is believed to carry; None before the first measurement."""
        ...

    @property
    def latency_s(self) -> float: ...

    def copy_kbps(self, wanted_kbps: float) -> float:
        """The rate from which on a copy at hand may stand for the rendition that the network would give."""
        ...

    def may_relay(self, transfer: Transfer) -> bool:
        """Whether the music may begin on this request's bytes as they come. What a reader has begun cannot be
        exchanged, so its rung must be settled; and the next segment must come in time."""
        ...

    def prefer(self, preset: Preset) -> None:
        """Other preferences from the next decision on; what is known of the link stays."""
        ...

    def reset(self) -> None:
        """Forget everything: another network."""
        ...

    def opening_rung(self, ladder: Ladder) -> int:
        """The rung a song would start with now, so that its playlist can be loaded beforehand. Changes nothing."""
        ...

    def decide(self, state: State) -> Decision: ...

    def progress(self, transfer: Transfer) -> int | None:
        """None: go on. Otherwise abandon the request and fetch this rung; -1: abandon and decide anew."""
        ...

    def done(self, transfer: Transfer) -> None: ...

    def aborted(self, transfer: Transfer) -> None: ...

    def idle(self, seconds: float) -> None:
        """So long nothing was fetched."""
        ...

    def start_need_s(self, base_s: float, ladder: Ladder) -> float:
        """Audio to hold before the first note; `base_s` is what the caller would take, one segment."""
        ...
