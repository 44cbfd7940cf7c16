"""The table of songs: the same keys, menu and drag on every page. GUI thread.

Return plays from the row, Shift+Return plays next, Ctrl+Return queues, Delete removes and Alt+Up/Down moves where
the list may be edited, letters jump to a title. `fits_content` makes the table as high as its rows inside a page that
scrolls; otherwise it scrolls itself and fetches more as it nears the end.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView

from player.domain.catalogue import Track
from player.domain.playback import QueueSource
from ui.models.song_mime import ROWS_MIME, TRACKS_MIME, decode_rows, decode_tracks
from ui.models.songs import Column, SongModel
from ui.theme.tokens import SIZE
from ui.widgets.context import PageContext
from ui.widgets.scrolling import dress
from ui.widgets.song_menu import song_menu
from ui.widgets.song_rows import HEADER_HEIGHT, SongDelegate, SongHeader, SongLook, column_widths

Index = QModelIndex | QPersistentModelIndex
Source = Callable[[], QueueSource | None]
ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
PASSED_ON = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right})  # the window's: pause and seek


class SongTable(QTableView):
    """`set_editable` allows order and membership to change; the page answers the signals."""

    rows_moved = Signal(object, int)
    """rows (sorted tuple) and the row they go before"""
    tracks_dropped = Signal(object, int)
    """tracks from another list and the row they go before"""
    remove_asked = Signal(object)
    """rows (sorted tuple)"""
    row_focused = Signal(QRect)
    """the current row's place in this widget, for the page that scrolls it into view"""
    played = Signal()

    def __init__(
        self, context: PageContext, model: SongModel, look: SongLook, source: Source, *, fits_content: bool = True
    ) -> None:
        super().__init__()
        self._context = context
        self._songs = model
        self._look = look
        self._source = source
        self._fits_content = fits_content
        self._is_editable = False
        self._drop_row = -1
        self._delegate = SongDelegate(context, look, model, self)
        self._build()
        self.setModel(model)
        self._listen()
        self._fit()

    def _build(self) -> None:
        dress(self, self._context.theme)
        self.setHorizontalHeader(SongHeader(self._context.theme, self))
        self.horizontalHeader().setVisible(self._look.has_header)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        if self._fits_content:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Songs")

    def _listen(self) -> None:
        context, model = self._context, self._songs
        context.covers.changed.connect(self.viewport().update)
        context.theme.changed.connect(self._fit)
        context.now.changed.connect(self._mark)
        context.songs.liked_changed.connect(model.mark_liked)
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._fit)
        self.doubleClicked.connect(lambda index: self.play_row(index.row()))
        self._mark()

    def set_editable(self, is_editable: bool) -> None:
        mode = QAbstractItemView.DragDropMode
        self._is_editable = is_editable
        self._songs.takes_drops = is_editable
        self.setAcceptDrops(is_editable)
        self.setDragDropMode(mode.DragDrop if is_editable else mode.DragOnly)

    def set_query(self, query: str) -> None:
        """Titles show what this search found."""
        self._delegate.query = query
        self.viewport().update()

    # ---- what can be done with rows

    def selected_rows(self) -> tuple[int, ...]:
        return tuple(sorted(index.row() for index in self.selectionModel().selectedRows()))

    def selected_tracks(self) -> tuple[Track, ...]:
        return tuple(self._songs.row(row).track for row in self.selected_rows())

    def select_rows(self, rows: range) -> None:
        self.clearSelection()
        mode = self.selectionModel().SelectionFlag
        for row in rows:
            self.selectionModel().select(self._songs.index(row, 0), mode.Select | mode.Rows)
        if rows:
            self.selectionModel().setCurrentIndex(self._songs.index(rows[0], Column.TITLE), mode.NoUpdate)

    def play_row(self, row: int) -> None:
        if 0 <= row < self._songs.rowCount():
            self._context.songs.play(self._songs.tracks, row, self._source())
            self.played.emit()

    def _play_or_pause(self, row: int) -> None:
        if self._songs.row(row).track.id == self._context.now.heard.track_id:
            self._context.songs.toggle()
        else:
            self.play_row(row)

    def _remove_selected(self) -> None:
        if rows := self.selected_rows():
            self.remove_asked.emit(rows)

    def _move_selected(self, by: int) -> None:
        rows = self.selected_rows()
        if not rows:
            return
        place = rows[0] - 1 if by < 0 else rows[-1] + 2
        if 0 <= place <= self._songs.rowCount():
            self.rows_moved.emit(rows, place)

    # ---- keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if key in ENTER:
            self._enter(modifiers)
        elif key is Qt.Key.Key_Delete and self._is_editable:
            self._remove_selected()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and modifiers & Qt.KeyboardModifier.AltModifier:
            if self._is_editable:
                self._move_selected(-1 if key is Qt.Key.Key_Up else 1)
        elif key in PASSED_ON:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by keyboard has a row to act on."""
        super().focusInEvent(event)
        is_by_mouse = event.reason() is Qt.FocusReason.MouseFocusReason
        if not is_by_mouse and self._songs.rowCount() and not self.selected_rows():
            self.selectRow(max(self.currentIndex().row(), 0))

    def _enter(self, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._context.songs.enqueue(self.selected_tracks(), is_next=True)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._context.songs.enqueue(self.selected_tracks(), is_next=False)
        else:
            self.play_row(self.currentIndex().row())

    def keyboardSearch(self, letters: str) -> None:
        """Letters look through titles, whichever cell was clicked last."""
        current = self.currentIndex()
        if current.column() != Column.TITLE and self._songs.rowCount():
            title = self._songs.index(max(current.row(), 0), Column.TITLE)
            self.selectionModel().setCurrentIndex(title, self.selectionModel().SelectionFlag.NoUpdate)
        super().keyboardSearch(letters)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid() and self._press_part(index):
            event.accept()
            return
        super().mousePressEvent(event)

    def _press_part(self, index: QModelIndex) -> bool:
        """The number plays, the heart likes; everything else selects."""
        match Column(index.column()):
            case Column.NUMBER:
                self._play_or_pause(index.row())
            case Column.LIKED if self._context.songs.capabilities.likes:
                track = self._songs.row(index.row()).track
                self._context.songs.set_liked([track], not track.is_liked)
            case _:
                return False
        return True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hover_row:
            self._delegate.hover_row = row
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._fits_content:
            event.ignore()  # the page scrolls
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        tracks = self.selected_tracks()
        if not tracks:
            return
        row = self.selected_rows()[0]
        menu = song_menu(
            self._context,
            self,
            tracks,
            self._source(),
            play=(lambda: self.play_row(row)) if len(tracks) == 1 else None,
            remove=self._remove_selected if self._is_editable else None,
        )
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        menu.popup(event.globalPos() if by_mouse else self._menu_place(row))

    def _menu_place(self, row: int) -> QPoint:
        return self.viewport().mapToGlobal(self.visualRect(self._songs.index(row, Column.TITLE)).center())

    # ---- drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._is_editable and event.mimeData().hasFormat(TRACKS_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not (self._is_editable and event.mimeData().hasFormat(TRACKS_MIME)):
            event.ignore()
            return
        self._show_drop(self._row_before(event.position().toPoint().y()))
        self.row_focused.emit(QRect(0, event.position().toPoint().y() - SIZE.row, 1, 2 * SIZE.row))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_drop(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        mime, place = event.mimeData(), self._row_before(event.position().toPoint().y())
        self._show_drop(-1)
        rows = decode_rows(bytes(mime.data(ROWS_MIME).data()), id(self._songs))
        tracks = decode_tracks(bytes(mime.data(TRACKS_MIME).data()))
        # Copy, always: a move would let Qt take the dragged rows out of the model after us.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if rows:
            self.rows_moved.emit(rows, place)
        elif tracks:
            self.tracks_dropped.emit(tracks, place)

    def _row_before(self, y: int) -> int:
        height = self.verticalHeader().defaultSectionSize()
        return min(max((y + self.verticalOffset() + height // 2) // height, 0), self._songs.rowCount())

    def _show_drop(self, row: int) -> None:
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_row >= 0:
            y = self._drop_row * self.verticalHeader().defaultSectionSize() - self.verticalOffset()
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self._context.theme.colour("accent"), 2))
            painter.drawLine(0, max(1, y), self.viewport().width(), max(1, y))
            painter.end()

    # ---- size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        widths = column_widths(self._look, self.viewport().width(), has_plays=self._songs.has_plays)
        for column in Column:
            self.setColumnHidden(column, not widths.get(column))
            self.setColumnWidth(column, widths.get(column, 0))

    def sizeHint(self) -> QSize:
        return QSize(0, self.height())

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        if self._fits_content and current.isValid() and self.hasFocus():
            place = self.visualRect(current)
            self.row_focused.emit(place.translated(self.viewport().pos()))

    def _mark(self) -> None:
        heard = self._context.now.heard
        self._songs.mark_current(heard.track_id, is_playing=heard.is_playing)

    def _fit(self, *_: Index | int) -> None:
        theme = self._context.theme
        height = theme.scaled(SIZE.row)
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(theme.scaled(HEADER_HEIGHT))
        if self._fits_content:
            header = theme.scaled(HEADER_HEIGHT) if self._look.has_header else 0
            self.setFixedHeight(header + height * self._songs.rowCount())
        self._share_width()
        self.viewport().update()
