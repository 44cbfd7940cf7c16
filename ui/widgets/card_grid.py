"""Cards of albums, artists, playlists and genres: in one scrolling row, wrapped to a page, or in a grid of its own.

Return opens, Shift+Return plays next, Ctrl+Return queues; the round button on the cover plays. GUI thread.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem

from player.domain.catalogue import Genre
from ui.models.cards import Card, CardModel, CardRole
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.context import PageContext
from ui.widgets.cover import paint_cover
from ui.widgets.scrolling import dress
from ui.widgets.song_menu import card_menu

Index = QModelIndex | QPersistentModelIndex
GAP = 18
TITLE_TOP = 8
TITLE_HEIGHT = 20
LINE_HEIGHT = 16
ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Spread(Enum):
    ROW = "one row that scrolls sideways"
    WRAPPED = "as high as its cards, inside a page that scrolls"
    GRID = "scrolls itself and fetches more"


class CardDelegate(QStyledItemDelegate):
    def __init__(self, context: PageContext, view: QListView) -> None:
        super().__init__(view)
        self._context = context
        self._view = view
        self.hover_row = -1

    def cell(self) -> QSize:
        text = TITLE_TOP + self._scaled(TITLE_HEIGHT) + 2 * self._scaled(LINE_HEIGHT)
        return QSize(SIZE.card + GAP, SIZE.card + text + SPACE.s)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self.cell()

    def play_button(self, cell: QRect) -> QRect:
        side = SIZE.play + SPACE.xs
        return QRect(cell.x() + SIZE.card - side - SPACE.s, cell.y() + SIZE.card - side - SPACE.s, side, side)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card = index.data(CardRole.CARD)
        if not isinstance(card, Card):
            return
        theme, area = self._context.theme, option.rect
        cover = QRect(area.x(), area.y(), SIZE.card, SIZE.card)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_cover(
            painter, cover, card.cover, self._context.covers, theme, is_round=card.is_round, initial=card.title
        )
        has_focus = theme.shows_focus and self._view.hasFocus() and self._view.currentIndex().row() == index.row()
        if has_focus:
            self._paint_focus(painter, cover, card)
        if index.row() == self.hover_row or has_focus:
            self._paint_play(painter, self.play_button(area), card)
        self._paint_words(painter, area, card)
        painter.restore()

    def _paint_focus(self, painter: QPainter, cover: QRect, card: Card) -> None:
        painter.setPen(QPen(self._context.theme.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = cover.adjusted(1, 1, -1, -1)
        if card.is_round:
            painter.drawEllipse(inner)
        else:
            painter.drawRoundedRect(inner, RADIUS.medium, RADIUS.medium)

    def _paint_play(self, painter: QPainter, spot: QRect, card: Card) -> None:
        if isinstance(card.item, Genre):
            return
        theme, glyph = self._context.theme, SIZE.icon_small
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawEllipse(spot)
        place = QRect(0, 0, glyph, glyph)
        place.moveCenter(spot.center())
        theme.icon("play-fill", "on_accent").paint(painter, place)

    def _paint_words(self, painter: QPainter, area: QRect, card: Card) -> None:
        theme = self._context.theme
        top = area.y() + SIZE.card + TITLE_TOP
        title = QRect(area.x(), top, SIZE.card, self._scaled(TITLE_HEIGHT))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.setFont(theme.font(TYPE.body, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("text"))
        painter.drawText(title, flags, _elided(painter, card.title))
        painter.setFont(theme.font(TYPE.small))
        painter.setPen(theme.colour("muted"))
        line = QRect(area.x(), title.bottom() + 1, SIZE.card, self._scaled(LINE_HEIGHT))
        for words in two_lines(card.subtitle, painter.fontMetrics(), SIZE.card):
            painter.drawText(line, flags, words)
            line.translate(0, line.height())

    def _scaled(self, px: int) -> int:
        return self._context.theme.scaled(px)


def _elided(painter: QPainter, text: str) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, SIZE.card)


def two_lines(text: str, metrics: QFontMetrics, width: int) -> tuple[str, ...]:
    """Broken at a space where one line is too short; the second ends in an ellipsis."""
    if metrics.horizontalAdvance(text) <= width:
        return (text,)
    words, first = text.split(" "), ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    elide = Qt.TextElideMode.ElideRight
    if not first:
        return (metrics.elidedText(text, elide, width),)
    return first, metrics.elidedText(" ".join(words), elide, width)


class CardList(QListView):
    opened = Signal(object)
    """a card was opened or played: searches remember their question"""
    row_focused = Signal(QRect)

    def __init__(self, context: PageContext, model: CardModel, spread: Spread, name: str) -> None:
        super().__init__()
        self._context = context
        self._cards = model
        self._spread = spread
        dress(self, context.theme)
        self._delegate = CardDelegate(context, self)
        self.setItemDelegate(self._delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # SinglePass costs 350 ms at 100,000 cards (PERF.md)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.setModel(model)
        self.set_spread(spread)
        context.covers.changed.connect(self.viewport().update)
        context.theme.changed.connect(self._fit)
        for changed in (model.modelReset, model.rowsInserted):
            changed.connect(self._fit)

    def set_spread(self, spread: Spread) -> None:
        self._spread = spread
        self.setWrapping(spread is not Spread.ROW)
        policy = Qt.ScrollBarPolicy
        own_bar = policy.ScrollBarAsNeeded if spread is Spread.GRID else policy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(own_bar)
        self._fit()

    @property
    def overflows(self) -> bool:
        """More cards than one row shows."""
        return self._cards.rowCount() > self._columns()

    def _columns(self) -> int:
        return max(1, (self.viewport().width() + GAP) // self._delegate.cell().width())

    def _fit(self, *_: Index | int) -> None:
        cell = self._delegate.cell()
        self.setGridSize(cell)
        if self._spread is Spread.GRID:
            return
        rows = 1 if self._spread is Spread.ROW else -(-self._cards.rowCount() // self._columns())
        height = cell.height() * max(1, rows)
        if height != self.height():
            self.setFixedHeight(height)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def viewportSizeHint(self) -> QSize:
        return self._delegate.cell()

    # ---- keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, modifiers = self.currentIndex(), event.modifiers()
        if event.key() in ENTER and index.isValid():
            self._enter(self._cards.card(index.row()), modifiers)
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _enter(self, card: Card, modifiers: Qt.KeyboardModifier) -> None:
        if isinstance(card.item, Genre):
            self.opened.emit(card.item)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._context.songs.enqueue_item(card.item, is_next=True)
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._context.songs.enqueue_item(card.item, is_next=False)
        else:
            self._open(card)

    def _open(self, card: Card) -> None:
        self.opened.emit(card.item)
        self._context.open(card.item)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        cell = self.visualRect(index)
        card = self._cards.card(index.row())
        if self._delegate.play_button(cell).contains(place) and not isinstance(card.item, Genre):
            self.opened.emit(card.item)
            self._context.songs.play_item(card.item)
        elif place.x() < cell.x() + SIZE.card:
            self._open(card)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row())
        shape = Qt.CursorShape.PointingHandCursor if index.isValid() else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hover_row:
            self._delegate.hover_row = row
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A row takes sideways turns only; up and down are the page's."""
        delta = event.angleDelta()
        sideways = abs(delta.x()) > abs(delta.y())
        if self._spread is Spread.GRID or (self._spread is Spread.ROW and sideways):
            super().wheelEvent(event)
        elif self._spread is Spread.ROW and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - delta.y())
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if not index.isValid():
            return
        item = self._cards.card(index.row()).item
        if not isinstance(item, Genre):
            place: QPoint = self.viewport().mapToGlobal(self.visualRect(index).center())
            card_menu(self._context, self, item).popup(event.globalPos() if by_mouse else place)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        if self._spread is not Spread.GRID and current.isValid() and self.hasFocus():
            self.row_focused.emit(self.visualRect(current))
