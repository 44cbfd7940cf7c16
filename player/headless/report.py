"""The report of a run: what was heard, at which quality, and what went wrong. `--report FILE.json` writes it.

The recorder listens on the `net` loop; `document` and `write` are for after the run. Times are seconds from the
recorder's start.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from player.clock import Clock
from player.domain.playback import PlaybackState
from player.domain.stream import SegmentFetch
from player.errors import PlayerError
from player.playback.port import Playback, PlaybackEvent


class Recorder:
    """Collects while `playback` plays; call `sample` once a second. With `is_kept` off, where nobody will read the
    report, nothing is collected: a window may play for weeks."""

    def __init__(self, playback: Playback, clock: Clock, *, is_kept: bool = True) -> None:
        self._playback = playback
        self._is_kept = is_kept
        self._clock = clock
        self._origin_s = clock.monotonic_s()
        self._segments: list[SegmentFetch] = []
        self._songs: list[dict[str, Any]] = []
        self._errors: list[dict[str, Any]] = []
        self._series: dict[str, list[Any]] = {
            name: [] for name in ("t_s", "status", "position_s", "buffer_s", "throughput_kbps", "rendition_kbps")
        }
        self._unsubscribe = playback.subscribe(self._hear) if is_kept else lambda: None

    def close(self) -> None:
        self._unsubscribe()

    @property
    def elapsed_s(self) -> float:
        return self._clock.monotonic_s() - self._origin_s

    def fetched(self, fetch: SegmentFetch) -> None:
        if self._is_kept:
            self._segments.append(fetch)

    def failed(self, error: PlayerError) -> None:
        if not self._is_kept:
            return
        row = {"at_s": round(self.elapsed_s, 3), "code": error.code, "message": error.message}
        if not self._errors or {**self._errors[-1], "at_s": 0} != {**row, "at_s": 0}:
            self._errors.append(row)

    def sample(self) -> None:
        if not self._is_kept:
            return
        state, stats = self._playback.state, self._playback.stats()
        row = {
            "t_s": round(self.elapsed_s, 2),
            "status": state.status.value,
            "position_s": round(state.position_s, 2),
            "buffer_s": round(stats.buffer_s, 2),
            "throughput_kbps": None if stats.throughput_kbps is None else round(stats.throughput_kbps),
            "rendition_kbps": stats.rendition_kbps,
        }
        for name, value in row.items():
            self._series[name].append(value)

    def _hear(self, event: PlaybackEvent) -> None:
        if not isinstance(event, PlaybackState):
            return
        if event.error is not None:
            self.failed(event.error)
        if event.entry is not None and (not self._songs or self._songs[-1]["entry"] != event.entry.id):
            track = event.entry.track
            self._songs.append(
                {
                    "entry": event.entry.id,
                    "id": track.id,
                    "title": track.title,
                    "artist": track.artist_line,
                    "duration_s": track.duration_s,
                    "at_s": round(self.elapsed_s, 3),
                }
            )

    def document(self, **facts: Any) -> dict[str, Any]:
        """The report as plain JSON values; `facts` (place, shape, exit code ...) stand first."""
        stats = self._playback.stats()
        return {
            **facts,
            "elapsed_s": round(self.elapsed_s, 3),
            "first_sound_ms": _rounded(stats.first_sound_ms, 1),
            "stalls": stats.stalls,
            "stall_s": round(stats.stall_s, 3),
            "switches": stats.switches,
            "mean_kbps": _rounded(stats.mean_kbps, 1),
            "songs": self._songs,
            "segments": [self._segment(fetch) for fetch in self._segments],
            "series": self._series,
            "errors": self._errors,
        }

    def _segment(self, fetch: SegmentFetch) -> dict[str, Any]:
        return {
            "song": fetch.track_id,
            "segment": fetch.segment,
            "kbps": fetch.rendition_kbps,
            "bytes": fetch.size_bytes,
            "at_s": round(fetch.started_s - self._origin_s, 3),
            "took_s": round(fetch.took_s, 4),
            "first_byte_s": round(fetch.first_byte_s, 4),
            "source": fetch.source,
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def write_report(path: Path, document: dict[str, Any]) -> None:
    """Whole or not at all: a reader never meets half a report."""
    partial = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)
