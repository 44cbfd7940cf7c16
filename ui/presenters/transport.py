"""What the bar at the bottom shows and does: the song, its place, its likes, its sound. GUI thread.

`state_changed` carries a `TransportState` on every change but the passing of time; `place_changed` carries the
position and the buffered end, four times a second while playing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from player import settings
from player.account.port import ConnectionState
from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.playback import PlaybackState, QueueState, Repeat, Status
from player.playback.port import PlaybackEvent
from player.runtime import Runtime
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.song_actions import SongActions
from ui.presenters.states import bounded_sentence, in_one_line

SEEK_STEP_S = 5.0
VOLUME_STEP = 0.05
KEPT_WAVEFORMS = 16
NEXT_REPEAT = {Repeat.OFF: Repeat.ALL, Repeat.ALL: Repeat.ONE, Repeat.ONE: Repeat.OFF}


@dataclass(frozen=True, slots=True)
class TransportState:
    track: Track | None = None
    status: Status = Status.IDLE
    is_liked: bool = False
    can_like: bool = False
    can_move: bool = False
    """there is a queue to go through"""
    is_shuffled: bool = False
    repeat: Repeat = Repeat.OFF
    duration_s: float = 0.0
    quality: str = ""
    volume: float = 1.0
    is_muted: bool = False
    problem: str = ""
    """why this song does not play"""

    @property
    def wants_sound(self) -> bool:
        """The play button shows 'pause': sound is heard or on its way."""
        return self.status in {Status.PLAYING, Status.BUFFERING, Status.RECONNECTING}


class TransportPresenter(QObject):
    state_changed = Signal(object)
    place_changed = Signal(float, float)
    waveform_changed = Signal(bytes)
    track_announced = Signal(str)
    """for screen readers"""
    told = Signal(str)

    def __init__(self, core: Core, actions: SongActions) -> None:
        super().__init__()
        self._core = core
        self._actions = actions
        self._playback = core.playback
        self._scope = GuiScope(core.runtime)
        self._waveform_scope = _Latest(core.runtime)
        self._waveforms: OrderedDict[TrackId, bytes] = OrderedDict()
        self._likes: dict[TrackId, bool] = {}
        self._state = TransportState()
        self._scope.listen(core.playback.subscribe, self._on_event)
        self._scope.listen(core.accounts.subscribe, self._on_connection)
        actions.liked_changed.connect(self._on_liked)

    @property
    def state(self) -> TransportState:
        return self._state

    def start(self) -> None:
        """Show what is true now; the window calls it once its parts are connected."""
        self._refresh(self._playback.state, self._playback.queue)

    def close(self) -> None:
        self._scope.close()
        self._waveform_scope.close()

    # ---- commands

    def toggle(self) -> None:
        self._command(self._playback.toggle())

    def next(self) -> None:
        self._command(self._playback.next())

    def previous(self) -> None:
        self._command(self._playback.previous())

    def seek(self, position_s: float) -> None:
        self._command(self._playback.seek(position_s))

    def seek_by(self, step_s: float) -> None:
        state = self._playback.state
        if state.entry is not None:
            self.seek(min(max(state.position_s + step_s, 0.0), state.duration_s))

    def set_volume(self, volume: float) -> None:
        volume = min(max(volume, 0.0), 1.0)
        self._core.settings.set(settings.VOLUME, volume)
        self._command(self._playback.set_volume(volume))
        if self._playback.state.is_muted and volume > 0:
            self.set_muted(False)

    def volume_by(self, step: float) -> None:
        self.set_volume(round(self._playback.state.volume + step, 3))

    def set_muted(self, is_muted: bool) -> None:
        self._core.settings.set(settings.MUTED, is_muted)
        self._command(self._playback.set_muted(is_muted))

    def toggle_muted(self) -> None:
        self.set_muted(not self._playback.state.is_muted)

    def set_shuffled(self, is_shuffled: bool) -> None:
        self._core.settings.set(settings.SHUFFLE, is_shuffled)
        self._command(self._playback.set_shuffled(is_shuffled))

    def cycle_repeat(self) -> None:
        repeat = NEXT_REPEAT[self._playback.queue.repeat]
        self._core.settings.set(settings.REPEAT, repeat.value)
        self._command(self._playback.set_repeat(repeat))

    def retry_now(self) -> None:
        self._command(self._playback.retry_now())

    def toggle_liked(self) -> None:
        """Shown at once, and taken back by `SongActions` if the service refuses."""
        if self._state.track is not None:
            self._actions.set_liked([self._state.track], not self._state.is_liked)

    def _on_liked(self, track_ids: frozenset[TrackId], is_liked: bool) -> None:
        self._likes.update(dict.fromkeys(track_ids, is_liked))
        self._refresh(self._playback.state, self._playback.queue)

    def _command(self, work: Coroutine[Any, Any, None]) -> None:
        self._scope.run(work, err=lambda error: self.told.emit(in_one_line(error, "do that")))

    # ---- events

    def _on_event(self, event: PlaybackEvent) -> None:
        if isinstance(event, PlaybackState):
            self._refresh(event, self._playback.queue)
        else:
            self._refresh(self._playback.state, event)

    def _on_connection(self, _state: ConnectionState) -> None:
        self._refresh(self._playback.state, self._playback.queue)
        self._fetch_waveform()

    def _refresh(self, playback: PlaybackState, queue: QueueState) -> None:
        before, self._state = self._state, self.present(playback, queue)
        if self._state != before:
            self.state_changed.emit(self._state)
        track, old = self._state.track, before.track
        if (track and track.id) != (old and old.id):
            self._fetch_waveform()
            if track is not None:
                self.track_announced.emit(f"{track.title}, {track.artist_line}")
        self.place_changed.emit(playback.position_s, playback.buffered_until_s)

    def present(self, playback: PlaybackState, queue: QueueState) -> TransportState:
        """What the bar shows of a state."""
        track = playback.entry.track if playback.entry else None
        service = self._core.accounts.service
        return TransportState(
            track=track,
            status=playback.status,
            is_liked=track is not None and self._likes.get(track.id, track.is_liked),
            can_like=track is not None and service is not None and service.capabilities.likes,
            can_move=bool(queue.order),
            is_shuffled=queue.is_shuffled,
            repeat=queue.repeat,
            duration_s=playback.duration_s,
            quality=_quality(playback),
            volume=playback.volume,
            is_muted=playback.is_muted,
            problem=_problem(playback),
        )

    def _fetch_waveform(self) -> None:
        track, service = self._state.track, self._core.accounts.service
        self._waveform_scope.forget()
        known = self._waveforms.get(track.id, b"") if track else b""
        self.waveform_changed.emit(known)
        if track is None or known or service is None:
            return
        track_id = track.id

        def arrived(peaks: bytes) -> None:
            self._waveforms[track_id] = peaks
            while len(self._waveforms) > KEPT_WAVEFORMS:
                self._waveforms.popitem(last=False)
            self.waveform_changed.emit(peaks)

        # A song without its picture still plays: the bar stays plain.
        self._waveform_scope.run(service.waveform(track_id), arrived)


def _problem(playback: PlaybackState) -> str:
    """What is wrong with the song or the device; that the network is away is told above the page."""
    is_held = playback.status in (Status.RECONNECTING, Status.BUFFERING)
    return "" if playback.error is None or is_held else bounded_sentence(playback.error.message)


def _quality(playback: PlaybackState) -> str:
    match playback.status:
        case Status.BUFFERING:
            return "Buffering"
        case Status.RECONNECTING:
            return "Reconnecting"
        case Status.FAILED:
            return "Cannot play"
        case _:
            return f"AAC {playback.rendition_kbps}" if playback.rendition_kbps and playback.entry else ""


class _Latest:
    """Work of which only the newest counts: `forget` drops the answer still under way."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._scope = GuiScope(runtime)

    def run(self, work: Coroutine[Any, Any, bytes], ok: Callable[[bytes], None]) -> None:
        self._scope.run(work, ok, err=lambda _error: None)

    def forget(self) -> None:
        self._scope.close()
        self._scope = GuiScope(self._runtime)

    def close(self) -> None:
        self._scope.close()
