"""The waveform one seeks in, painted by hand. GUI thread.

A QAbstractSlider, so that screen readers find a slider with a value and keys work as on any other.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE
from ui.wording import clock_time

BAR_PX, GAP_PX = 3, 2
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
        self._bars: list[float] = []
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
        self._bars = []
        self.update()

    def show_duration(self, duration_s: float) -> None:
        self.setRange(0, round(duration_s * 1000))
        self.setEnabled(duration_s > 0)

    def show_place(self, position_s: float, buffered_s: float) -> None:
        self._buffered_ms = round(buffered_s * 1000)
        if not self.isSliderDown():
            self.setValue(round(position_s * 1000))
        self.setAccessibleDescription(f"{clock_time(self.value() / 1000)} of {clock_time(self.maximum() / 1000)}")
        self.update()

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
        played, buffered = self._x_of(self.value()), self._x_of(self._buffered_ms)
        theme = self._theme
        rest = theme.colour("line")
        pitch, height = BAR_PX + GAP_PX, self.height() - 2
        if not self._peaks:
            self._paint_plain(painter, played, buffered)
        for number, share in enumerate(self._heights()):
            left = number * pitch
            middle = left + BAR_PX / 2
            colour = rest
            if middle <= played:
                colour = theme.colour("accent")
            elif middle <= buffered:
                colour = theme.colour("muted")
            if self._hover is not None and self.isEnabled() and played < middle <= self._hover:
                colour = theme.colour("accent", 0.55)
            painter.setBrush(colour)
            tall = max(2.0, share * height)
            painter.drawRoundedRect(QRectF(left, (self.height() - tall) / 2, BAR_PX, tall), BAR_PX / 2, BAR_PX / 2)
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.small, RADIUS.small)
        painter.end()

    def _paint_plain(self, painter: QPainter, played: float, buffered: float) -> None:
        """No song, or a song whose waveform is not here (yet): one calm line."""
        top, half = (self.height() - LINE_PX) / 2, LINE_PX / 2
        for role, end in (("line", float(self.width())), ("muted", buffered), ("accent", played)):
            if end > 0:
                painter.setBrush(self._theme.colour(role))
                painter.drawRoundedRect(QRectF(0, top, end, LINE_PX), half, half)

    def _x_of(self, value_ms: int) -> float:
        return self.width() * value_ms / self.maximum() if self.maximum() > 0 else 0.0

    def _heights(self) -> list[float]:
        """0..1 for each bar that fits; kept until the width or the song is another."""
        count = max(1, (self.width() + GAP_PX) // (BAR_PX + GAP_PX))
        if self._peaks and len(self._bars) != count:
            self._bars = bars(self._peaks, count)
        return self._bars


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
