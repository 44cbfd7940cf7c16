"""The frame of every page: a scrolling column with a title and five states (UI.md). GUI thread.

A page fills `self.body` and calls `show_state`; loading is a skeleton, never a spinner on a blank page.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui.presenters.states import Empty, Failed, Loading, Offline, Ready, ViewState
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.buttons import SecondaryPill
from ui.widgets.plain_label import PlainLabel
from ui.widgets.scrolling import dress


class Page(QScrollArea):
    """`retry_asked` when the listener presses 'Try again' on an error. `keeps_content` in `show_state(Loading())`
    is for a page that already shows something: it stays until the next data come."""

    retry_asked = Signal()

    def __init__(self, theme: Theme, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        dress(self, theme)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(SPACE.page, SPACE.xs, SPACE.page, SPACE.xl)
        column.setSpacing(SPACE.l)
        self.title_label = PlainLabel(theme, title, size=TYPE.heading, weight=QFont.Weight.Bold)
        column.addWidget(self.title_label)
        self.title_label.setHidden(not title)  # only once it has a parent: else it is a window for a moment
        self.content = QWidget()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(SPACE.l)
        column.addWidget(self.content, 1)
        self.skeleton: QWidget = Skeleton(theme)
        column.addWidget(self.skeleton, 1)
        self.message = Message(theme)
        self.message.acted.connect(self.retry_asked)
        column.addWidget(self.message, 1)
        self.setWidget(self._column)
        self.setAccessibleName(title or "Page")
        self._show_only(self.content)

    def set_title(self, title: str) -> None:
        self.title_label.set_text(title)
        self.title_label.setVisible(bool(title))
        self.setAccessibleName(title or "Page")

    def show_state(self, state: ViewState[Any], *, keeps_content: bool = False) -> None:
        match state:
            case Loading():
                if not keeps_content:
                    self._show_only(self.skeleton)
            case Ready():
                self._show_only(self.content)
            case Empty(title, message):
                self._show_message("music-notes", title, message, "")
            case Failed(title, message, can_retry, _):
                self._show_message("warning", title, message, "Try again" if can_retry else "")
            case Offline(title, message):
                self._show_message("wifi-slash", title, message, "Try now")

    def _show_message(self, icon: str, title: str, message: str, action: str) -> None:
        self.message.say(icon, title, message, action)
        self._show_only(self.message)

    def _show_only(self, part: QWidget) -> None:
        for each in (self.content, self.skeleton, self.message):
            each.setVisible(each is part)


class Message(QWidget):
    """An icon, a sentence, what to do, and perhaps a button."""

    acted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = ("music-notes", "")
        self._picture = QLabel()
        self._picture.setFixedSize(SIZE.field, SIZE.field)
        self._title = PlainLabel(theme, size=TYPE.title, weight=QFont.Weight.DemiBold)
        self._text = PlainLabel(theme, role="muted", wraps=True)
        self._text.setMaximumWidth(SIZE.setup_width)
        self._button = SecondaryPill(theme, "Try again")
        self._button.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE.xxl, 0, 0)
        column.setSpacing(SPACE.s)
        column.addWidget(self._picture)
        column.addWidget(self._title)
        column.addWidget(self._text)
        row = QHBoxLayout()
        row.setContentsMargins(0, SPACE.s, 0, 0)
        row.addWidget(self._button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        theme.changed.connect(self._take_icon)

    def say(self, icon: str, title: str, text: str, action: str = "") -> None:
        self._icon = (icon, title)
        self._take_icon()
        self._title.set_text(title)
        self._text.set_text(text)
        self._text.setVisible(bool(text))
        self._button.setText(action)
        self._button.rename(action)
        self._button.setVisible(bool(action))

    def _take_icon(self) -> None:
        pixmap = self._theme.icon(self._icon[0], "faint", px=SIZE.field).pixmap(SIZE.field, SIZE.field)
        self._picture.setPixmap(pixmap)


class Skeleton(QWidget):
    """The shape of what is coming: a shelf of cards and some rows, in the colour of raised things."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Loading")
        self.setMinimumHeight(2 * SIZE.card)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("surface" if self._theme.palette.is_dark else "raised"))
        left, step = 0, SIZE.card + SPACE.l
        while left < self.width():
            painter.drawRoundedRect(QRectF(left, 0, SIZE.card, SIZE.card), RADIUS.medium, RADIUS.medium)
            bar = QRectF(left, SIZE.card + SPACE.m, SIZE.card * 0.7, TYPE.body)
            painter.drawRoundedRect(bar, RADIUS.small, RADIUS.small)
            left += step
        top = SIZE.card + 2 * SPACE.xxl
        while top < self.height() - SIZE.row:
            painter.drawRoundedRect(QRectF(0, top, self.width(), SIZE.row - SPACE.xs), RADIUS.medium, RADIUS.medium)
            top += SIZE.row
        painter.end()
