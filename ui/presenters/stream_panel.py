"""The figures of adaptive streaming, once a second while somebody looks. GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from player import settings
from player.domain.stream import FetchCounts, StreamSample, StreamStats
from player.settings import Settings
from ui.core import Core
from ui.wording import dotted

SPAN_S = 240.0
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class StreamState:
    rows: tuple[tuple[str, str], ...]
    samples: tuple[StreamSample, ...]


class StreamPresenter(QObject):
    state_changed = Signal(object)

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._playback = core.playback
        self._settings = core.settings
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.refresh)

    def set_shown(self, is_shown: bool) -> None:
        if is_shown:
            self.refresh()
            self._timer.start()
        else:
            self._timer.stop()

    def refresh(self) -> None:
        self.state_changed.emit(present(self._playback.stats(), preference(self._settings)))

    def close(self) -> None:
        self._timer.stop()


def preference(kept: Settings) -> str:
    """What the bitrate control was told: 'Quiet · at most 128 · metered'."""
    cap = kept.get(settings.CAP_KBPS)
    return dotted(
        kept.get(settings.QUALITY).capitalize(),
        f"at most {cap}" if cap != settings.CAP_KBPS.default else None,
        "metered" if kept.get(settings.METERED) == "yes" else None,
    )


def present(stats: StreamStats, preferred: str = NOTHING) -> StreamState:
    stalls = str(stats.stalls) if not stats.stalls else f"{stats.stalls} · {stats.stall_s:.1f} s"
    rows = (
        ("Preference", preferred),
        ("Rendition", f"AAC {stats.rendition_kbps} kbit/s" if stats.rendition_kbps else NOTHING),
        ("Buffered ahead", f"{stats.buffer_s:.1f} s"),
        ("Throughput", rate(stats.throughput_kbps)),
        ("Mean bitrate", f"{stats.mean_kbps:.0f} kbit/s" if stats.mean_kbps else NOTHING),
        ("Switches", str(stats.switches)),
        ("Stalls", stalls),
        ("First sound", f"{stats.first_sound_ms:.0f} ms" if stats.first_sound_ms is not None else NOTHING),
        ("From recent songs", from_cache(stats.fetched)),
        ("Tried again", str(stats.fetched.retries)),
        ("Output", output(stats)),
    )
    return StreamState(rows, stats.samples)


def from_cache(fetched: FetchCounts) -> str:
    """Segments that cost no network."""
    return f"{fetched.from_cache} of {fetched.segments}" if fetched.segments else NOTHING


def rate(kbps: float | None) -> str:
    if not kbps:
        return NOTHING
    return f"{kbps / 1000:.1f} Mbit/s" if kbps >= 1000 else f"{kbps:.0f} kbit/s"


def output(stats: StreamStats) -> str:
    if not stats.sample_rate_hz:
        return NOTHING
    channels = {1: "mono", 2: "stereo"}.get(stats.channels or 0, f"{stats.channels} channels")
    return f"{stats.sample_rate_hz / 1000:g} kHz · {channels}"
