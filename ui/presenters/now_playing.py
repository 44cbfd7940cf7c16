"""Which song is heard now, for the lists that mark it. One for the whole window, GUI thread.

Lists need to know of changes only; the position, four times a second, is the transport's.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from player.domain.ids import TrackId
from player.domain.playback import PlaybackState, QueueState, Status
from player.playback.port import Playback, PlaybackEvent
from ui.bridge import GuiScope

SILENT = frozenset({Status.IDLE, Status.ENDED, Status.FAILED, Status.PAUSED})


@dataclass(frozen=True, slots=True)
class Heard:
    track_id: TrackId | None = None
    is_playing: bool = False
    source: tuple[str, str] | None = None
    """kind and id of what the queue came from"""


class NowPlaying(QObject):
    changed = Signal(object)

    def __init__(self, playback: Playback, scope: GuiScope) -> None:
        super().__init__()
        self._playback = playback
        self._scope = scope
        self._heard = _heard(playback.state, playback.queue)
        scope.listen(playback.subscribe, self._on_event)

    @property
    def heard(self) -> Heard:
        return self._heard

    def close(self) -> None:
        self._scope.close()

    def _on_event(self, event: PlaybackEvent) -> None:
        state = event if isinstance(event, PlaybackState) else self._playback.state
        heard = _heard(state, event if isinstance(event, QueueState) else self._playback.queue)
        if heard != self._heard:
            self._heard = heard
            self.changed.emit(heard)


def _heard(state: PlaybackState, queue: QueueState) -> Heard:
    source = None if queue.source is None else (queue.source.kind, queue.source.id)
    track_id = None if state.entry is None else state.entry.track.id
    return Heard(track_id, track_id is not None and state.status not in SILENT, source)
