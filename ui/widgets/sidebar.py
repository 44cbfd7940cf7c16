"""The left column: where to go, the listener's playlists, and who listens. GUI thread; shows `SidebarState`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from player.account.port import ConnectionPhase
from player.domain.catalogue import Playlist, Track
from player.domain.ids import PlaylistId
from ui.models.song_mime import TRACKS_MIME, decode_tracks
from ui.presenters.sidebar import SidebarPresenter, SidebarState
from ui.theme.icons import LOGO
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.buttons import IconButton, ThemedButton
from ui.widgets.grounds import Ground
from ui.widgets.highlight import draw_line
from ui.widgets.plain_label import PlainLabel
from ui.widgets.scrolling import dress
from ui.wording import plain

PLACES = (("home", "house", "Home"), ("search", "magnifying-glass", "Search"), ("library", "books", "Library"))
PHASE_ROLES = {
    ConnectionPhase.ONLINE: "muted",
    ConnectionPhase.RECONNECTING: "warn",
    ConnectionPhase.SIGNED_OUT: "muted",
}


class Sidebar(Ground):
    place_asked = Signal(str)
    """home, search or library"""
    playlist_asked = Signal(str)
    tracks_dropped = Signal(object, object)
    """Playlist, tuple of Track"""
    sign_out_asked = Signal()
    settings_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, theme: Theme, presenter: SidebarPresenter) -> None:
        super().__init__(theme, "side", Qt.Edge.RightEdge)
        self.setObjectName("sidebar")
        self.setFixedWidth(SIZE.sidebar)
        self._theme = theme
        self._presenter = presenter
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.m, SPACE.l + 2, SPACE.m + SPACE.hair, SPACE.l)
        column.setSpacing(0)
        column.addLayout(brand_row(theme, SPACE.s))
        column.addSpacing(SPACE.l)
        self._place = ""
        self.place_buttons: dict[str, ThemedButton] = {}
        for key, icon, text in PLACES:
            column.addWidget(self._build_place(key, icon, text))
        column.addSpacing(SPACE.m + SPACE.xs)
        column.addLayout(self._build_playlists_head())
        self.playlists = PlaylistNames(theme)
        self.playlists.playlist_asked.connect(self.playlist_asked)
        self.playlists.tracks_dropped.connect(self.tracks_dropped)
        theme.changed.connect(self.playlists.fit)
        column.addWidget(self.playlists, 1)
        self.account = AccountButton(theme)
        self.account.clicked.connect(self._open_account_menu)
        column.addWidget(self.account)
        presenter.state_changed.connect(self.show_state)
        self.show_state(presenter.state)

    def show_state(self, state: SidebarState) -> None:
        self.new_playlist.setVisible(state.can_create)
        self.playlists.show_playlists(state.playlists)
        self.account.show_state(state)

    def show_place(self, place: str, playlist_id: str = "") -> None:
        """Mark where the listener is; an unknown place marks nothing."""
        self._place = place
        for key, button in self.place_buttons.items():
            button.setChecked(key == place)
            button.set_icon(button.property("icon_name"), "text" if key == place else "muted")
        self.playlists.mark(playlist_id)

    def _build_place(self, key: str, icon: str, text: str) -> ThemedButton:
        button = ThemedButton(
            self._theme, "nav", text=f"  {text}", name=text, icon=icon, icon_role="muted", icon_px=SIZE.icon,
            weight=QFont.Weight.Medium, height_px=SIZE.field,
        )  # fmt: skip
        button.setProperty("icon_name", icon)
        button.setCheckable(True)
        button.clicked.connect(lambda: self._ask(key))
        self.place_buttons[key] = button
        return button

    def _ask(self, place: str) -> None:
        # A click turns a checkable button over by itself. (A QButtonGroup would not, but takes the tab stop from all
        # but one of its buttons.)
        self.place_buttons[place].setChecked(place == self._place)
        self.place_asked.emit(place)

    def _build_playlists_head(self) -> QHBoxLayout:
        head = PlainLabel(
            self._theme, "PLAYLISTS", size=TYPE.caption, role="muted", weight=QFont.Weight.DemiBold, spacing_px=1.0
        )
        self.new_playlist = IconButton(
            self._theme, "plus", "New playlist", icon_px=TYPE.body, box_px=SIZE.icon + SPACE.s
        )
        self.new_playlist.clicked.connect(self._presenter.create_playlist)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE.s + 2, 0, SPACE.xs, SPACE.xs)
        row.addWidget(head)
        row.addStretch(1)
        row.addWidget(self.new_playlist)
        return row

    def _open_account_menu(self) -> None:
        menu = QMenu(self)
        self._theme.dress_menu(menu)
        menu.addAction("Settings", self.settings_asked.emit)
        menu.addAction("Keyboard shortcuts", self.shortcuts_asked.emit)
        menu.addSeparator()
        menu.addAction("Leave this library", self.sign_out_asked.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        corner = self.account.mapToGlobal(self.account.rect().topLeft())
        menu.popup(corner - QPoint(0, menu.sizeHint().height() + SPACE.xs))


class PlaylistNames(QListView):
    """The playlists by name; songs can be dropped on one."""

    playlist_asked = Signal(str)
    tracks_dropped = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Playlist, ...] = ()
        dress(self, theme, "side")
        self._names = QStandardItemModel(self)
        self.setModel(self._names)
        self.setItemDelegate(NameDelegate(theme, self))
        self.setAccessibleName("Playlists")
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)

    def show_playlists(self, playlists: Sequence[Playlist]) -> None:
        if tuple(playlists) == self._shown:
            return
        chosen = self._chosen()
        self._shown = tuple(playlists)
        self._names.clear()
        for playlist in self._shown:
            item = QStandardItem(plain(playlist.name))
            item.setSizeHint(QSize(0, self._theme.scaled(SIZE.name_row)))
            item.setToolTip(plain(playlist.name))
            self._names.appendRow(item)
        self.mark(chosen)

    def fit(self) -> None:
        """Rows as high as the text."""
        for row in range(self._names.rowCount()):
            self._names.item(row).setSizeHint(QSize(0, self._theme.scaled(SIZE.name_row)))

    def mark(self, playlist_id: str) -> None:
        for number, playlist in enumerate(self._shown):
            if playlist.id == playlist_id:
                self.setCurrentIndex(self._names.index(number, 0))
                return
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def _chosen(self) -> PlaylistId:
        index = self.currentIndex()
        return self._shown[index.row()].id if index.isValid() else PlaylistId("")

    def _open(self, index: QModelIndex) -> None:
        self.playlist_asked.emit(self._shown[index.row()].id)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(TRACKS_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.mimeData().hasFormat(TRACKS_MIME):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        tracks: tuple[Track, ...] = decode_tracks(bytes(event.mimeData().data(TRACKS_MIME).data()))
        if index.isValid() and tracks:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.tracks_dropped.emit(self._shown[index.row()], tracks)


class NameDelegate(QStyledItemDelegate):
    """A playlist's name; the chosen one on a raised ground, the whole list in a ring while the keyboard is in it."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        is_lit = is_chosen or bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = self._view.hasFocus() and self._theme.shows_focus and self._view.currentIndex() == index
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour("accent") if has_focus else Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("raised") if is_chosen else Qt.BrushStyle.NoBrush)
        if is_chosen or has_focus:
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.small, RADIUS.small)
        painter.setFont(self._theme.font())
        colour = self._theme.colour("text" if is_lit else "muted")
        draw_line(painter, area.adjusted(SPACE.s + 2, 0, -SPACE.s, 0), str(index.data()), colour)
        painter.restore()


class AccountButton(ThemedButton):
    """The listener's initial, name, plan and connection; opens the account's menu."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "account", name="Account", height_px=SIZE.avatar + SPACE.l)
        self._avatar = Avatar(theme)
        self._name = PlainLabel(theme, weight=QFont.Weight.Medium)
        self._standing = PlainLabel(theme, size=TYPE.caption, role="muted")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._standing)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.s, 0, SPACE.s, 0)
        row.setSpacing(SPACE.s + 2)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        for part in (self._avatar, self._name, self._standing):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_state(self, state: SidebarState) -> None:
        self._avatar.show_initial(state.initial)
        self._name.set_text(state.account)
        self._standing.set_text(state.standing)
        self._standing.set_role(PHASE_ROLES.get(state.phase, "muted"))
        self.rename(f"Account: {plain(state.account)}, {state.standing}")
        self.setToolTip("")


class Avatar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._initial = ""
        self.setFixedSize(SIZE.avatar, SIZE.avatar)
        theme.changed.connect(self.update)

    def show_initial(self, initial: str) -> None:
        self._initial = initial
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("raised"))
        painter.drawEllipse(self.rect())
        painter.setPen(self._theme.colour("accent"))
        painter.setFont(self._theme.font(TYPE.caption, QFont.Weight.Bold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._initial)
        painter.end()


def brand_row(theme: Theme, left: int = 0) -> QHBoxLayout:
    """The logo and the name, at the head of the sidebar and of first run."""
    logo = QLabel()
    logo.setFixedSize(SIZE.icon, SIZE.icon)

    def draw() -> None:
        logo.setPixmap(theme.icon(LOGO, "accent", "accent", px=SIZE.icon).pixmap(SIZE.icon, SIZE.icon))

    draw()
    theme.changed.connect(draw)
    name = PlainLabel(theme, "Segue", size=TYPE.brand, weight=QFont.Weight.Bold)
    row = QHBoxLayout()
    row.setContentsMargins(left, 0, 0, 0)
    row.setSpacing(SPACE.s + 1)
    row.addWidget(logo)
    row.addWidget(name)
    row.addStretch(1)
    return row
