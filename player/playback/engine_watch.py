"""What mpv reports, made into the engine's events and present values.

Callbacks run on mpv's event thread; they only note values and hand events over. Values are single attributes that
any thread may read. A position is taken only once its song's sound has begun: mpv fetches observed values apart
from its events, so the last position of one song can arrive after the start of the next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from player.domain.sound import SYSTEM_DEVICE, OutputDevice
from player.playback.engine_events import (
    DeviceLost,
    DevicesChanged,
    Ended,
    EndReason,
    EngineEvent,
    LoadId,
    Restarted,
    SoundingChanged,
    Started,
)
from player.playback.output_devices import device_ids, output_devices
from player.playback.stream_protocol import Offered
from player.playback.streams import duration_s

log = logging.getLogger("audio")

END_SLACK_S = 3.0  # what the deepest usual output buffer (Bluetooth) still holds when mpv reports the end
SEEK_SLACK_S = 0.5  # a seek is exact; sound that goes on while it is told of is not
END_FILE_EOF, END_FILE_ERROR = 0, 4  # libmpv/client.h: mpv_end_file_reason


@dataclass(frozen=True, slots=True)
class Loaded:
    load: LoadId
    song: Offered
    start_s: float = 0.0


class EngineWatch:
    def __init__(self, deliver: Callable[[Callable[[], None]], object], *, watches_device: bool) -> None:
        self.listener: Callable[[EngineEvent], None] | None = None
        self.position_s = 0.0
        self.position_at_s = 0.0
        """when that was the position (monotonic)"""
        self.ahead_s = 0.0
        self.is_sounding = False
        self._deliver = deliver
        self._watches_device = watches_device
        self._closed = False
        self._loads: dict[int, Loaded] = {}  # by mpv's playlist entry
        self._playing: Loaded | None = None
        self._has_begun = False
        self._mpv: Any = None
        self._seeking = threading.Lock()
        self._seeks, self._sought_s = 0, 0.0  # seeks that mpv has not told of, and where the last one leads
        self._is_untimed = False
        self.devices: tuple[OutputDevice, ...] = ()
        self.device_ids: frozenset[str] = frozenset()
        self.used_device = SYSTEM_DEVICE
        self.is_deviceless = False

    def attach(self, mpv: Any) -> None:
        self._mpv = mpv
        self._is_untimed = bool(mpv["ao-null-untimed"]) or bool(mpv["ao-pcm-append"])
        mpv.event_callback("start-file")(self._start_file)
        mpv.event_callback("playback-restart")(self._playback_restart)
        mpv.event_callback("end-file")(self._end_file)
        mpv.observe_property("time-pos", self._time_pos)
        mpv.observe_property("demuxer-cache-duration", self._cache_duration)
        mpv.observe_property("core-idle", self._core_idle)
        if self._watches_device:
            self._note_devices(mpv.audio_device_list)  # known before the first song asks for one
            mpv.observe_property("current-ao", self._current_ao)
            mpv.observe_property("audio-device-list", self._device_list)

    def answer_for(self, loaded: Loaded) -> Callable[[Exception | None, Any], None]:
        """mpv answers `loadfile` with the playlist entry, before anything happens to that entry."""

        def note(error: Exception | None, answer: Any) -> None:
            if error is not None:
                self._post(Ended(loaded.load, EndReason.CUT, 0.0))
                raise error
            entry = int(answer["playlist_entry_id"])
            self._loads[entry] = loaded
            if loaded.song.is_withdrawn:  # before mpv answered
                self._loads.pop(entry, None)

        return note

    def forget(self, loaded: Loaded) -> None:
        """A song that was taken back before its turn: no event of mpv's will."""
        for entry, known in list(self._loads.items()):
            if known is loaded:
                self._loads.pop(entry, None)

    def sought(self, position_s: float) -> None:
        """Positions of before the seek no longer count."""
        with self._seeking:
            self._seeks += 1
            self._sought_s = position_s
        self._has_begun = False
        self._place(position_s)

    def close(self) -> None:
        self._closed = True

    def _post(self, event: EngineEvent) -> None:
        if self._closed:
            return
        try:
            self._deliver(lambda: self._tell(event))
        except RuntimeError:  # the loop has closed between the check and the call
            self._closed = True

    def _tell(self, event: EngineEvent) -> None:
        if self.listener is not None and not self._closed:
            self.listener(event)

    def _start_file(self, event: Any) -> None:
        loaded = self._loads.get(int(event.data.playlist_entry_id))
        self._playing, self._has_begun, self._seeks = loaded, False, 0
        self._place(0.0 if loaded is None else loaded.start_s)
        if loaded is not None:
            self._post(Started(loaded.load))

    def _playback_restart(self, _event: Any) -> None:
        if self._is_of_an_older_seek():
            return
        self._has_begun = True
        if self._playing is not None:
            self._post(Restarted(self._playing.load))

    def _is_of_an_older_seek(self) -> bool:
        """Of two seeks in a row mpv tells of both, or of the second alone: where the song stands says which it is."""
        seeks = self._seeks
        is_asked = seeks > 1 and not self._closed
        position_s = self._mpv.time_pos if is_asked else None  # may take a while: not under the lock
        with self._seeking:
            is_elsewhere = position_s is not None and abs(position_s - self._sought_s) > SEEK_SLACK_S
            is_older = is_elsewhere or self._seeks > seeks
            self._seeks = self._seeks - 1 if is_older else 0
            return is_older

    def _end_file(self, event: Any) -> None:
        loaded = self._loads.pop(int(event.data.playlist_entry_id), None)
        if loaded is None:
            return
        position_s = self.position_s if loaded is self._playing else 0.0
        reason = EndReason.REPLACED
        if event.data.reason == END_FILE_EOF and self._is_whole(loaded.song, position_s):
            reason = EndReason.END
        elif event.data.reason in (END_FILE_EOF, END_FILE_ERROR):
            reason = EndReason.CUT
        if loaded is self._playing:
            self._playing, self._has_begun = None, False
        self._post(Ended(loaded.load, reason, position_s))

    def _is_whole(self, song: Offered, position_s: float) -> bool:
        """mpv takes a failed read for the end of the file, so its word alone is worth nothing. Untimed output
        outruns the reported position; there only the reads can tell."""
        if song.was_cut:
            return False
        return self._is_untimed or position_s >= duration_s(song.stream) - END_SLACK_S

    def _time_pos(self, _name: str, value: float | None) -> None:
        if value is not None and self._has_begun:
            self._place(max(value, 0.0))

    def _place(self, position_s: float) -> None:
        self.position_s, self.position_at_s = position_s, time.monotonic()

    def _cache_duration(self, _name: str, value: float | None) -> None:
        self.ahead_s = max(value or 0.0, 0.0)

    def _core_idle(self, _name: str, value: bool | None) -> None:
        is_sounding = value is False
        self._place(self.position_s)
        if is_sounding is not self.is_sounding:
            self.is_sounding = is_sounding
            self._post(SoundingChanged(is_sounding))

    def _current_ao(self, _name: str, value: str | None) -> None:
        """mpv falls back to its null output where the device cannot be opened, now or any more."""
        was_deviceless, self.is_deviceless = self.is_deviceless, value == "null"
        if self.is_deviceless and not was_deviceless:
            self._post(DeviceLost())

    def _device_list(self, _name: str, value: Sequence[Mapping[str, object]] | None) -> None:
        """A device that vanishes while music plays may have been the headphones: the sound would go on through
        the speakers. Which one the system's own choice is, mpv does not say."""
        before = self.device_ids
        if not self._note_devices(value or ()):
            return
        gone = before - self.device_ids
        if self.is_sounding and (self.used_device in gone or (gone and self.used_device == SYSTEM_DEVICE)):
            self._post(DeviceLost())
        self._post(DevicesChanged())

    def _note_devices(self, listed: Sequence[Mapping[str, object]]) -> bool:
        """Whether anything is different now."""
        ids = device_ids(listed)
        is_new = ids != self.device_ids
        self.device_ids, self.devices = ids, output_devices(listed)
        return is_new
