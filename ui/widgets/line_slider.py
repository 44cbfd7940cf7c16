"""A line with a knob: the volume, and numbers among the settings. Painted by hand; GUI thread.

A QAbstractSlider, so that screen readers find a slider with a value and keys work as on any other.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SIZE

LINE_PX = 4
KNOB_PX = 12
WHEEL_NOTCH = 120


class LineSlider(QAbstractSlider):
    """`moved` follows the hand and the keys; `settled` says where the hand let go, and every step of a key."""

    moved = Signal(int)
    settled = Signal(int)

    def __init__(self, theme: Theme, name: str, width_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_hovered = False
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(width_px, SIZE.seek_height)
        theme.changed.connect(self.update)

    def show_value(self, value: int) -> None:
        """Unless the hand is on it."""
        if not self.isSliderDown():
            self.setValue(value)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._take(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._take(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown() and event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.settled.emit(self.value())
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page's

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.value()
        super().keyPressEvent(event)
        if self.value() != before:
            self._tell()
            self.settled.emit(self.value())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._is_hovered = False
        self.update()
        super().leaveEvent(event)

    def _take(self, x: float) -> None:
        room = max(1.0, self.width() - KNOB_PX)
        share = min(max((x - KNOB_PX / 2) / room, 0.0), 1.0)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            share = 1.0 - share
        self._move_to(self.minimum() + round(share * (self.maximum() - self.minimum())))

    def _move_to(self, value: int) -> None:
        self.setValue(min(max(value, self.minimum()), self.maximum()))
        self._tell()

    def _tell(self) -> None:
        self.moved.emit(self.value())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        middle, left, room = self.height() / 2, KNOB_PX / 2, self.width() - KNOB_PX
        at = left + room * (self.value() - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        line = QRectF(left, middle - LINE_PX / 2, room, LINE_PX)
        painter.setBrush(self._theme.colour("line"))
        painter.drawRoundedRect(line, LINE_PX / 2, LINE_PX / 2)
        is_touched = self._is_hovered or self.isSliderDown() or self.hasFocus()
        painter.setBrush(self._theme.colour("accent" if is_touched else "muted"))
        painter.drawRoundedRect(QRectF(left, line.top(), at - left, LINE_PX), LINE_PX / 2, LINE_PX / 2)
        if is_touched or self.shows_knob:
            painter.setBrush(self._theme.colour("text"))
            painter.drawEllipse(QPointF(at, middle), KNOB_PX / 2, KNOB_PX / 2)
        if self.hasFocus():
            painter.setPen(self._theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(at, middle), KNOB_PX / 2 - 0.5, KNOB_PX / 2 - 0.5)
        painter.end()

    @property
    def shows_knob(self) -> bool:
        """At rest too; the volume is calmer without."""
        return True


class VolumeSlider(LineSlider):
    """Value in percent. `volume_asked(0..1)` follows the hand, the keys and the wheel."""

    volume_asked = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Volume", SIZE.volume, parent)
        self.setRange(0, 100)
        self.setSingleStep(5)
        self.setPageStep(20)
        self.moved.connect(self._ask)

    @property
    def shows_knob(self) -> bool:
        return False

    def show_volume(self, volume: float, is_muted: bool) -> None:
        self.show_value(0 if is_muted else round(volume * 100))
        self.setToolTip(f"Volume {self.value()} %")

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._move_to(round(self.value() + self.singleStep() * event.angleDelta().y() / WHEEL_NOTCH))
        event.accept()

    def _ask(self, percent: int) -> None:
        self.volume_asked.emit(percent / 100)
