"""The card of the best match of a search: Return in the search field plays what it shows. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from player.domain.catalogue import Album, Artist, Playlist, Track
from ui.models.cards import card_of, kind_of
from ui.theme.tokens import RADIUS, SPACE, TYPE
from ui.widgets.buttons import PrimaryPill
from ui.widgets.context import PageContext
from ui.widgets.cover import paint_cover
from ui.widgets.plain_label import PlainLabel
from ui.wording import counted, dotted

Found = Album | Artist | Playlist | Track
WIDTH = 300
HEIGHT = 137
COVER = 92
NAME_PX = 20


class TopResult(QWidget):
    opened = Signal(object)
    played = Signal(object)

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._item: Found | None = None
        theme = context.theme
        self._name = PlainLabel(theme, size=NAME_PX, weight=QFont.Weight.Bold)
        self._about = PlainLabel(theme, size=TYPE.small, role="muted")
        self._play = PrimaryPill(theme, "Play", "play-fill")
        self._play.clicked.connect(lambda: self.played.emit(self._item))
        theme.changed.connect(self._fit)
        self._fit()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        words = QVBoxLayout(self)
        words.setContentsMargins(COVER + 2 * SPACE.l + SPACE.s, SPACE.l, SPACE.m, SPACE.l)
        words.setSpacing(SPACE.hair)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._about)
        words.addSpacing(SPACE.m)
        words.addWidget(self._play, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        context.covers.changed.connect(self.update)
        theme.changed.connect(self.update)

    def _fit(self) -> None:
        self.setFixedSize(WIDTH, self._context.theme.scaled(HEIGHT))

    def show_item(self, item: Found) -> None:
        self._item = item
        card = card_of(item)
        about = counted(item.track_count, "song") if isinstance(item, Artist) else card.subtitle
        self._name.set_text(card.title)
        self._about.set_text(dotted(kind_of(item), about))
        self._play.rename(f"Play {card.title}")
        self.setAccessibleName(f"Top result: {card.title}, {kind_of(item)}")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._item is not None:
            self.opened.emit(self._item)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_inside = self.rect().contains(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and is_inside and self._item is not None:
            self.opened.emit(self._item)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._context.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_marked = self.hasFocus() and theme.shows_focus
        painter.setPen(QPen(theme.colour("accent" if is_marked else "line"), 2 if is_marked else 1))
        painter.setBrush(theme.colour("raised" if self.underMouse() else "surface"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.large, RADIUS.large)
        if self._item is not None:
            card = card_of(self._item)
            place = QRect(SPACE.l + 3, (self.height() - COVER) // 2, COVER, COVER)
            paint_cover(
                painter, place, card.cover, self._context.covers, theme, is_round=card.is_round, initial=card.title
            )
        painter.end()
