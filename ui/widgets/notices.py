"""The two lines between the top bar and the page: the network is away; the music folder is being read. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.presenters.connection import ConnectionView
from ui.presenters.ingest_progress import IngestState
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.buttons import IconButton, LinkButton
from ui.widgets.grounds import Card
from ui.widgets.plain_label import PlainLabel

MOST_NAMED = 12  # files named in the tooltip; the terminal names all


class Notice(QWidget):
    """A raised line with room below it, which goes with the line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        frame = Card(theme, "raised", line="", radius=RADIUS.medium)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, SPACE.m)
        around.addWidget(frame)
        self.row = QHBoxLayout(frame)
        self.row.setContentsMargins(SPACE.m, SPACE.xs, SPACE.s, SPACE.xs)
        self.row.setSpacing(SPACE.m)
        frame.setMinimumHeight(theme.scaled(SIZE.control))
        self.words = PlainLabel(theme, size=TYPE.small)
        self.row.addWidget(self.words, 1)
        self.hide()


class ConnectionNotice(Notice):
    """'Reconnecting' is not 'buffering': nothing is lost, and trying now is possible."""

    retry_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("connection_notice")
        self.retry = LinkButton(theme, "Try now")
        self.retry.clicked.connect(self.retry_asked)
        self.row.addWidget(self.retry)

    def show_state(self, state: ConnectionView) -> None:
        self.words.set_text(state.words)
        self.words.set_role(state.role)
        self.retry.setVisible(state.can_retry)
        self.setVisible(bool(state.words))


class ProgressLine(QProgressBar):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setTextVisible(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        share = (self.value() - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        for role, wide in (("line", whole.width()), ("accent", whole.width() * share)):
            painter.setBrush(self._theme.colour(role))
            painter.drawRoundedRect(QRectF(0, 0, wide, whole.height()), whole.height() / 2, whole.height() / 2)
        painter.end()


class IngestNotice(Notice):
    dismissed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.bar = ProgressLine(theme)
        self.bar.setFixedSize(SIZE.card, SPACE.xs)
        self.bar.setAccessibleName("Reading your music")
        self.failures = PlainLabel(theme, size=TYPE.small, role="warn")
        self.close_button = IconButton(theme, "x", "Dismiss", icon_px=SIZE.icon_small, box_px=SIZE.badge)
        self.close_button.clicked.connect(self.dismissed)
        for part in (self.failures, self.bar, self.close_button):
            self.row.addWidget(part)

    def show_state(self, state: IngestState) -> None:
        is_working = state.total > 0
        self.words.set_text(state.text)
        self.bar.setVisible(is_working)
        self.bar.setRange(0, max(state.total, 1))
        self.bar.setValue(state.done)
        count = len(state.failures)
        self.failures.set_text(f"{count} could not be read" if is_working and count else "")
        self.failures.setVisible(bool(self.failures.text()))
        named = [f"{failure.path}: {failure.reason}" for failure in state.failures[:MOST_NAMED]]
        if count > MOST_NAMED:
            named.append(f"and {count - MOST_NAMED} more")
        self.setToolTip("\n".join(named))
        self.close_button.setVisible(not is_working)
        self.setVisible(state.is_shown)
