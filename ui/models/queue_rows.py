"""The upcoming songs as rows, heads included, changed in place so that the view keeps its scroll. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from player.domain.playback import QueueEntry
from ui.models.difference import difference
from ui.wording import clock_time, plain

MIME = "application/x-segue-queue-entries"
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A head (`entry` None) or a song; `place` is the song's position in the order of play."""

    title: str
    entry: QueueEntry | None = None
    place: int = -1


class QueueModel(QAbstractListModel):
    """`move_asked(entry_id, position)` when a song is dropped; the presenter asks playback, rows follow the queue."""

    move_asked = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[QueueRow] = []

    def show_rows(self, rows: Sequence[QueueRow]) -> None:
        """Remove and insert only what lies between the common beginning and end. `place` shifts with every song
        that ends, and is no part of what is seen."""
        change = difference([_seen(row) for row in self._rows], [_seen(row) for row in rows])
        if change.old_end > change.first:
            self.beginRemoveRows(NO_INDEX, change.first, change.old_end - 1)
            del self._rows[change.first : change.old_end]
            self.endRemoveRows()
        if change.new_end > change.first:
            self.beginInsertRows(NO_INDEX, change.first, change.new_end - 1)
            self._rows[change.first : change.first] = rows[change.first : change.new_end]
            self.endInsertRows()
        self._rows = list(rows)

    def row(self, index: AnyIndex) -> QueueRow | None:
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        if role == ENTRY_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole and row.entry is not None:
            track = row.entry.track
            return plain(f"{track.title}, {track.artist_line}, {clock_time(track.duration_s)}")
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        row = self.row(index)
        if row is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        if row.entry is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        ids = [str(row.entry.id) for row in map(self.row, indexes) if row is not None and row.entry is not None]
        data = QMimeData()
        data.setData(MIME, QByteArray(",".join(ids).encode()))
        return data

    def dropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: AnyIndex) -> bool:
        """Answers False: the view must not remove rows itself, they follow the queue."""
        moved = [int(each) for each in bytes(data.data(MIME).data()).decode().split(",") if each.isdigit()]
        target = row if row >= 0 else (parent.row() if parent.isValid() else len(self._rows))
        for entry_id in moved[:1]:
            position = self._position_of_drop(target, entry_id)
            if position is not None:
                self.move_asked.emit(entry_id, position)
        return False

    def _position_of_drop(self, target: int, entry_id: int) -> int | None:
        """The place in the order of play once the moved song is taken out of it."""
        places = [row.place for row in self._rows if row.entry is not None]
        if not places:
            return None
        source = next((row.place for row in self._rows if row.entry and row.entry.id == entry_id), None)
        following = (row.place for row in self._rows[target:] if row.entry is not None)
        before = next(following, places[-1] + 1)
        return before - 1 if source is not None and source < before else before


def _seen(row: QueueRow) -> tuple[str, object]:
    return (row.title, row.entry.id if row.entry else None)
