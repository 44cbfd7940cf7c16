"""The queue panel: what comes next, to play, drag, remove, and a place to drop songs on. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui.covers import CoverLoader
from ui.models.queue_rows import ENTRY_ROLE, QueueModel, QueueRow
from ui.models.song_mime import TRACKS_MIME, decode_tracks
from ui.presenters.queue_panel import QueuePresenter
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.cover import paint_cover
from ui.widgets.navigation import Navigator
from ui.widgets.plain_label import PlainLabel
from ui.widgets.scrolling import dress
from ui.wording import clock_time, plain

AnyIndex = QModelIndex | QPersistentModelIndex


class QueuePanel(QWidget):
    tracks_dropped = Signal(object)

    def __init__(self, theme: Theme, presenter: QueuePresenter, covers: CoverLoader, navigator: Navigator) -> None:
        super().__init__()
        self.list = QueueList(theme, presenter, covers, navigator)
        self.list.tracks_dropped.connect(self.tracks_dropped)
        self._empty = PlainLabel(
            theme, "Nothing comes next. Play an album, or drop songs here.", role="muted", wraps=True
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(SPACE.l, SPACE.m, SPACE.l, 0)
        self._faces = QStackedLayout(self)
        self._faces.addWidget(self.list)
        self._faces.addWidget(self._empty)
        presenter.rows_changed.connect(self.show_rows)

    def show_rows(self, rows: tuple[QueueRow, ...]) -> None:
        self.list.rows.show_rows(rows)
        self._faces.setCurrentIndex(0 if rows else 1)


class QueueList(QListView):
    tracks_dropped = Signal(object)

    def __init__(self, theme: Theme, presenter: QueuePresenter, covers: CoverLoader, navigator: Navigator) -> None:
        super().__init__()
        dress(self, theme, "surface")
        self._theme = theme
        self._presenter = presenter
        self._navigator = navigator
        self.rows = QueueModel(self)
        self.rows.move_asked.connect(presenter.move)
        self.setModel(self.rows)
        self.setItemDelegate(QueueDelegate(theme, covers, self))
        self.setAccessibleName("Queue")
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.doubleClicked.connect(self._play)
        covers.changed.connect(self.viewport().update)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, is_alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._play(self.currentIndex())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove_selected()
        elif is_alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._nudge(-1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def _play(self, index: AnyIndex) -> None:
        row = self.rows.row(index)
        if row is not None and row.entry is not None:
            self._presenter.play(row.entry.id)

    def _nudge(self, by: int) -> None:
        row = self.rows.row(self.currentIndex())
        if row is not None and row.entry is not None:
            self._presenter.move(row.entry.id, row.place + by)

    def _selected(self) -> list[int]:
        rows = (self.rows.row(index) for index in self.selectionModel().selectedIndexes())
        return [row.entry.id for row in rows if row is not None and row.entry is not None]

    def _remove_selected(self) -> None:
        chosen = self._selected()
        if chosen:
            self._presenter.remove(chosen)

    def _open_menu(self, at: QPoint) -> None:
        row = self.rows.row(self.indexAt(at))
        if row is None or row.entry is None:
            return
        track = row.entry.track
        menu = QMenu(self)
        self._theme.dress_menu(menu)
        menu.addAction("Play", lambda: self._play(self.currentIndex()))
        menu.addAction("Remove from the queue", self._remove_selected)
        menu.addAction("Clear what comes next", self._presenter.clear)
        menu.addSeparator()
        if track.album is not None:
            album_id = track.album.id
            menu.addAction("Go to the album", lambda: self._navigator.open_album(album_id))
        if track.artists:
            artist_id = track.artists[0].id
            menu.addAction("Go to the artist", lambda: self._navigator.open_artist(artist_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(at))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(TRACKS_MIME):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(TRACKS_MIME):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if not event.mimeData().hasFormat(TRACKS_MIME):
            super().dropEvent(event)
            return
        tracks = decode_tracks(bytes(event.mimeData().data(TRACKS_MIME).data()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if tracks:
            self.tracks_dropped.emit(tracks)


class QueueDelegate(QStyledItemDelegate):
    """Paints heads, and songs with cover, title, artist and time."""

    def __init__(self, theme: Theme, covers: CoverLoader, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._covers = covers

    def sizeHint(self, _option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        row = index.data(ENTRY_ROLE)
        tall = SIZE.queue_row if isinstance(row, QueueRow) and row.entry else SIZE.queue_head
        return QSize(0, self._theme.scaled(tall))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = index.data(ENTRY_ROLE)
        if not isinstance(row, QueueRow):
            return
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.entry is None:
            self._text(painter, area.adjusted(SPACE.l, 0, -SPACE.l, 0), row.title, TYPE.small, "muted")
        else:
            self._paint_ground(painter, option, area)
            self._paint_song(painter, row, area)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
        state: QStyle.StateFlag = option.state
        shape = QRectF(area).adjusted(SPACE.s, 1.5, -SPACE.s, -1.5)
        is_lit = state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_lit:
            painter.setBrush(self._theme.colour("raised"))
            painter.drawRoundedRect(shape, RADIUS.medium, RADIUS.medium)
        if state & QStyle.StateFlag.State_HasFocus and self._theme.shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("accent"))
            painter.drawRoundedRect(shape, RADIUS.medium, RADIUS.medium)

    def _paint_song(self, painter: QPainter, row: QueueRow, area: QRect) -> None:
        assert row.entry is not None
        track = row.entry.track
        side = SIZE.queue_cover
        cover = QRect(area.left() + SPACE.l, area.center().y() - side // 2 + 1, side, side)
        initial = track.album.title if track.album else track.title
        paint_cover(painter, cover, track.cover, self._covers, self._theme, radius=RADIUS.small, initial=initial)
        time = clock_time(track.duration_s)
        font = self._theme.font(TYPE.small, tabular=True)
        wide = QFontMetrics(font).horizontalAdvance(time)
        right = area.right() - SPACE.l + self._bar_width()
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(
            QRect(right - wide, area.top(), wide + 1, area.height()), Qt.AlignmentFlag.AlignVCenter, time
        )
        left = cover.right() + 1 + SPACE.s + 2
        half = self._theme.scaled(SIZE.queue_line)
        words = QRect(left, area.center().y() - half + 1, right - wide - SPACE.m - left, half)
        self._text(painter, words, row.title, TYPE.body, "text", QFont.Weight.DemiBold)
        self._text(painter, words.translated(0, half), plain(track.artist_line), TYPE.small, "muted")

    def _bar_width(self) -> int:
        """The scroll bar stands in the margin, so that times do not jump when it comes."""
        view = self.parent()
        bar = view.verticalScrollBar() if isinstance(view, QListView) else None
        return bar.width() if bar is not None and bar.isVisible() else 0

    def _text(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        size: int,
        role: str,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        font = self._theme.font(size, weight)
        painter.setFont(font)
        painter.setPen(self._theme.colour(role))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
