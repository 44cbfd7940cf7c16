"""What comes next, under its heads, and what the listener does with it. GUI thread."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from player.domain.ids import EntryId
from player.domain.playback import PlaybackState, QueueState
from player.playback.port import PlaybackEvent
from ui.bridge import GuiScope
from ui.core import Core
from ui.models.queue_rows import QueueRow
from ui.presenters.states import in_one_line
from ui.wording import plain

PICKED = "Next, picked by you"


class QueuePresenter(QObject):
    rows_changed = Signal(object)
    """tuple of QueueRow"""
    told = Signal(str)

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._playback = core.playback
        self._scope = GuiScope(core.runtime)
        self._version = -1
        self._scope.listen(core.playback.subscribe, self._on_event)

    def start(self) -> None:
        self._show(self._playback.queue)

    def close(self) -> None:
        self._scope.close()

    def play(self, entry_id: int) -> None:
        self._command(self._playback.play_entry(EntryId(entry_id)))

    def move(self, entry_id: int, position: int) -> None:
        self._command(self._playback.move_entry(EntryId(entry_id), position))

    def remove(self, entry_ids: Sequence[int]) -> None:
        self._command(self._playback.remove_entries([EntryId(each) for each in entry_ids]))

    def clear(self) -> None:
        self._command(self._playback.clear_upcoming())

    def _command(self, work: Coroutine[Any, Any, None]) -> None:
        self._scope.run(work, err=lambda error: self.told.emit(in_one_line(error, "change the queue")))

    def _on_event(self, event: PlaybackEvent) -> None:
        if not isinstance(event, PlaybackState):
            self._show(event)

    def _show(self, queue: QueueState) -> None:
        if queue.version != self._version:
            self._version = queue.version
            self.rows_changed.emit(upcoming_rows(queue))


def upcoming_rows(queue: QueueState) -> tuple[QueueRow, ...]:
    """The songs after the current one, a head wherever picked ones and the source's meet."""
    rows: list[QueueRow] = []
    first = 0 if queue.index is None else queue.index + 1
    source = f"Next from {plain(queue.source.title, 60)}" if queue.source and queue.source.title else "Next"
    was_picked: bool | None = None
    for place in range(first, len(queue.order)):
        entry = queue.order[place]
        if entry.is_picked is not was_picked:
            was_picked = entry.is_picked
            rows.append(QueueRow(PICKED if was_picked else source))
        rows.append(QueueRow(plain(entry.track.title), entry, place))
    return tuple(rows)
