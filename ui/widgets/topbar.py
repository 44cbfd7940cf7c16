"""Back, forward and the search field. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.buttons import IconButton
from ui.widgets.field import SEARCH, Field
from ui.widgets.plain_label import PlainLabel

LONGEST_QUERY = 200
KEYCAP_PAD = 7


class SearchField(Field):
    """`typed` at every key; `submitted` with Enter. Escape empties it, and once empty gives the focus away."""

    typed = Signal(str)
    submitted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, SEARCH)
        self.setAccessibleName("Search")
        self.setPlaceholderText("Songs, albums, artists and playlists")
        self.setMaxLength(LONGEST_QUERY)
        self.setMaximumWidth(SIZE.search_width)
        self._glass = QLabel()
        self._glass.setFixedSize(SIZE.icon_small, SIZE.icon_small)
        self._glass.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._keycap = Keycap(theme, "Ctrl K", size=TYPE.caption, role="muted", parent=self)
        self._keycap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        place = QHBoxLayout(self)
        place.setContentsMargins(SPACE.m, 0, SPACE.m, 0)
        place.addWidget(self._glass)
        place.addStretch(1)
        place.addWidget(self._keycap)
        self.textEdited.connect(self.typed)
        self.returnPressed.connect(lambda: self.submitted.emit(self.text()))
        theme.changed.connect(self._make_room)
        self._make_room()

    def show_query(self, query: str) -> None:
        """From the history; tells nobody."""
        if query != self.text():
            self.setText(query)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
                self.typed.emit("")
            else:
                self.left.emit()
            return
        super().keyPressEvent(event)

    def _make_room(self) -> None:
        self.setFixedHeight(self._theme.scaled(SIZE.field))
        glass = self._theme.icon("magnifying-glass").pixmap(SIZE.icon_small, SIZE.icon_small)
        self._glass.setPixmap(glass)
        self.set_insets(SIZE.icon_small + SPACE.s, self._keycap.sizeHint().width() + SPACE.s)


class Keycap(PlainLabel):
    """The name of a key, as it stands on a keyboard."""

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(2 * KEYCAP_PAD, SPACE.xs)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour("line"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.small, RADIUS.small)
        painter.end()
        self.paint_text(self.rect().adjusted(KEYCAP_PAD, 0, -KEYCAP_PAD + 1, 0))


class TopBar(QWidget):
    back_asked = Signal()
    forward_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.back = _arrow(theme, "caret-left", "Back")
        self.forward = _arrow(theme, "caret-right", "Forward")
        self.back.clicked.connect(self.back_asked)
        self.forward.clicked.connect(self.forward_asked)
        self.search = SearchField(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.page, 0, SPACE.page, 0)
        row.setSpacing(SPACE.s)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addSpacing(SPACE.xs + 2)
        row.addWidget(self.search, 1)
        row.addStretch(0)
        row.setAlignment(self.search, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        room = SIZE.topbar - SIZE.field
        self.setFixedHeight(self._theme.scaled(SIZE.field) + room)

    def show_history(self, *, can_back: bool, can_forward: bool) -> None:
        self.back.setEnabled(can_back)
        self.forward.setEnabled(can_forward)


def _arrow(theme: Theme, icon: str, name: str) -> IconButton:
    return IconButton(
        theme, icon, name, role="text", kind="round", icon_px=SIZE.icon_small, box_px=SIZE.round_control
    )
