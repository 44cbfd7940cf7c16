"""Two engines that take turns, so that one song can fade into the next. To `Transport` and `Deck` they are one.

The song in front is the one that plays. What is appended with a fade rests, opened and decoded, in the engine behind
until the fade begins; then the two change places, the song that leaves fades out behind, and the song that comes is
the one that plays. Each fade is a filter in its own song's time (filters.py): sample by sample, whenever the other
begins. Without a fade only one engine is ever used, and songs join in it to the sample.

Made by main.py; on the `net` loop, apart from what `EnginePair` says of itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from player.domain.sound import OutputChoice
from player.errors import PlayerError
from player.playback.engine import MpvEngine
from player.playback.engine_events import (
    DeviceLost,
    Ended,
    EndReason,
    EngineEvent,
    Faded,
    FadesRefused,
    LoadId,
    Restarted,
    SoundingChanged,
)
from player.playback.engine_options import EngineConfig, Output
from player.playback.engine_pair import EnginePair
from player.playback.streams import SongStream, duration_s
from player.runtime import Runtime

log = logging.getLogger("audio")

PRELOAD_S = 12.0  # a song that comes is opened that long before its fade: late, so that its bitrate stays open
LEAD_S = 0.7  # what mpv and a usual output hold already filtered; a fade must be told before
SHORTEST_S = 0.5  # a fade that would be shorter, because the listener sought close to the end, is none
LOOK_S = 0.25
HELD_SLACK_S = 0.05  # rounding between the grid's and the container's lengths


@dataclass(slots=True)
class Coming:
    """The song that will fade in. `length_s` is the fade as it was told to the filters; 0 while it was not."""

    stream: SongStream
    load: LoadId
    gain_db: float
    fade_s: float
    length_s: float = 0.0
    is_loaded: bool = False
    is_sent: bool = False
    """the engine behind has it: it may have to be started first, which takes its time"""
    is_ready: bool = False
    failed: Ended | None = None


class CrossfadingEngine(EnginePair):
    def __init__(
        self, config: EngineConfig, deliver: Callable[[Callable[[], None]], object], runtime: Runtime
    ) -> None:
        super().__init__(config, deliver)
        self._runtime = runtime
        self._listener: Callable[[EngineEvent], None] | None = None
        self._is_timed = config.output is Output.DEVICE or (config.output is Output.SILENT and not config.is_untimed)
        self._is_exclusive = config.choice.is_exclusive
        self._takes_two = True  # whether the output plays both engines at once; known once it refused the second
        self._speed = 1.0
        self._is_paused = False
        self._playing: tuple[LoadId, SongStream] | None = None
        self._joined: tuple[LoadId, SongStream] | None = None  # what follows in the same engine
        self._coming: Coming | None = None
        self._leaving: LoadId | None = None  # fades out behind
        self._has_fade_in = False
        self._has_turned = False  # the engines have changed places, and the deck has not followed yet
        self._timer: asyncio.TimerHandle | None = None
        for engine in self._both:
            engine.listen(partial(self._heard, engine))

    def listen(self, listener: Callable[[EngineEvent], None]) -> None:
        self._listener = listener

    # -- what plays

    @property
    def is_sounding(self) -> bool:
        """The song that leaves is sound too: the turn itself is no stall."""
        return self._front.is_sounding or (self.is_fading and self._back.is_sounding)

    @property
    def is_fading(self) -> bool:
        return self._leaving is not None

    @property
    def can_fade(self) -> bool:
        return self._is_timed and self._takes_two and not self._is_exclusive

    def load(self, stream: SongStream, *, position_s: float = 0.0, gain_db: float = 0.0) -> LoadId:
        self._forget_coming()
        self._end_leaving()
        load = self._front.load(stream, position_s=position_s, gain_db=gain_db)
        self._playing, self._has_fade_in, self._has_turned = (load, stream), False, False
        return load

    def append(self, stream: SongStream, *, gain_db: float = 0.0, fade_s: float = 0.0) -> LoadId:
        self.drop_next()
        load = self._new_load()
        self._coming = Coming(stream, load, gain_db, fade_s)
        if fade_s > 0 and self.can_fade:
            self._look()
        else:
            self._join(self._coming)
        return load

    def drop_next(self) -> None:
        self._forget_coming()
        self._front.drop_next()
        self._joined = None

    def promote_next(self) -> None:
        if self._has_turned:
            self._has_turned = False
        else:
            self._front.promote_next()
            self._playing, self._joined, self._has_fade_in = self._joined, None, False

    def stop(self) -> None:
        self._forget_coming()
        self._end_leaving()
        self._front.stop()
        self._playing = self._joined = None
        self._has_turned = False

    def set_paused(self, is_paused: bool) -> None:
        self._is_paused = is_paused
        self._front.set_paused(is_paused)
        if self.is_fading:
            self._back.set_paused(is_paused)
        self._look()

    def seek(self, position_s: float) -> None:
        """A seek ends the fade it falls into; before a fade it may shorten it."""
        self._end_leaving()
        if self._has_fade_in:
            self._front.clear_fade()
            self._has_fade_in = False
        self._front.seek(position_s)
        if self._coming is not None and self._coming.is_loaded:
            self._tell_fade(self._coming, position_s)
        self._look()

    def set_speed(self, speed: float) -> None:
        super().set_speed(speed)
        self._speed = speed
        self._look()

    def set_output(self, choice: OutputChoice) -> None:
        super().set_output(choice)
        self._is_exclusive = choice.is_exclusive
        self._takes_two = True

    # -- inside

    def _heard(self, engine: MpvEngine, event: EngineEvent) -> None:
        if engine is self._front:
            self._heard_in_front(event)
        else:
            self._heard_behind(event)

    def _heard_in_front(self, event: EngineEvent) -> None:
        match event:
            case Ended(load, EndReason.END) if self._coming is not None and self._plays(load):
                if self._coming.is_sent:  # its fade could not begin in time
                    self._turn(self._coming, is_fading=False)
                    return
                self._join(self._coming)
        self._tell(event)
        self._look()

    def _plays(self, load: LoadId) -> bool:
        return self._playing is not None and self._playing[0] == load

    def _heard_behind(self, event: EngineEvent) -> None:
        coming = self._coming
        match event:
            case Restarted(load) if coming is not None and load == coming.load:
                coming.is_ready = True
                self._look()
            case Ended(load, EndReason.CUT) if coming is not None and load == coming.load:
                coming.failed = event
            case Ended(load) if load == self._leaving:
                self._end_leaving()
                self._look()
            case SoundingChanged() | DeviceLost() if self.is_fading:
                self._tell(event)
            case _:
                return

    def _tell(self, event: EngineEvent) -> None:
        if self._listener is not None:
            self._listener(event)

    def _look(self) -> None:
        """What the coming song needs now; looked at again when time or an event may have changed that."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        coming, playing = self._coming, self._playing
        if coming is None or playing is None or self._is_paused or self.is_fading:
            return
        position_s = self._front.position_now_s
        length_s = coming.length_s or coming.fade_s
        begins_in_s = (duration_s(playing[1]) - length_s - position_s) / self._speed
        if begins_in_s > PRELOAD_S:
            self._look_in(begins_in_s - PRELOAD_S)
        elif not coming.is_loaded:
            self._bring(coming, position_s)
        elif begins_in_s > 0:
            self._look_in(min(begins_in_s, LOOK_S))
        elif self._may_turn(coming, playing[1], position_s):
            self._turn(coming, is_fading=True)
        else:
            self._look_in(LOOK_S)

    def _look_in(self, seconds: float) -> None:
        self._timer = self._runtime.loop.call_later(seconds, self._look)

    def _bring(self, coming: Coming, position_s: float) -> None:
        self._tell_fade(coming, position_s)
        if coming.length_s == 0:
            self._join(coming)
            return
        coming.is_loaded = True
        self._runtime.spawn(self._preload(coming), "bring the next song")

    async def _preload(self, coming: Coming) -> None:
        try:
            await self._runtime.in_pool(self._back.open)
        except PlayerError as error:
            log.info("no second engine to fade with: %s", error.message)
            self._refuse()
            return
        if self._coming is coming:
            coming.is_sent = True
            self._back.set_paused(True)
            self._back.load(coming.stream, gain_db=coming.gain_db, fade_in_s=coming.length_s, load=coming.load)
            self._look()

    def _tell_fade(self, coming: Coming, position_s: float) -> None:
        """Tell both songs how long they fade: shorter where less is left of the one that plays."""
        assert self._playing is not None
        end_s = duration_s(self._playing[1])
        length_s = min(coming.fade_s, end_s - position_s - LEAD_S * self._speed)
        coming.length_s = length_s if length_s >= SHORTEST_S else 0.0
        if coming.length_s > 0:
            self._front.fade_out(end_s - length_s, length_s)
            self._back.fade_in(length_s)
        else:
            self._front.clear_fade()
            self._back.clear_fade()

    def _may_turn(self, coming: Coming, leaving: SongStream, position_s: float) -> bool:
        """Not before the song that leaves is there to its end: it is no longer what the look-ahead cares for."""
        if self._back.is_deviceless and not self._front.is_deviceless:
            self._refuse()
            return False
        is_held = leaving.buffered_until_s(position_s) >= duration_s(leaving) - HELD_SLACK_S
        return coming.length_s > 0 and coming.is_ready and coming.failed is None and is_held

    def _refuse(self) -> None:
        """The output has no place for a second song: they follow each other as they are from now on."""
        self._takes_two = False
        self._tell(FadesRefused())

    def _turn(self, coming: Coming, *, is_fading: bool) -> None:
        assert self._playing is not None
        leaving, position_s = self._playing[0], self._front.position_s
        self._change_places()
        self._coming, self._playing, self._has_turned = None, (coming.load, coming.stream), True
        self._has_fade_in = is_fading
        if is_fading:
            self._leaving = leaving
        else:
            self._front.clear_fade()
            self._back.stop()
        self._front.set_paused(self._is_paused)
        self._tell(Ended(leaving, EndReason.END, position_s))
        if coming.failed is not None:
            self._tell(coming.failed)
        elif coming.is_ready:
            self._tell(Restarted(coming.load))

    def _join(self, coming: Coming) -> None:
        """Without a fade: behind the song that plays, in its own engine."""
        self._coming, self._joined = None, (coming.load, coming.stream)
        self._front.append(coming.stream, gain_db=coming.gain_db, load=coming.load)

    def _forget_coming(self) -> None:
        coming, self._coming = self._coming, None
        if coming is not None and coming.length_s > 0:
            self._front.clear_fade()
        if coming is not None and coming.is_loaded:
            self._back.stop()

    def _end_leaving(self) -> None:
        if self._leaving is not None:
            self._leaving = None
            self._back.stop()
            self._runtime.loop.call_soon(self._tell, Faded())
