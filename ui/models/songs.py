"""The songs of a table. Pages fill it in the GUI thread with what presenters emit; it asks for nothing itself.

`fetchMore` only emits `more_wanted`: whoever owns the pages answers with `append`. data() reads a tuple and nothing
else, so that it never blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from player.domain.catalogue import PlaylistItem, Track
from player.domain.ids import PlaylistItemId, TrackId
from ui.models.difference import difference
from ui.models.song_mime import ROWS_MIME, TRACKS_MIME, encode_rows, encode_tracks
from ui.wording import clock_time, plain, play_count

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Column(IntEnum):
    NUMBER = 0
    TITLE = 1
    ARTIST = 2
    ALBUM = 3
    LIKED = 4
    PLAYS = 5
    TIME = 6


HEADINGS = {
    Column.NUMBER: "#",
    Column.TITLE: "Title",
    Column.ARTIST: "Artist",
    Column.ALBUM: "Album",
    Column.LIKED: "",
    Column.PLAYS: "Plays",
    Column.TIME: "Time",
}
RIGHT = frozenset({Column.PLAYS, Column.TIME})


class SongRole(IntEnum):
    TRACK = Qt.ItemDataRole.UserRole + 1
    ITEM_ID = Qt.ItemDataRole.UserRole + 2
    IS_CURRENT = Qt.ItemDataRole.UserRole + 3
    IS_PLAYING = Qt.ItemDataRole.UserRole + 4
    NUMBER = Qt.ItemDataRole.UserRole + 5
    """as painted before the title; a role of its own, for the row's place changes when rows before it go"""


@dataclass(frozen=True, slots=True)
class SongRow:
    """`item_id` where the row is a place in a playlist: the same song may stand there twice."""

    track: Track
    item_id: PlaylistItemId | None = None


def rows_of(tracks: Iterable[Track]) -> tuple[SongRow, ...]:
    return tuple(SongRow(track) for track in tracks)


def rows_of_items(items: Iterable[PlaylistItem]) -> tuple[SongRow, ...]:
    return tuple(SongRow(item.track, item.id) for item in items)


class SongModel(QAbstractTableModel):
    """`is_numbered_by_row` counts 1, 2, 3 (playlists, lists); otherwise an album's own track numbers are shown."""

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None, *, is_numbered_by_row: bool = True) -> None:
        super().__init__(parent)
        self._rows: list[SongRow] = []
        self._has_more = False
        self._is_asking = False
        self._current: TrackId | None = None
        self._is_playing = False
        self._by_row = is_numbered_by_row
        self.takes_drops = False

    # ---- what pages say

    def show_rows(self, rows: Sequence[SongRow], *, has_more: bool = False) -> None:
        """The smallest change that makes the list `rows`; a wholly different list is a reset."""
        old = [(row.track.id, row.item_id) for row in self._rows]
        new = [(row.track.id, row.item_id) for row in rows]
        self._has_more, self._is_asking = has_more, False
        change = difference(old, new)
        if change.first == 0 and change.old_end == len(old):
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        if change.old_end > change.first:
            self.beginRemoveRows(NOWHERE, change.first, change.old_end - 1)
            del self._rows[change.first : change.old_end]
            self.endRemoveRows()
        if change.new_end > change.first:
            self.beginInsertRows(NOWHERE, change.first, change.new_end - 1)
            self._rows[change.first : change.first] = rows[change.first : change.new_end]
            self.endInsertRows()
        self._rows = list(rows)
        self._announce(range(len(self._rows)))

    def append(self, rows: Sequence[SongRow], *, has_more: bool) -> None:
        self._has_more, self._is_asking = has_more, False
        if rows:
            first = len(self._rows)
            self.beginInsertRows(NOWHERE, first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def mark_current(self, track_id: TrackId | None, *, is_playing: bool) -> None:
        touched = {self._current, track_id}
        self._current, self._is_playing = track_id, is_playing
        self._announce(row for row, each in enumerate(self._rows) if each.track.id in touched)

    def mark_liked(self, track_ids: frozenset[TrackId], is_liked: bool) -> None:
        for row, each in enumerate(self._rows):
            if each.track.id in track_ids and each.track.is_liked != is_liked:
                self._rows[row] = replace(each, track=replace(each.track, is_liked=is_liked))
                self._announce([row])

    # ---- what views and pages ask

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(row.track for row in self._rows)

    @property
    def has_plays(self) -> bool:
        return any(row.track.plays for row in self._rows)

    def row(self, number: int) -> SongRow:
        return self._rows[number]

    def is_current(self, number: int) -> bool:
        return self._rows[number].track.id == self._current

    def is_playing(self, number: int) -> bool:
        return self._is_playing and self.is_current(number)

    def number(self, number: int) -> str:
        """As painted before the title."""
        track = self._rows[number].track
        return str(number + 1 if self._by_row or track.track_number is None else track.track_number)

    def words(self, number: int, column: Column) -> str:
        return _text(self._rows[number].track, column)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row.track, Column(index.column()))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(Column(index.column()))
            case _:
                return self._value(index.row(), row, role)

    def _value(self, number: int, row: SongRow, role: int) -> Any:
        match role:
            case SongRole.TRACK:
                return row.track
            case SongRole.ITEM_ID:
                return row.item_id
            case SongRole.IS_CURRENT:
                return self.is_current(number)
            case SongRole.IS_PLAYING:
                return self.is_playing(number)
            case SongRole.NUMBER:
                return self.number(number)
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[Column(section)]
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def roleNames(self) -> dict[int, QByteArray]:
        names = super().roleNames()
        names.update((role.value, QByteArray(role.name.lower().encode())) for role in SongRole)
        return names

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more and not self._is_asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._is_asking = True
            self.more_wanted.emit()

    # ---- drag and drop

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled if self.takes_drops else Qt.ItemFlag.NoItemFlags
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled | flag.ItemNeverHasChildren

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [TRACKS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = sorted({index.row() for index in indexes})
        mime = QMimeData()
        mime.setData(TRACKS_MIME, QByteArray(encode_tracks([self._rows[row].track for row in rows])))
        mime.setData(ROWS_MIME, QByteArray(encode_rows(id(self), rows)))
        return mime

    def _spoken(self, row: SongRow) -> str:
        state = ", playing" if row.track.id == self._current else ""
        liked = ", liked" if row.track.is_liked else ""
        track = row.track
        return f"{plain(track.title)} by {plain(track.artist_line)}, {clock_time(track.duration_s)}{liked}{state}"

    def _announce(self, rows: Iterable[int]) -> None:
        """dataChanged for runs of neighbouring rows: one signal for a whole list, not one a row."""
        first = last = -2
        for row in rows:
            if row == last + 1:
                last = row
                continue
            self._announce_run(first, last)
            first = last = row
        self._announce_run(first, last)

    def _announce_run(self, first: int, last: int) -> None:
        if first >= 0:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _text(track: Track, column: Column) -> str:
    match column:
        case Column.NUMBER:
            return "" if track.track_number is None else str(track.track_number)
        case Column.TITLE:
            return plain(track.title)
        case Column.ARTIST:
            return plain(track.artist_line)
        case Column.ALBUM:
            return plain(track.album.title) if track.album else ""
        case Column.LIKED:
            return ""
        case Column.PLAYS:
            return play_count(track.plays) if track.plays else ""
        case Column.TIME:
            return clock_time(track.duration_s)
