"""The words of the song: the line sung now stands out and stays in view; a click goes there. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPropertyAnimation,
    QRect,
    QSize,
    QStringListModel,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui.presenters.lyrics_panel import LyricsPresenter, LyricsState
from ui.theme.theme import Theme
from ui.theme.tokens import MOTION, SPACE, TYPE
from ui.widgets.plain_label import PlainLabel
from ui.wording import plain

AnyIndex = QModelIndex | QPersistentModelIndex
WRAPS = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter)
PAUSE = "♪"


class LyricsPanel(QWidget):
    def __init__(self, theme: Theme, presenter: LyricsPresenter) -> None:
        super().__init__()
        self.lines = LyricsView(theme, presenter)
        self.message = PlainLabel(theme, role="muted", wraps=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.message.setContentsMargins(SPACE.l, SPACE.m, SPACE.l, 0)
        self._faces = QStackedLayout(self)
        self._faces.addWidget(self.lines)
        self._faces.addWidget(self.message)
        presenter.state_changed.connect(self.show_state)
        presenter.line_changed.connect(self.lines.show_line)
        self.show_state(presenter.state)

    def show_state(self, state: LyricsState) -> None:
        self.message.set_text(state.message)
        self.lines.show_lines(state)
        self._faces.setCurrentIndex(0 if state.lines else 1)


class LyricsView(QListView):
    """Follows the music until the listener scrolls; leaving it with the mouse lets it follow again."""

    def __init__(self, theme: Theme, presenter: LyricsPresenter) -> None:
        super().__init__()
        self._theme = theme
        self._presenter = presenter
        self._line = -1
        self._is_held = False
        self._is_synced = False
        self._words = QStringListModel(self)
        self.setModel(self._words)
        self._delegate = LyricsDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Lyrics")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self._motion = QPropertyAnimation(self.verticalScrollBar(), b"value", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.clicked.connect(self._seek)
        self.activated.connect(self._seek)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def show_lines(self, state: LyricsState) -> None:
        self._is_synced = state.is_synced
        self._is_held = False
        self._line = -1
        self._delegate.show_line(-1, is_synced=state.is_synced)
        self._words.setStringList([plain(line.text) or PAUSE for line in state.lines])
        self.setCursor(Qt.CursorShape.PointingHandCursor if state.is_synced else Qt.CursorShape.ArrowCursor)
        self.scrollToTop()

    def show_line(self, line: int) -> None:
        self._line = line
        self._delegate.show_line(line, is_synced=self._is_synced)
        self.scheduleDelayedItemsLayout()
        if self._is_synced and line >= 0 and not self._is_held:
            self._glide_to(line)

    def _glide_to(self, line: int) -> None:
        self.executeDelayedItemsLayout()
        area = self.visualRect(self._words.index(line, 0))
        bar = self.verticalScrollBar()
        wanted = bar.value() + area.center().y() - self.viewport().height() // 3
        self._motion.stop()
        self._motion.setDuration(self._theme.motion_ms(MOTION.calm_ms))
        self._motion.setStartValue(bar.value())
        self._motion.setEndValue(min(max(wanted, 0), bar.maximum()))
        self._motion.start()

    def _seek(self, index: QModelIndex) -> None:
        self._is_held = False
        self._presenter.seek_to(index.row())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._is_held = True
        self._motion.stop()
        super().wheelEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._is_held = False
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class LyricsDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._line = -1
        self._is_synced = False

    def show_line(self, line: int, *, is_synced: bool) -> None:
        self._line = line
        self._is_synced = is_synced

    def sizeHint(self, _option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        wide = self._view.viewport().width() - 2 * SPACE.l
        text = str(index.data() or "")
        # The height of the boldest face, so that nothing moves when a line becomes the one sung now.
        tall = QFontMetrics(self._font(True)).boundingRect(QRect(0, 0, max(wide, 1), 10_000), WRAPS, text).height()
        return QSize(max(wide, 1), tall + SPACE.l)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_now = self._is_synced and index.row() == self._line
        is_near = bool(state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus))
        painter.save()
        painter.setFont(self._font(is_now))
        painter.setPen(self._theme.colour("text" if is_now or not self._is_synced or is_near else "muted"))
        painter.drawText(area.adjusted(SPACE.l, 0, -SPACE.l, 0), WRAPS, str(index.data() or ""))
        painter.restore()

    def _font(self, is_now: bool) -> QFont:
        return self._theme.font(TYPE.title, QFont.Weight.Bold if is_now else QFont.Weight.DemiBold)
