"""The player: the `Playback` port over queue, look-ahead and mpv.

main.py makes one; window, headless runs and desktop integration command it by coroutines on the `net` loop and hear
frozen snapshots. The volume, the order and the loudness it starts with come as values; who changes them through the
port keeps them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from player.clock import Clock
from player.domain.catalogue import Track
from player.domain.ids import EntryId
from player.domain.playback import PlaybackState, QueueSource, QueueState, Repeat, Status
from player.domain.sound import LONGEST_CROSSFADE_S, SYSTEM_OUTPUT, OutputChoice, OutputDevice, SleepTimer
from player.domain.stream import StreamStats
from player.playback.engine_port import Engine
from player.playback.figures import Stall
from player.playback.loudness import LoudnessMode
from player.playback.port import Listener
from player.playback.queue import Queue
from player.playback.sleep_timer import SleepWatch
from player.playback.sound import Sound
from player.playback.sound_device import SoundDevice
from player.playback.streams import Streams
from player.playback.transport import Transport
from player.runtime import Runtime

TICK_S = 0.25
FADING_TICK_S = 0.03  # steps of the sleep timer's fade, too short to be told apart
IDLE_TICK_S = 1.0
RESTART_AFTER_S = 3.0  # 'previous' goes to the start of this song when further in than this


@dataclass(frozen=True, slots=True)
class PlayerOptions:
    volume: float = 1.0
    is_muted: bool = False
    is_shuffled: bool = False
    repeat: Repeat = Repeat.OFF
    loudness: LoudnessMode = LoudnessMode.AUTO
    target_lufs: float = -14.0
    crossfade_s: float = 0.0
    output: OutputChoice = SYSTEM_OUTPUT
    failed_pause_s: float = 3.0
    """how long a song that cannot be played is shown before the next"""
    rng: random.Random = field(default_factory=random.SystemRandom)


class Player:
    def __init__(
        self,
        *,
        runtime: Runtime,
        streams: Streams,
        engine: Engine,
        clock: Clock,
        options: PlayerOptions | None = None,
    ) -> None:
        options = options or PlayerOptions()
        self._runtime = runtime
        self._engine = engine
        self._queue = Queue(options.rng, is_shuffled=options.is_shuffled, repeat=options.repeat)
        device, sleep = SoundDevice(engine, clock), SleepWatch()
        self._device = device
        self._sound = Sound(engine, streams, device, sleep, clock, runtime.loop.call_later)
        self._transport = Transport(
            runtime=runtime,
            streams=streams,
            engine=engine,
            clock=clock,
            queue=self._queue,
            device=device,
            sleep=sleep,
            failed_pause_s=options.failed_pause_s,
            changed=self._publish,
        )
        self._transport.set_loudness(options.loudness, options.target_lufs)
        self._transport.succession.crossfade_s = options.crossfade_s
        self._sound.volume.set_slider(options.volume)
        self._sound.volume.set_muted(options.is_muted)
        device.choose(options.output)
        self._listeners: list[Listener] = []
        self._state = self._sound.describe(self._transport.state())
        self._queue_state = self._queue.state
        self._ticking: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    # -- reading, from any thread

    @property
    def state(self) -> PlaybackState:
        return self._state

    @property
    def queue(self) -> QueueState:
        return self._queue_state

    def stats(self) -> StreamStats:
        return self._transport.stats()

    def stalls(self) -> tuple[Stall, ...]:
        """Every stall that is over, for the report."""
        return tuple(self._transport.figures.stalls)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # -- life

    async def warm_up(self) -> None:
        """Load libmpv ahead of the first song; EngineUnavailable where that fails."""
        await self._runtime.in_pool(self._engine.open)

    async def restore(self, queue: QueueState, position_s: float) -> None:
        """Stand where the player was closed: paused, nothing fetched until the listener goes on."""
        self._queue.restore(queue)
        self._transport.rest_at(position_s)
        self._publish()

    async def aclose(self) -> None:
        """Silence, and not a word more: a song taken from the deck stands at its start, and who remembers where the
        listener was would believe it."""
        self._listeners.clear()
        if self._ticking is not None:
            self._ticking.cancel()
        self._sound.volume.close()
        self._transport.close()
        await self._runtime.in_pool(self._engine.close)

    # -- commands

    async def play(self, tracks: Sequence[Track], *, start: int = 0, source: QueueSource | None = None) -> None:
        self._queue.replace(tracks, start=start, source=source)
        self._transport.is_wanted = bool(tracks)
        self._transport.open_current()
        self._publish()

    async def enqueue(self, tracks: Sequence[Track], *, is_next: bool) -> None:
        self._queue.enqueue(tracks, is_next=is_next)
        self._order_changed()

    async def toggle(self) -> None:
        if self._transport.is_wanted and self._state.status not in (Status.ENDED, Status.FAILED, Status.IDLE):
            await self.pause()
        else:
            await self.resume()

    async def pause(self) -> None:
        self._transport.set_wanted(False)
        self._publish()

    async def resume(self) -> None:
        transport = self._transport
        if transport.is_finished or self._queue.current is None:
            self._begin_again()
        elif self._queue.current is not None:
            transport.set_wanted(True)
        self._publish()

    async def next(self) -> None:
        following = self._queue.following(is_asked=True)
        if following is None:
            if self._queue.current is not None:
                self._transport.finish()
            self._publish()
        else:
            self._go_to(following.id)

    async def previous(self) -> None:
        preceding = self._queue.preceding()
        if self._transport.position_s > RESTART_AFTER_S or preceding is None:
            await self.seek(0.0)
        else:
            self._go_to(preceding.id)

    async def play_entry(self, entry_id: EntryId) -> None:
        self._transport.is_wanted = True
        self._go_to(entry_id)

    async def seek(self, position_s: float) -> None:
        if self._queue.current is not None:
            self._transport.seek(position_s)
        self._publish()

    async def set_volume(self, volume: float) -> None:
        self._sound.volume.set_slider(volume)
        self._publish()

    async def set_muted(self, is_muted: bool) -> None:
        self._sound.volume.set_muted(is_muted)
        self._publish()

    async def set_speed(self, speed: float) -> None:
        self._sound.set_speed(speed)
        self._publish()

    async def set_sleep(self, timer: SleepTimer | None) -> None:
        self._sound.set_sleep(timer)
        self._transport.plan()
        self._woken.set()
        self._publish()

    async def set_crossfade(self, seconds: float) -> None:
        self._transport.succession.crossfade_s = min(max(seconds, 0.0), LONGEST_CROSSFADE_S)
        self._transport.plan()
        self._publish()

    def output_devices(self) -> Sequence[OutputDevice]:
        return self._engine.output_devices

    async def set_output(self, device_id: str, *, is_exclusive: bool = False) -> None:
        self._device.choose(OutputChoice(device_id, is_exclusive))
        self._transport.plan()  # a device taken alone plays one song at a time
        self._publish()

    async def set_loudness(self, mode: LoudnessMode, target_lufs: float) -> None:
        self._transport.set_loudness(mode, target_lufs)

    async def set_shuffled(self, is_shuffled: bool) -> None:
        self._queue.set_shuffled(is_shuffled)
        self._order_changed()

    async def set_repeat(self, repeat: Repeat) -> None:
        self._queue.set_repeat(repeat)
        self._order_changed()

    async def move_entry(self, entry_id: EntryId, position: int) -> None:
        self._queue.move(entry_id, position)
        self._order_changed()

    async def remove_entries(self, entry_ids: Sequence[EntryId]) -> None:
        before = self._queue.current
        self._queue.remove(entry_ids)
        if self._queue.current != before:
            self._transport.open_current()
        self._order_changed()

    async def clear_upcoming(self) -> None:
        self._queue.clear_upcoming()
        self._order_changed()

    async def retry_now(self) -> None:
        self._transport.retry_now()

    # -- inside

    def _begin_again(self) -> None:
        """From where the order ended: what was queued since, else from the top."""
        order = self._queue.state.order
        if not order:
            return
        following = self._queue.following(is_asked=True)
        self._transport.is_wanted = True
        self._go_to(order[0].id if following is None else following.id)

    def _go_to(self, entry_id: EntryId) -> None:
        if self._queue.go_to(entry_id):
            self._transport.open_current()
        self._publish()

    def _order_changed(self) -> None:
        self._transport.plan()
        self._publish()

    def _publish(self) -> None:
        """Tell what changed; on the loop, after everything that may change something."""
        self._keep_ticking()
        if self._queue.version != self._queue_state.version:
            self._queue_state = self._queue.state
            self._tell(self._queue_state)
        state = self._sound.describe(self._transport.state())
        if state != self._state:
            self._state = state
            self._tell(state)

    def _tell(self, event: PlaybackState | QueueState) -> None:
        for listener in list(self._listeners):
            listener(event)

    def _keep_ticking(self) -> None:
        if self._ticking is None:
            self._ticking = self._runtime.spawn(self._tick(), "playback tick")
        if self._transport.is_live:
            self._woken.set()

    async def _tick(self) -> None:
        while True:
            self._woken.clear()
            if self._sound.is_fading:
                await asyncio.sleep(FADING_TICK_S)
            elif self._transport.is_live:
                await asyncio.sleep(TICK_S)
            else:
                await self._wait_idle()
            self._transport.tick()
            self._sound.tick()
            if self._sound.is_sleep_over:
                self._fall_asleep()
            self._publish()

    def _fall_asleep(self) -> None:
        """Silent by now: pause first, and the volume is the listener's again."""
        self._transport.set_wanted(False)
        self._sound.set_sleep(None)

    async def _wait_idle(self) -> None:
        """Once a second while a buffer fills or a timer runs although the music is paused; not at all otherwise."""
        limit_s = IDLE_TICK_S if self._transport.has_song or self._sound.has_timer else None
        try:
            await asyncio.wait_for(self._woken.wait(), limit_s)
        except TimeoutError:
            return
