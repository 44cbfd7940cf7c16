"""What scrolls: no frame, a thin bar, and an opaque ground, so that scrolling moves pixels and paints only what is
new. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar, QStyle, QStyleOptionSlider

from ui.theme.theme import Theme

THICK_PX = 10
INSET_PX = 2


def dress(area: QAbstractScrollArea, theme: Theme, ground: str = "bg") -> None:
    """Call it first in the area's constructor: the bars become others."""
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setVerticalScrollBar(ThinBar(theme, Qt.Orientation.Vertical))
    area.setHorizontalScrollBar(ThinBar(theme, Qt.Orientation.Horizontal))
    ScrolledGround(theme, area, ground)


class ScrolledGround(QObject):
    """Lives with the area it colours."""

    def __init__(self, theme: Theme, area: QAbstractScrollArea, role: str) -> None:
        super().__init__(area)
        self._theme = theme
        self._area = area
        self._role = role
        theme.changed.connect(self._take_colour)
        self._take_colour()

    def _take_colour(self) -> None:
        palette = self._area.palette()
        for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window, QPalette.ColorRole.Button):
            palette.setColor(role, self._theme.colour(self._role))
        self._area.setPalette(palette)


class ThinBar(QScrollBar):
    """A handle without a trough."""

    def __init__(self, theme: Theme, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(THICK_PX, THICK_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style, control = self.style(), QStyle.ComplexControl.CC_ScrollBar
        handle = style.subControlRect(control, option, QStyle.SubControl.SC_ScrollBarSlider, self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        if self.maximum() > self.minimum():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("faint" if self.underMouse() or self.isSliderDown() else "line"))
            shape = QRectF(handle).adjusted(INSET_PX, INSET_PX, -INSET_PX, -INSET_PX)
            round_px = min(shape.width(), shape.height()) / 2
            painter.drawRoundedRect(shape, round_px, round_px)
        painter.end()
