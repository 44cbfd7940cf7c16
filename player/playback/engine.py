"""mpv as Segue's engine: opens songs, plays two in a row without a gap, seeks, and says what happens.

`Player` calls it on the `net` loop; `open` and `close` block and run on a thread of the pool. Commands go to mpv
asynchronously, in order, so that a slow sound device never holds the loop. Events are made on mpv's event thread
(`engine_watch.py`) and delivered through `deliver`.

mpv's playlist holds the current song and at most the next one. Shutting down (measured traps of spike/README.md):
mark closed, wake every blocked read, then terminate outside any callback, with a time limit.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from player.domain.sound import OutputChoice, OutputDevice
from player.errors import EngineUnavailable
from player.playback import filters, libmpv
from player.playback.engine_events import EngineEvent, LoadId
from player.playback.engine_log import log_line
from player.playback.engine_options import SPARED, EngineConfig, Output, mpv_options, volume_percent
from player.playback.engine_watch import EngineWatch, Loaded
from player.playback.output_devices import device_to_use
from player.playback.recording import Recording
from player.playback.stream_protocol import StreamProtocol
from player.playback.streams import SongStream

log = logging.getLogger("audio")

CLOSE_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class SongGain:
    """A song's gain, and how it came there while the song played."""

    target_db: float
    from_db: float = 0.0
    since_s: float | None = None

    @property
    def has_changed(self) -> bool:
        return self.since_s is not None

    def present_db(self, speed: float) -> float:
        """On its way, by the time that has gone."""
        if self.since_s is None:
            return self.target_db
        gone_s = (time.monotonic() - self.since_s) * speed
        way = min(1.0, gone_s / filters.glide_s(self.from_db, self.target_db))
        return self.from_db + (self.target_db - self.from_db) * way


class MpvEngine:
    """`loads` numbers the openings; engines that work together share one."""

    def __init__(
        self,
        config: EngineConfig,
        deliver: Callable[[Callable[[], None]], object],
        loads: Iterator[int] | None = None,
    ) -> None:
        self._config = config
        self._loads = itertools.count(1) if loads is None else loads
        self._protocol = StreamProtocol()
        self._watch = EngineWatch(deliver, watches_device=config.output is Output.DEVICE)
        self._lock = threading.RLock()  # guards _mpv: nothing is sent to a handle that is being destroyed
        self._opening = threading.Lock()  # apart from _lock: starting takes long, and commands must not wait for it
        self._mpv: Any = None
        self._closed = False
        self._options = mpv_options(config)
        self._choice = config.choice
        self._speed = 1.0
        self._recording: Recording | None = None
        self._current: Loaded | None = None
        self._next: Loaded | None = None
        self._gain = self._next_gain = SongGain(0.0)

    # -- life

    def open(self) -> None:
        """Load libmpv and start it; EngineUnavailable where that fails. Blocks: call it off the GUI thread."""
        with self._opening:
            if self._mpv is not None or self._closed:
                return
            module = libmpv.load()
            begun_with = dict(self._options)
            try:
                mpv = _start(module, begun_with)
            except (OSError, ValueError, TypeError, AttributeError, RuntimeError, MemoryError) as error:
                raise EngineUnavailable(f"mpv would not start ({error})") from error
            _silence_main_handle(module, mpv.handle)
            self._protocol.register(module, mpv.handle)
            self._watch.attach(mpv)
            self._use_device()
            self._take_over(mpv, begun_with)

    def _take_over(self, mpv: Any, begun_with: dict[str, str]) -> None:
        with self._lock:
            if self._closed:  # while it started
                mpv.terminate()
                return
            self._mpv = mpv
            for name, value in self._options.items():
                if begun_with.get(name) != value:
                    self._send("set", name, value)

    def close(self, limit_s: float = CLOSE_LIMIT_S) -> None:
        """Blocks up to `limit_s`; idempotent; never from mpv's event thread."""
        with self._lock:
            self._closed = True
            mpv, self._mpv = self._mpv, None
        self._watch.close()
        self._protocol.withdraw_all()
        if mpv is not None:
            ending = threading.Thread(target=mpv.terminate, name="mpv-terminate", daemon=True)
            ending.start()
            ending.join(limit_s)
            if ending.is_alive():
                log.error("mpv did not end within %.1f s", limit_s)
        if self._recording is not None:
            samples = self._recording.finish()
            log.info("recorded %d samples to %s", samples, self._recording.path.name)
            self._recording = None

    # -- what plays

    def listen(self, listener: Callable[[EngineEvent], None]) -> None:
        self._watch.listener = listener

    @property
    def is_open(self) -> bool:
        return self._mpv is not None

    @property
    def position_s(self) -> float:
        """Of the current song; any thread."""
        return self._watch.position_s

    @property
    def ahead_s(self) -> float:
        """Seconds mpv itself holds ahead of the position."""
        return self._watch.ahead_s

    @property
    def is_sounding(self) -> bool:
        return self._watch.is_sounding

    @property
    def can_fade(self) -> bool:
        """One mpv plays one song at a time."""
        return False

    @property
    def is_fading(self) -> bool:
        return False

    @property
    def position_now_s(self) -> float:
        """The position as it must be by now: mpv reports it a few times a second."""
        since_s = time.monotonic() - self._watch.position_at_s if self._watch.is_sounding else 0.0
        return self._watch.position_s + since_s * self._speed

    def load(
        self,
        stream: SongStream,
        *,
        position_s: float = 0.0,
        gain_db: float = 0.0,
        fade_in_s: float = 0.0,
        load: LoadId | None = None,
    ) -> LoadId:
        """Replace whatever plays or follows. Reads of the songs replaced end at once."""
        self._begin_recording(stream)
        self._withdraw_current()
        self.drop_next()
        self._current, self._gain = self._loaded(stream, position_s, load), SongGain(gain_db)
        self._send_load(self._current, "replace", gain_db, fade_in_s)
        return self._current.load

    def append(
        self, stream: SongStream, *, gain_db: float = 0.0, fade_s: float = 0.0, load: LoadId | None = None
    ) -> LoadId:
        """The song that follows the current one without a gap; `fade_s` is for engines that can."""
        self.drop_next()
        self._next, self._next_gain = self._loaded(stream, 0.0, load), SongGain(gain_db)
        self._send_load(self._next, "append-play", gain_db)
        return self._next.load

    def drop_next(self) -> None:
        """Forget the appended song; the current one plays on untouched."""
        if self._next is not None:
            self._send("playlist-clear")
            self._withdraw_next()

    def promote_next(self) -> None:
        """The appended song has become the current one."""
        self._withdraw_current()
        self._current, self._next = self._next, None
        self._gain = self._next_gain

    def stop(self) -> None:
        self._send("stop")
        self._withdraw_current()
        self._withdraw_next()

    def set_paused(self, is_paused: bool) -> None:
        self._set("pause", "yes" if is_paused else "no")

    def seek(self, position_s: float) -> None:
        """To the sample, not to the nearest packet."""
        self._watch.sought(position_s)
        if self._gain.has_changed:  # a seek makes the filters anew, and a glide would begin again
            self._send("af", "add", filters.constant_gain(self._gain.target_db))
            self._gain = SongGain(self._gain.target_db, self._gain.target_db, time.monotonic())
        self._send("seek", self._exact(position_s), "absolute+exact")

    # -- how it sounds

    def set_volume(self, slider: float) -> None:
        if self._config.output is not Output.RECORDING:
            self._set("volume", f"{volume_percent(slider):.3f}")

    def set_muted(self, is_muted: bool) -> None:
        if self._config.output is not Output.RECORDING:
            self._set("mute", "yes" if is_muted else "no")

    def set_gain(self, gain_db: float) -> None:
        """Of the song that plays now: glides there."""
        if abs(gain_db - self._gain.target_db) < 0.0005:
            return
        if not self._gain.has_changed:
            self._send("af", "pre", filters.grain())
        present_db = self._gain.present_db(self._speed)
        self._send("af", "add", filters.glide(present_db, gain_db))
        self._gain = SongGain(gain_db, present_db, time.monotonic())

    def fade_in(self, length_s: float) -> None:
        self._send("af", "add", filters.fade_in(length_s))

    def fade_out(self, at_s: float, length_s: float) -> None:
        """The song that plays now fades out from `at_s` on; a fade told before is forgotten."""
        self._send("af", "add", filters.fade_out(at_s, length_s))

    def clear_fade(self) -> None:
        """At either end of the song that plays now."""
        self._send("af", "remove", f"@{filters.FADE}")

    def set_speed(self, speed: float) -> None:
        """mpv puts its pitch correction into the chain for any speed but 1."""
        self._speed = speed
        self._set("speed", f"{speed:g}")

    def set_output(self, choice: OutputChoice) -> None:
        """Also after devices came or went: the chosen one is used whenever it is there."""
        self._choice = choice
        self._use_device()

    @property
    def output_devices(self) -> Sequence[OutputDevice]:
        return self._watch.devices

    @property
    def has_chosen_device(self) -> bool:
        ids = self._watch.device_ids
        return not ids or self._choice.device_id in ids

    @property
    def is_deviceless(self) -> bool:
        """Whether sound goes nowhere, because no device could be opened."""
        return self._watch.is_deviceless

    def reopen_device(self) -> None:
        self._send("ao-reload")

    # -- inside

    def _loaded(self, stream: SongStream, start_s: float, load: LoadId | None) -> Loaded:
        number = LoadId(next(self._loads)) if load is None else load
        return Loaded(number, self._protocol.offer(stream), start_s)

    def _use_device(self) -> None:
        if self._config.output is not Output.DEVICE:
            return
        ids = self._watch.device_ids
        wanted = {
            "audio-device": device_to_use(self._choice, ids) if ids else self._choice.device_id,
            "audio-exclusive": "yes" if self._choice.is_exclusive else "no",
        }
        self._watch.used_device = wanted["audio-device"]
        for name, value in wanted.items():
            if self._options[name] != value:  # mpv opens its output anew for each, also for what it was
                self._set(name, value)

    def _exact(self, position_s: float) -> str:
        """A quarter of a sample further in, so that no rounding on mpv's side keeps the sample before."""
        rate_hz = self._current.song.stream.sample_rate_hz if self._current is not None else 48_000
        return f"{position_s + 0.25 / rate_hz:.9f}"

    def _withdraw_current(self) -> None:
        if self._current is not None:
            self._protocol.withdraw(self._current.song)
            self._current = None

    def _withdraw_next(self) -> None:
        if self._next is not None:
            self._protocol.withdraw(self._next.song)
            self._watch.forget(self._next)
            self._next = None

    def _send_load(self, loaded: Loaded, how: str, gain_db: float, fade_in_s: float = 0.0) -> None:
        stream = loaded.song.stream
        # Half a sample past the last one: mpv cuts there exactly, whatever the container's durations round to.
        options = [f"end={(stream.sample_count + 0.5) / stream.sample_rate_hz:.9f}"]
        # Told for every song, also where empty: what is changed of it while the song plays then ends with the song.
        chain = filters.chain(filters.gain(gain_db), filters.fade_in(fade_in_s) if fade_in_s > 0 else "")
        options.append(f"af=%{len(chain)}%{chain}")
        if loaded.start_s > 0:
            options.append(f"start={self._exact(loaded.start_s)}")
        # By name, because loadfile's third place changed its meaning in mpv 0.38.
        arguments = {"url": loaded.song.address, "flags": how, "options": ",".join(options)}
        with self._lock:
            if self._mpv is not None:
                # The answer is noted on mpv's event thread, or the song's first events could overtake it.
                answer = self._watch.answer_for(loaded)
                self._mpv.command_async("loadfile", callback=answer, **arguments).add_done_callback(_log_refusal)

    def _begin_recording(self, stream: SongStream) -> None:
        if self._config.output is not Output.RECORDING or self._recording or self._config.record_to is None:
            return
        self._recording = Recording(self._config.record_to, stream.sample_rate_hz, stream.channels)
        self._recording.begin()
        self._set("audio-samplerate", str(stream.sample_rate_hz))
        self._set("audio-channels", "mono" if stream.channels == 1 else "stereo")

    def _set(self, name: str, value: str) -> None:
        self._options[name] = value  # what is set before mpv has started is among what it starts with
        self._send("set", name, value)

    def _send(self, *command: str) -> None:
        with self._lock:
            if self._mpv is not None:
                self._mpv.command_async(*command).add_done_callback(_log_refusal)


def _start(module: Any, options: dict[str, str]) -> Any:
    try:
        return module.MPV(log_handler=log_line, loglevel="warn", **options, **SPARED)
    except AttributeError:  # an option this mpv does not know
        return module.MPV(log_handler=log_line, loglevel="warn", **options)


def _silence_main_handle(module: Any, handle: Any) -> None:
    """python-mpv reads the events of a second client only; those of its main handle would pile up until mpv warns
    of a full queue."""
    kinds = module.MpvEventID
    for kind in (*kinds.ANY, kinds.COMMAND_REPLY):
        if kind != kinds.SHUTDOWN:  # libmpv does not let this one be switched off
            module._mpv_request_event(handle, kinds(kind), 0)


def _log_refusal(sent: Future[Any]) -> None:
    if (error := sent.exception()) is not None:
        log.debug("mpv refused a command: %s", error)
