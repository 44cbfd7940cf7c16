"""The Stream panel: buffer and rendition over the last four minutes, and the figures under it. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from player.domain.stream import StreamSample
from ui.presenters.stream_panel import SPAN_S, StreamPresenter, StreamState
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.plain_label import PlainLabel

TOP_KBPS = 320  # the ladder's last rung: the graph's top
LEAST_TOP_S = 60.0
LINE_PX = 2.0


class StreamPanel(QWidget):
    def __init__(self, theme: Theme, presenter: StreamPresenter) -> None:
        super().__init__()
        self._theme = theme
        self.graph = StreamGraph(theme)
        self.values: dict[str, PlainLabel] = {}
        self._rows = QGridLayout()
        self._rows.setVerticalSpacing(SPACE.m + 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.l, SPACE.s + 2, SPACE.l, 0)
        column.setSpacing(SPACE.m)
        head = "Buffer (s) and rendition (kbit/s), last 4 min"
        column.addWidget(PlainLabel(theme, head, size=TYPE.small, role="muted"))
        column.addWidget(self.graph)
        column.addSpacing(SPACE.xs)
        column.addLayout(self._rows)
        column.addStretch(1)
        presenter.state_changed.connect(self.show_state)

    def show_state(self, state: StreamState) -> None:
        for name, value in state.rows:
            if name not in self.values:
                self._add_row(name)
            self.values[name].set_text(value)
            self.values[name].setAccessibleName(f"{name}: {value}")
        self.graph.show_samples(state.samples)

    def _add_row(self, name: str) -> None:
        line = self._rows.rowCount()
        value = PlainLabel(self._theme, weight=QFont.Weight.Medium, tabular=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rows.addWidget(PlainLabel(self._theme, name, role="muted"), line, 0)
        self._rows.addWidget(value, line, 1)
        self.values[name] = value


class StreamGraph(QWidget):
    """Buffer as a filled line in ok, rendition as steps in accent; now is at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._samples: Sequence[StreamSample] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(SIZE.graph)
        self.setAccessibleName("Buffer and rendition over the last four minutes")
        theme.changed.connect(self.update)

    def show_samples(self, samples: Sequence[StreamSample]) -> None:
        self._samples = samples
        if samples:
            last = samples[-1]
            self.setAccessibleDescription(f"Now {last.buffer_s:.0f} seconds at {last.rendition_kbps} kbit/s")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIZE.panel, SIZE.graph)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        floor = self.height() - 1
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(QPointF(0, floor + 0.5), QPointF(self.width(), floor + 0.5))
        if self._samples:
            self._paint_buffer(painter, floor)
            self._paint_renditions(painter)
        painter.end()

    def _x(self, sample: StreamSample) -> float:
        return self.width() * (1 - (self._samples[-1].at_s - sample.at_s) / SPAN_S)

    def _paint_buffer(self, painter: QPainter, floor: float) -> None:
        top_s = max(LEAST_TOP_S, *(sample.buffer_s for sample in self._samples))
        points = [QPointF(self._x(s), floor - s.buffer_s / top_s * (floor - SPACE.s)) for s in self._samples]
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        area = QPainterPath(line)
        area.lineTo(points[-1].x(), floor)
        area.lineTo(points[0].x(), floor)
        area.closeSubpath()
        painter.fillPath(area, self._theme.colour("ok", 0.22))
        painter.strokePath(line, QPen(self._theme.colour("ok"), 1.5))

    def _paint_renditions(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        colour: QColor = self._theme.colour("accent")
        room = self.height() - 2 * SPACE.s
        for sample, following in pairwise(self._samples):
            if sample.rendition_kbps > 0:
                top = SPACE.xs + room * (1 - min(sample.rendition_kbps / TOP_KBPS, 1.0))
                wide = self._x(following) - self._x(sample)
                painter.fillRect(QRectF(self._x(sample), top, wide + 0.5, LINE_PX), colour)
