"""The Stream panel: buffer and rendition over the last four minutes, and the figures under it. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from player.domain.stream import StreamSample
from ui.presenters.stream_panel import StreamPresenter, StreamState
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.plain_label import PlainLabel
from ui.widgets.scrolling import dress

TOP_KBPS = 320  # the ladder's last rung: the graph's top
LEAST_TOP_S = 60.0
LEAST_SPAN_S = 60.0
LINE_PX = 2.0


class StreamPanel(QScrollArea):
    def __init__(self, theme: Theme, presenter: StreamPresenter) -> None:
        super().__init__()
        dress(self, theme, "surface")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme = theme
        self.graph = StreamGraph(theme)
        self.values: dict[str, PlainLabel] = {}
        self._rows = QGridLayout()
        self._rows.setVerticalSpacing(SPACE.m + 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE.l, SPACE.s + 2, SPACE.l, 0)
        column.setSpacing(SPACE.m)
        self._head = PlainLabel(theme, size=TYPE.small, role="muted")
        column.addWidget(self._head)
        column.addWidget(self.graph)
        column.addSpacing(SPACE.xs)
        column.addLayout(self._rows)
        column.addStretch(1)
        self.setWidget(content)
        presenter.state_changed.connect(self.show_state)

    def show_state(self, state: StreamState) -> None:
        for name, value in state.rows:
            if name not in self.values:
                self._add_row(name)
            self.values[name].set_text(value)
            self.values[name].setAccessibleName(f"{name}: {value}")
        minutes = max(1, ceil(span_s(state.samples) / 60))
        self._head.set_text(f"Buffer (s) and rendition (kbit/s), last {minutes} min")
        self.graph.show_samples(state.samples)

    def _add_row(self, name: str) -> None:
        line = self._rows.rowCount()
        value = PlainLabel(self._theme, weight=QFont.Weight.Medium, tabular=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rows.addWidget(PlainLabel(self._theme, name, role="muted"), line, 0)
        self._rows.addWidget(value, line, 1)
        self.values[name] = value


class StreamGraph(QWidget):
    """Buffer as a filled line in ok, rendition as steps in accent, over what is known of the last four minutes."""

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

    def _x(self, at_s: float) -> float:
        """From the left while the first minute fills, then the whole width for what is known."""
        first_s = self._samples[0].at_s
        return self.width() * (at_s - first_s) / max(span_s(self._samples), LEAST_SPAN_S)

    def _paint_buffer(self, painter: QPainter, floor: float) -> None:
        top_s = max(LEAST_TOP_S, *(sample.buffer_s for sample in self._samples))
        points = [QPointF(self._x(s.at_s), floor - s.buffer_s / top_s * (floor - SPACE.s)) for s in self._samples]
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
        painter.setBrush(colour)
        for kbps, from_s, to_s in steps(self._samples):
            top = SPACE.xs + room * (1 - min(kbps / TOP_KBPS, 1.0))
            left = self._x(from_s)
            wide = max(self._x(to_s) - left, 2 * LINE_PX)
            painter.drawRoundedRect(QRectF(left, top, wide, LINE_PX), LINE_PX / 2, LINE_PX / 2)


def span_s(samples: Sequence[StreamSample]) -> float:
    return samples[-1].at_s - samples[0].at_s if samples else 0.0


def steps(samples: Sequence[StreamSample]) -> list[tuple[int, float, float]]:
    """Rendition in kbit/s, from when and until when: one for every stretch of the same."""
    found: list[tuple[int, float, float]] = []
    for sample, following in pairwise(samples):
        if found and found[-1][0] == sample.rendition_kbps and found[-1][2] == sample.at_s:
            found[-1] = (sample.rendition_kbps, found[-1][1], following.at_s)
        elif sample.rendition_kbps > 0:
            found.append((sample.rendition_kbps, sample.at_s, following.at_s))
    return found
