"""The command palette over the window: a field, and a list that the field's arrow keys walk. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.presenters.palette import PaletteEntry, PalettePresenter
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.field import Field
from ui.widgets.grounds import Card
from ui.widgets.highlight import draw_line
from ui.widgets.scrolling import dress

AnyIndex = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROWS_SEEN = 9
NO_INDEX = QModelIndex()


class Palette(Card):
    """`open` shows it, Return does what is marked, Escape or a click elsewhere closes it."""

    def __init__(self, theme: Theme, presenter: PalettePresenter, parent: QWidget) -> None:
        super().__init__(theme, "raised", parent=parent)
        self._presenter = presenter
        self.setObjectName("palette")
        self.setAccessibleName("Commands and items")
        self.entries = EntryModel(self)
        self.list = QListView()
        dress(self.list, theme, "raised")
        self.list.setModel(self.entries)
        self.list.setItemDelegate(EntryDelegate(theme, self.list))
        self.list.setAccessibleName("Found commands and items")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._act)
        self.field = PaletteField(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.s, SPACE.s, SPACE.s, SPACE.s)
        column.setSpacing(SPACE.s)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textEdited.connect(presenter.type)
        presenter.entries_changed.connect(self.show_entries)
        self.hide()

    def open(self) -> None:
        self.field.setFont(self._theme.font(TYPE.title))
        self.field.clear()
        self._presenter.type("")
        self._settle()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        parent = self.parentWidget()
        self.hide()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_entries(self, entries: tuple[PaletteEntry, ...]) -> None:
        self.entries.show_entries(entries)
        self.list.setCurrentIndex(self.entries.index(0))
        self._settle()

    def walk(self, by: int) -> None:
        count = self.entries.rowCount()
        if count:
            self.list.setCurrentIndex(self.entries.index((self.list.currentIndex().row() + by) % count))

    def act(self) -> None:
        self._act(self.list.currentIndex())

    def _act(self, index: AnyIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        self.close_palette()
        if isinstance(entry, PaletteEntry):
            entry.act()

    def _settle(self) -> None:
        """In the upper middle of the window, as high as what it shows."""
        parent, row = self.parentWidget(), self._theme.scaled(SIZE.control + SPACE.xs)
        if parent is None:
            return
        self.list.setFixedHeight(row * min(max(self.entries.rowCount(), 1), ROWS_SEEN))
        width = min(SIZE.setup_width, parent.width() - 2 * SPACE.xxl)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((parent.width() - width) // 2, parent.height() // 8)


class PaletteField(Field):
    def __init__(self, theme: Theme, palette: Palette) -> None:
        super().__init__(theme, parent=palette)
        self._owner = palette
        self.setPlaceholderText("Do something, or go somewhere")
        self.setAccessibleName("Command or item")
        self.setMaxLength(200)

    def paintEvent(self, event: QPaintEvent) -> None:
        """On the palette's own ground, above a hairline."""
        painter = QPainter(self)
        painter.setPen(self._theme.colour("line"))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())
        painter.end()
        QLineEdit.paintEvent(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self._owner.walk(1)
            case Qt.Key.Key_Up:
                self._owner.walk(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._owner.act()
            case Qt.Key.Key_Escape:
                self._owner.close_palette()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and self._owner.isVisible():
            self._owner.hide()


class EntryModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entries: tuple[PaletteEntry, ...] = ()

    def show_entries(self, entries: tuple[PaletteEntry, ...]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        return f"{entry.title}, {entry.about}" if role == Qt.ItemDataRole.AccessibleTextRole else None


class EntryDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(0, self._theme.scaled(SIZE.control + SPACE.xs))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if not isinstance(entry, PaletteEntry):
            return
        theme = self._theme
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(QRectF(area), RADIUS.medium, RADIUS.medium)
        glyph = QRect(area.x() + SPACE.m, 0, SIZE.icon_small, SIZE.icon_small)
        glyph.moveTop(area.center().y() - SIZE.icon_small // 2 + 1)
        theme.icon(entry.icon, "muted").paint(painter, glyph)
        painter.setFont(theme.font(TYPE.small))
        wide = min(painter.fontMetrics().horizontalAdvance(entry.about) + 2, area.width() // 2)
        about = QRect(area.right() - SPACE.m - wide, area.y(), wide, area.height())
        draw_line(painter, about, entry.about, theme.colour("muted"))
        painter.setFont(theme.font(TYPE.body))
        left = glyph.right() + SPACE.m
        words = QRect(left, area.y(), about.x() - SPACE.m - left, area.height())
        draw_line(painter, words, entry.title, theme.colour("text"))
        painter.restore()
