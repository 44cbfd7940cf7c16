"""One open of a song as a seekable file, read by mpv's demuxer thread through libmpv's stream callbacks.

`read` blocks on the media's condition until a byte is there or `cancel` is called, from any thread. Every open of a
song is a TrackStream of its own over the same TrackMedia: cancelling one does not end another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from player.domain.ids import TrackId
from player.errors import PlayerError
from player.streaming.track_media import TrackMedia

CHECK_S = 1.0  # a wait ends by notification; this bounds what a lost one could cost


class TrackStream:
    """`on_wait` is called in the reading thread, once for every slot that must be waited for."""

    def __init__(self, media: TrackMedia, on_wait: Callable[[], None]) -> None:
        self._media = media
        self._on_wait = on_wait
        self._fixed: dict[int, int] = {}
        self._waiting: int | None = None
        self._is_cancelled = False
        self._error: PlayerError | None = None
        media.add_reader(self)

    @property
    def track_id(self) -> TrackId:
        return self._media.track.id

    @property
    def sample_rate_hz(self) -> int:
        return self._media.grid.sample_rate_hz

    @property
    def sample_count(self) -> int:
        return self._media.grid.sample_count

    @property
    def channels(self) -> int:
        return self._media.channels

    @property
    def size_bytes(self) -> int:
        return self._media.layout.size_bytes

    @property
    def error(self) -> PlayerError | None:
        """Why this open ended before its end; None after a plain cancel."""
        return self._error

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled

    @property
    def waiting_slot(self) -> int | None:
        return self._waiting

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes; fewer where a segment ends. b"" only at the end of the file or after `cancel`."""
        layout = self._media.layout
        if self._is_cancelled or offset >= layout.size_bytes or count <= 0 or offset < 0:
            return b""
        if offset < len(layout.head):
            return layout.head[offset : offset + count]
        slot, within = layout.place(offset)
        with self._media.changed:
            while not self.is_cancelled:
                if data := self._available(slot, within, count):
                    self._waiting = None
                    return data
                if self._waiting != slot:
                    self._waiting = slot
                    self._on_wait()
                self._media.changed.wait(CHECK_S)
            self._waiting = None
        return b""

    def _available(self, slot: int, within: int, count: int) -> bytes:
        """What can be served now; serving fixes the rendition of the slot for this open."""
        fixed = self._fixed.get(slot)
        if fixed is None and self._media.is_held_back:
            return b""
        held = self._media.held(slot)
        if held is not None and fixed in (None, held.rung):
            self._fixed[slot] = held.rung
            if within < len(held.data):
                return held.data[within : within + count]
            return self._media.layout.padding(slot, len(held.data), within, count)
        partial = self._media.partial
        if partial is None or partial.slot != slot or not partial.is_relayed or fixed not in (None, partial.rung):
            return b""
        data = bytes(partial.reader.passed[within : within + count])
        if data:
            self._fixed[slot] = partial.rung
        return data

    def cancel(self) -> None:
        self.end(None)

    def end(self, error: PlayerError | None) -> None:
        with self._media.changed:
            if not self._is_cancelled:
                self._is_cancelled = True
                self._error = error
                self._media.changed.notify_all()

    def fixed_rung(self, slot: int) -> int | None:
        return self._fixed.get(slot)

    def fixed_rungs(self) -> Mapping[int, int]:
        """Of every slot begun; the caller holds the media's `changed`."""
        return self._fixed

    def buffered_until_s(self, position_s: float) -> float:
        """Up to where the song is held without a hole, seen from `position_s`."""
        slot, _ = self._media.grid.slot_at(position_s)
        until = self._media.held_until(slot)
        return position_s if until == slot else max(position_s, self._media.grid.start_s(until))

    def renditions(self) -> tuple[int | None, ...]:
        """Rate in kbit/s of every segment, None where not fetched."""
        return tuple(self._kbps(slot) for slot in range(self._media.slot_count))

    def rendition_at(self, position_s: float) -> int | None:
        return self._kbps(self._media.grid.slot_at(position_s)[0])

    def _kbps(self, slot: int) -> int | None:
        rung = self._fixed.get(slot)
        if rung is None and (held := self._media.held(slot)) is not None:
            rung = held.rung
        return None if rung is None else self._media.kbps(rung)
