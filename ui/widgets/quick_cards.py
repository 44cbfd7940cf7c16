"""The six quick cards at the top of home: three beside each other, two on a narrow page. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from player.domain.catalogue import Album, Artist, Playlist, Track
from ui.models.cards import card_of, kind_of
from ui.theme.tokens import RADIUS, SPACE, TYPE
from ui.widgets.context import PageContext
from ui.widgets.cover import paint_cover
from ui.widgets.highlight import draw_line
from ui.widgets.song_menu import card_menu
from ui.wording import dotted

Item = Album | Artist | Playlist | Track
HEIGHT = 70
COVER = 52
INSET = 9
NARROW = 620
GUTTER = 12


class QuickCard(QAbstractButton):
    def __init__(self, context: PageContext, item: Item) -> None:
        super().__init__()
        self._context = context
        self._item = item
        self._card = card_of(item)
        kind, about = kind_of(item), self._card.subtitle
        self._subtitle = kind if isinstance(item, Artist) else dotted(kind, about)
        self.setAccessibleName(f"{self._card.title}, {self._subtitle}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fit()
        self.clicked.connect(self._open)
        context.covers.changed.connect(self.update)
        context.theme.changed.connect(self._fit)

    def _fit(self) -> None:
        self.setFixedHeight(self._context.theme.scaled(HEIGHT))
        self.update()

    def _open(self) -> None:
        self._context.open(self._item)

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        card_menu(self._context, self, self._item).popup(event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, area = self._context.theme, self.rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_marked = self.hasFocus() and theme.shows_focus
        painter.setPen(QPen(theme.colour("accent" if is_marked else "line"), 2 if is_marked else 1))
        painter.setBrush(theme.colour("raised" if self.underMouse() else "surface"))
        painter.drawRoundedRect(area.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.large, RADIUS.large)
        cover = QRect(INSET, (area.height() - COVER) // 2, COVER, COVER)
        paint_cover(
            painter,
            cover,
            self._card.cover,
            self._context.covers,
            theme,
            radius=RADIUS.small,
            is_round=self._card.is_round,
            initial=self._card.title,
        )
        left, middle = cover.right() + SPACE.m + 1, area.height() // 2
        width, line = area.width() - left - SPACE.m, theme.scaled(18)
        painter.setFont(theme.font(TYPE.body, QFont.Weight.DemiBold))
        draw_line(painter, QRect(left, middle - line, width, line), self._card.title, theme.colour("text"))
        painter.setFont(theme.font(TYPE.caption))
        draw_line(painter, QRect(left, middle, width, line), self._subtitle, theme.colour("muted"))
        painter.end()


class QuickCards(QWidget):
    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._items: tuple[Item, ...] = ()
        self._cards: list[QuickCard] = []
        self._columns = 3
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GUTTER)

    def show_items(self, items: Sequence[Item]) -> None:
        self.setVisible(bool(items))
        if tuple(items) == self._items:
            return
        self._items = tuple(items)
        for card in self._cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        self._cards = [QuickCard(self._context, item) for item in items]
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 3 if event.size().width() >= NARROW else 2
        if columns != self._columns:
            self._columns = columns
            self._lay_out()

    def _lay_out(self) -> None:
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, *divmod(place, self._columns))
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
