"""What comes next, under its heads, and what the listener does with it. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from player.domain.ids import EntryId
from player.domain.playback import PlaybackState, QueueEntry, QueueState
from player.playback.port import PlaybackEvent
from ui.bridge import GuiScope
from ui.core import Core
from ui.models.queue_rows import QueueRow
from ui.presenters.states import in_one_line
from ui.wording import counted, plain

PICKED = "Next, picked by you"


class QueuePresenter(QObject):
    rows_changed = Signal(object)
    """tuple of QueueRow"""
    told = Signal(str)
    removed = Signal(str, object)
    """what was taken out, and the call that puts it back"""

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
        gone = [(at, entry) for at, entry in enumerate(self._playback.queue.order) if entry.id in set(entry_ids)]
        if gone:
            work = self._playback.remove_entries([entry.id for _, entry in gone])
            first = plain(gone[0][1].track.title, 80)
            said = f"Removed {first if len(gone) == 1 else counted(len(gone), 'song')} from the queue"
            self._command(work, lambda: self.removed.emit(said, lambda: self._command(self._put_back(gone))))

    def clear(self) -> None:
        queue = self._playback.queue
        first = 0 if queue.index is None else queue.index + 1
        self.remove([entry.id for entry in queue.order[first:]])

    async def _put_back(self, gone: Sequence[tuple[int, QueueEntry]]) -> None:
        """Where they stood; the queue may have moved on meanwhile, then as near as it goes."""
        known = {entry.id for entry in self._playback.queue.order}
        await self._playback.enqueue([entry.track for _, entry in gone], is_next=False)
        back = [entry.id for entry in self._playback.queue.order if entry.id not in known]
        for entry_id, (place, _) in reversed(list(zip(back, gone, strict=False))):  # those before still wait ahead
            await self._playback.move_entry(entry_id, place)

    def _command(self, work: Coroutine[Any, Any, None], done: Callable[[], None] | None = None) -> None:
        ok = None if done is None else (lambda _nothing: done())
        self._scope.run(work, ok, err=lambda error: self.told.emit(in_one_line(error, "change the queue")))

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
