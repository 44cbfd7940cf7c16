"""The waveform one seeks in, painted by hand. GUI thread.

A QAbstractSlider, so that screen readers find a slider with a value and keys work as on any other.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE
from ui.wording import clock_time

BAR_PX, GAP_PX = 3, 2
PITCH_PX = BAR_PX + GAP_PX
QUIET_SHARE = 0.12  # the height of silence: a line, not a hole
LINE_PX = 4


class SeekBar(QAbstractSlider):
    """Value in ms. `seek_asked(seconds)` when the listener lets go or presses a key; while dragged, the bar follows
    the hand and not the music."""

    seek_asked = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._peaks = b""
        self._shape: QPainterPath | None = None
        self._shape_width = 0
        self._buffered_ms = 0
        self._hover: float | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setAccessibleName("Position in the song")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(SIZE.seek_height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(5000)
        theme.changed.connect(self.update)

    def show_waveform(self, peaks: bytes) -> None:
        self._peaks = peaks
        self._shape = None
        self.update()

    def show_duration(self, duration_s: float) -> None:
        self.setRange(0, round(duration_s * 1000))
        self.setEnabled(duration_s > 0)

    def show_place(self, position_s: float, buffered_s: float) -> None:
        before = self._ends()
        self._buffered_ms = round(buffered_s * 1000)
        if not self.isSliderDown():
            self.setValue(round(position_s * 1000))
        self.setAccessibleDescription(f"{clock_time(self.value() / 1000)} of {clock_time(self.maximum() / 1000)}")
        if self._ends() != before:
            self.update()

    def _ends(self) -> tuple[int, int]:
        """Played and buffered as half pixels: what can be seen of the passing of time."""
        return round(2 * self._x_of(self.value())), round(2 * self._x_of(self._buffered_ms))

    # ---- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.maximum() > 0:
            self.setSliderDown(True)
            self.setValue(self._at(event.position().x()))
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position().x()
        if self.isSliderDown():
            self.setValue(self._at(self._hover))
        if self.maximum() > 0:
            above = QPointF(self._hover, -2 * SPACE.l).toPoint()
            QToolTip.showText(self.mapToGlobal(above), clock_time(self._at(self._hover) / 1000), self)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown() and event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.seek_asked.emit(self.value() / 1000)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.value()
        super().keyPressEvent(event)
        if self.value() != before:
            self.seek_asked.emit(self.value() / 1000)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a seek by an unmeant turn of the wheel costs the place

    def _at(self, x: float) -> int:
        return round(min(max(x / max(self.width(), 1), 0.0), 1.0) * self.maximum())

    # ---- painting

    def sizeHint(self) -> QSize:
        return QSize(SIZE.search_width, SIZE.seek_height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._peaks:
            self._paint_waveform(painter)
        else:
            self._paint_plain(painter, self._x_of(self.value()), self._x_of(self._buffered_ms))
        if self.hasFocus():
            painter.setPen(self._theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.small, RADIUS.small)
        painter.end()

    def _paint_waveform(self, painter: QPainter) -> None:
        """One shape, filled once for each colour through a window that ends between two bars."""
        theme, left = self._theme, 0.0
        shape, whole = self._waveform(), float(self.width())
        hovered = self._hover if self._hover is not None and self.isEnabled() else 0.0
        for colour, end in (
            (theme.colour("accent"), _between_bars(self._x_of(self.value()))),
            (theme.colour("accent", 0.55), _between_bars(hovered)),
            (theme.colour("muted"), _between_bars(self._x_of(self._buffered_ms))),
            (theme.colour("line"), whole),
        ):
            if end > left:
                painter.setClipRect(QRectF(left, 0.0, end - left, self.height()))
                painter.fillPath(shape, colour)
                left = end
        painter.setClipping(False)

    def _waveform(self) -> QPainterPath:
        """Kept until the width or the song is another."""
        if self._shape is None or self._shape_width != self.width():
            self._shape, self._shape_width = QPainterPath(), self.width()
            height = self.height() - 2
            count = max(1, (self.width() + GAP_PX) // PITCH_PX)
            for number, share in enumerate(bars(self._peaks, count)):
                tall = max(2.0, share * height)
                bar = QRectF(number * PITCH_PX, (self.height() - tall) / 2, BAR_PX, tall)
                self._shape.addRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        return self._shape

    def _paint_plain(self, painter: QPainter, played: float, buffered: float) -> None:
        """No song, or a song whose waveform is not here (yet): one calm line."""
        top, half = (self.height() - LINE_PX) / 2, LINE_PX / 2
        for role, end in (("line", float(self.width())), ("muted", buffered), ("accent", played)):
            if end > 0:
                painter.setBrush(self._theme.colour(role))
                painter.drawRoundedRect(QRectF(0, top, end, LINE_PX), half, half)

    def _x_of(self, value_ms: int) -> float:
        return self.width() * value_ms / self.maximum() if self.maximum() > 0 else 0.0


def _between_bars(x: float) -> float:
    """The end of the last bar whose middle is reached, and half the gap behind it; 0 before the first."""
    reached = int((x - BAR_PX / 2) // PITCH_PX) + 1
    return reached * PITCH_PX - GAP_PX / 2 if reached > 0 else 0.0


def bars(peaks: bytes, count: int) -> list[float]:
    """`count` heights from any number of peaks: each the loudest of its share, against the loudest of all; silence is
    a thin line."""
    if not peaks:
        return []
    heights, loudest = [], max(*peaks, 1)
    for number in range(count):
        first = number * len(peaks) // count
        last = max(first + 1, (number + 1) * len(peaks) // count)
        heights.append(max(QUIET_SHARE, max(peaks[first:last]) / loudest))
    return heights
