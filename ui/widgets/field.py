"""The fields one writes in. GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE


@dataclass(frozen=True, slots=True)
class FieldLook:
    """`line` at rest; the focus has its own. `height_px` grows with the text."""

    ground: str = "raised"
    line: str = ""
    radius: int = RADIUS.medium
    height_px: int = SIZE.field


PLAIN = FieldLook()
SEARCH = FieldLook(radius=SIZE.field // 2)
BOXED = FieldLook(ground="surface", line="line", radius=RADIUS.large, height_px=SIZE.field + SPACE.xs)


class Field(QLineEdit):
    def __init__(self, theme: Theme, look: FieldLook = PLAIN, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._field_look = look
        self.setFrame(False)
        self.set_insets(0, 0)
        clear = self.palette()
        clear.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(clear)
        theme.changed.connect(self._take_look)
        self._take_look()

    def set_insets(self, left: int, right: int) -> None:
        """Room for what stands inside the field, beside its own."""
        self.setTextMargins(SPACE.m + left, 0, SPACE.m + right, 0)

    def _take_look(self) -> None:
        self.setFont(self._theme.font())
        self.setMinimumHeight(self._theme.scaled(self._field_look.height_px))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, theme = self._field_look, self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour(look.ground))
        line = "accent" if self.hasFocus() else look.line
        if line:
            painter.setPen(theme.colour(line))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = min(look.radius, area.height() / 2)
        painter.drawRoundedRect(area, radius, radius)
        painter.end()
        super().paintEvent(event)
