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
    QHBoxLayout,
    QListView,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.presenters.lyric_nudges import STEP_S
from ui.presenters.lyrics_panel import LyricsPresenter, LyricsState
from ui.theme.theme import Theme
from ui.theme.tokens import MOTION, SPACE, TYPE
from ui.widgets.buttons import LinkButton
from ui.widgets.plain_label import PlainLabel
from ui.widgets.scrolling import dress
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
        self.foot = NudgeRow(theme, presenter)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, SPACE.s, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.lines, 1)
        column.addWidget(self.foot)
        self._faces = QStackedLayout(self)
        self._faces.addWidget(words)
        self._faces.addWidget(self.message)
        presenter.state_changed.connect(self.show_state)
        presenter.line_changed.connect(self.lines.show_line)
        self.show_state(presenter.state)

    def show_state(self, state: LyricsState) -> None:
        self.message.set_text(state.message)
        self.lines.show_lines(state)
        self.foot.setVisible(state.is_synced)
        self._faces.setCurrentIndex(0 if state.lines else 1)


class NudgeRow(QWidget):
    """Words that come too late or too early are set right by ear: '− 0.2 s  synced  + 0.2 s'."""

    def __init__(self, theme: Theme, presenter: LyricsPresenter) -> None:
        super().__init__()
        self.earlier = LinkButton(theme, f"− {STEP_S} s", name="The words come earlier", quiet=True)
        self.earlier.clicked.connect(lambda: presenter.nudge(-STEP_S))
        self.standing = LinkButton(theme, "synced", name="The words come as written", quiet=True)
        self.standing.clicked.connect(presenter.reset_nudge)
        self.later = LinkButton(theme, f"+ {STEP_S} s", name="The words come later", quiet=True)
        self.later.clicked.connect(lambda: presenter.nudge(STEP_S))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.m, SPACE.s, SPACE.m, SPACE.s)
        row.setSpacing(SPACE.xs)
        for button in (self.earlier, self.standing, self.later):
            row.addWidget(button)
        row.addStretch(1)
        presenter.nudge_changed.connect(self.show_nudge)

    def show_nudge(self, nudge_s: float) -> None:
        sign = "−" if nudge_s < 0 else "+"
        self.standing.setText(f"{sign} {abs(nudge_s):.1f} s" if nudge_s else "synced")
        said = f"{abs(nudge_s):.1f} seconds {'earlier' if nudge_s < 0 else 'later'} than written; as written again"
        self.standing.rename(said if nudge_s else "The words come as written")


class LyricsView(QListView):
    """Follows the music until the listener scrolls; leaving it with the mouse lets it follow again."""

    def __init__(self, theme: Theme, presenter: LyricsPresenter) -> None:
        super().__init__()
        dress(self, theme, "surface")
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
        is_past = self._is_synced and index.row() < self._line
        role = "text" if is_now or not self._is_synced or is_near else "faint" if is_past else "muted"
        painter.setPen(self._theme.colour(role))
        painter.drawText(area.adjusted(SPACE.l, 0, -SPACE.l, 0), WRAPS, str(index.data() or ""))
        painter.restore()

    def _font(self, is_now: bool) -> QFont:
        if is_now:
            return self._theme.font(TYPE.lyric_now, QFont.Weight.Bold)
        return self._theme.font(TYPE.lyric, QFont.Weight.DemiBold)
