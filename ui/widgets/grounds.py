"""What stands behind things: parts of the window in a colour of their own, and cards with rounded corners.

Painted by hand, so that other colours cost one repaint. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS


class Ground(QWidget):
    """Filled with `role`; `edge` has a hairline."""

    def __init__(self, theme: Theme, role: str, edge: Qt.Edge | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._ground = role
        self._edge = edge
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colour(self._ground))
        area = self.rect()
        painter.setPen(self._theme.colour("line"))
        match self._edge:
            case Qt.Edge.TopEdge:
                painter.drawLine(area.topLeft(), area.topRight())
            case Qt.Edge.LeftEdge:
                painter.drawLine(area.topLeft(), area.bottomLeft())
            case Qt.Edge.RightEdge:
                painter.drawLine(area.topRight(), area.bottomRight())
            case _:
                pass
        painter.end()


class Card(QFrame):
    """A rounded ground for a group of things; `line` is its outline, empty for none."""

    def __init__(
        self,
        theme: Theme,
        role: str = "surface",
        *,
        line: str = "line",
        radius: int = RADIUS.large,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._look = (role, line, radius)
        if line:
            self.setContentsMargins(1, 1, 1, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        role, line, radius = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.colour(role))
        area = QRectF(self.rect())
        if line:
            painter.setPen(self._theme.colour(line))
            area.adjust(0.5, 0.5, -0.5, -0.5)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, radius, radius)
        painter.end()
