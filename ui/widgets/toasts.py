"""Toasts over the page, above the transport. GUI thread; what they say is `ui.presenters.toasts`'s."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.presenters.toasts import Toast, Toasts
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE
from ui.widgets.buttons import IconButton, LinkButton
from ui.widgets.grounds import Card
from ui.widgets.plain_label import PlainLabel


class ToastStack(QWidget):
    """Floats at the bottom centre of `parent`; takes no room where there is nothing to say."""

    def __init__(self, theme: Theme, toasts: Toasts, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._toasts = toasts
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE.s)
        self._frames: dict[int, QWidget] = {}
        self.hide()
        parent.installEventFilter(self)
        toasts.changed.connect(self.show_toasts)

    def show_toasts(self, toasts: tuple[Toast, ...]) -> None:
        wanted = {toast.number: toast for toast in toasts}
        for number in [each for each in self._frames if each not in wanted]:
            frame = self._frames.pop(number)
            self._column.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        for number, toast in wanted.items():
            if number not in self._frames:
                self._frames[number] = self._build(toast)
                self._column.addWidget(self._frames[number], 0, Qt.AlignmentFlag.AlignHCenter)
        self.setVisible(bool(wanted))
        self._settle()

    def _build(self, toast: Toast) -> Card:
        frame = Card(self._theme, "raised", radius=RADIUS.medium)
        frame.setMaximumWidth(SIZE.setup_width)
        row = QHBoxLayout(frame)
        row.setContentsMargins(SPACE.l, SPACE.s, SPACE.s, SPACE.s)
        row.setSpacing(SPACE.m)
        row.addWidget(PlainLabel(self._theme, toast.text), 1)
        if toast.can_undo:
            action = LinkButton(self._theme, toast.action)
            action.clicked.connect(lambda: self._toasts.undo(toast.number))
            row.addWidget(action)
        close = IconButton(self._theme, "x", "Dismiss", icon_px=SIZE.icon_small, box_px=SIZE.badge)
        close.clicked.connect(lambda: self._toasts.dismiss(toast.number))
        row.addWidget(close)
        return frame

    def enterEvent(self, event: QEnterEvent) -> None:
        self._toasts.hold(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._toasts.hold(False)
        super().leaveEvent(event)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

    def _settle(self) -> None:
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        self.adjustSize()
        left = (parent.width() - self.width()) // 2
        self.move(left, parent.height() - self.height() - SPACE.l)
        self.raise_()
