"""The tour's plot: what the link gave, which rendition was taken and how much was buffered, over one axis of time.

Painted with the theme's tokens into an image; called in the GUI thread (Qt's fonts want it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from ui.theme.theme import Theme
from ui.theme.tokens import TYPE

WIDTH, HEIGHT = 1280, 560
LEFT, RIGHT, TOP, MIDDLE, BOTTOM = 64, 24, 64, 48, 40
RATE_TICKS_KBPS = (24, 64, 128, 320, 1000, 4000)  # the axis is logarithmic: hearing is, and links are


@dataclass(frozen=True, slots=True)
class Moment:
    at_s: float
    buffer_s: float
    rendition_kbps: int | None
    throughput_kbps: float | None
    link_kbps: float
    is_stalled: bool


class Timeline:
    def __init__(self, theme: Theme, moments: Sequence[Moment]) -> None:
        self._theme = theme
        self._moments = moments
        self._span_s = max(moments[-1].at_s, 1.0)
        half = (HEIGHT - TOP - MIDDLE - BOTTOM) / 2
        self._rates = QRectF(LEFT, TOP, WIDTH - LEFT - RIGHT, half)
        self._buffer = QRectF(LEFT, TOP + half + MIDDLE, WIDTH - LEFT - RIGHT, half)

    def image(self) -> QImage:
        image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        image.fill(self._theme.colour("bg"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, self._rates, "kbit/s")
        self._paint_rates(painter)
        self._paint_frame(painter, self._buffer, "buffered s")
        self._paint_buffer(painter)
        self._paint_legend(painter)
        painter.end()
        return image

    def _x(self, at_s: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * at_s / self._span_s

    def _rate_y(self, kbps: float) -> float:
        low, high = RATE_TICKS_KBPS[0] * 0.8, RATE_TICKS_KBPS[-1] * 1.2
        share = (log(min(max(kbps, low), high)) - log(low)) / (log(high) - log(low))
        return self._rates.bottom() - share * self._rates.height()

    def _words(self, painter: QPainter, x: float, y: float, text: str, role: str = "muted") -> None:
        painter.setFont(self._theme.font(TYPE.caption))
        painter.setPen(self._theme.colour(role))
        painter.drawText(QPointF(x, y), text)

    def _paint_frame(self, painter: QPainter, area: QRectF, unit: str) -> None:
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._words(painter, LEFT, area.top() - 10, unit, "faint")
        step_s = 10 if self._span_s <= 150 else 30
        for at_s in range(0, int(self._span_s) + 1, step_s):
            self._words(painter, self._x(at_s) - 6, area.bottom() + 18, f"{at_s}")

    def _paint_rates(self, painter: QPainter) -> None:
        for tick in RATE_TICKS_KBPS:
            painter.setPen(QPen(self._theme.colour("line", 0.6), 1, Qt.PenStyle.DotLine))
            y = self._rate_y(tick)
            painter.drawLine(QPointF(LEFT, y), QPointF(WIDTH - RIGHT, y))
            self._words(painter, 20, y + 4, f"{tick}")
        self._paint_steps(painter, [(m.at_s, m.link_kbps) for m in self._moments], "muted", 1.5)
        heard = [(m.at_s, float(m.rendition_kbps)) for m in self._moments if m.rendition_kbps]
        self._paint_steps(painter, heard, "accent", 3.0)

    def _paint_steps(self, painter: QPainter, points: Sequence[tuple[float, float]], role: str, width: float) -> None:
        painter.setPen(QPen(self._theme.colour(role), width))
        for (at_s, kbps), (until_s, following) in pairwise(points):
            y = self._rate_y(kbps)
            painter.drawLine(QPointF(self._x(at_s), y), QPointF(self._x(until_s), y))
            if following != kbps:
                painter.drawLine(QPointF(self._x(until_s), y), QPointF(self._x(until_s), self._rate_y(following)))

    def _paint_buffer(self, painter: QPainter) -> None:
        area = self._buffer
        top_s = max(30.0, *(moment.buffer_s for moment in self._moments))
        for tick in range(0, int(top_s) + 1, 30):
            self._words(painter, 20, area.bottom() - area.height() * tick / top_s + 4, f"{tick}")
        points = [
            QPointF(self._x(moment.at_s), area.bottom() - area.height() * moment.buffer_s / top_s)
            for moment in self._moments
        ]
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        filled = QPainterPath(line)
        filled.lineTo(points[-1].x(), area.bottom())
        filled.lineTo(points[0].x(), area.bottom())
        painter.fillPath(filled, self._theme.colour("ok", 0.22))
        painter.strokePath(line, QPen(self._theme.colour("ok"), 2))
        stalled: QColor = self._theme.colour("bad", 0.35)
        for moment, following in pairwise(self._moments):
            if moment.is_stalled:
                left, right = self._x(moment.at_s), self._x(following.at_s)
                painter.fillRect(QRectF(left, area.top(), right - left, area.height()), stalled)

    def _paint_legend(self, painter: QPainter) -> None:
        x = float(LEFT)
        painter.setFont(self._theme.font(TYPE.body))
        for role, words in (
            ("muted", "the link"),
            ("accent", "rendition heard"),
            ("ok", "buffered ahead"),
            ("bad", "waiting for the network"),
        ):
            painter.fillRect(QRectF(x, 22, 18, 4), self._theme.colour(role))
            self._words(painter, x + 26, 28, words, "text")
            x += 190
