"""Where does your music live? (design/first-run-dark.png.) GUI thread; shows `FirstRunState`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from player.account.port import PlaceKind
from ui.pages.setup_column import SetupColumn
from ui.presenters.first_run import FirstRunPresenter, FirstRunState
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.buttons import LinkButton, PrimaryPill, ThemedButton
from ui.widgets.grounds import Card
from ui.widgets.plain_label import PlainLabel

CHOICES = (
    (PlaceKind.FOLDER, "books", "Music on this computer", "Choose a folder. Segue streams it to itself."),
    (PlaceKind.SERVER, "laptop", "A Segue server", "Enter its address and sign in."),
    (PlaceKind.DEMO, "broadcast", "Just show me", "A small demo library, made on this machine."),
)


class FirstRunPage(SetupColumn):
    def __init__(self, theme: Theme, presenter: FirstRunPresenter) -> None:
        super().__init__(theme, "Where does your music live?", "You can switch to another place later.")
        self._presenter = presenter
        self.choices: dict[PlaceKind, Choice] = {}
        for kind, icon, title, words in CHOICES:
            choice = Choice(theme, icon, title, words)
            choice.clicked.connect(lambda _checked, wanted=kind: self._choose(wanted))
            self.choices[kind] = choice
            self.column.addWidget(choice)
        self._folder_box = self._build_folder(theme)
        self.column.addWidget(self._folder_box)
        self.problem = PlainLabel(theme, role="bad", wraps=True)
        self.column.addWidget(self.problem)
        self.column.addSpacing(SPACE.xs)
        self.column.addLayout(self._build_foot(theme))
        presenter.state_changed.connect(self.show_state)
        self.show_state(presenter.state)

    def _choose(self, kind: PlaceKind) -> None:
        self._presenter.choose(kind)
        self.show_state(self._presenter.state)  # a click on the chosen one has turned it over

    def show_state(self, state: FirstRunState) -> None:
        for kind, choice in self.choices.items():
            choice.setChecked(kind is state.choice)
            choice.show_chosen(kind is state.choice)
            choice.setEnabled(not state.is_busy)
        self._folder.set_text(state.folder)
        _keep_room(self._folder_box, is_seen=state.choice is PlaceKind.FOLDER)
        self._change.setEnabled(not state.is_busy)
        self.problem.set_text(state.problem)
        self.problem.setVisible(bool(state.problem))
        self.start.setEnabled(not state.is_busy)
        words = "Continue" if state.choice is PlaceKind.SERVER else "Start listening"
        self.start.setText("One moment" if state.is_busy else words)
        self.start.rename(self.start.text())
        self.note.set_text(state.progress or "Passwords and keys stay in your system keyring")
        self.note.set_role("text" if state.progress else "muted")

    def _build_folder(self, theme: Theme) -> Card:
        box = Card(theme)
        box.setFixedHeight(theme.scaled(SIZE.folder_box))
        icon = _themed_icon(theme, "folder", "muted", SIZE.icon_small)
        self._folder = PlainLabel(theme, role="muted")
        self._change = LinkButton(theme, "Change", name="Change the music folder")
        self._change.clicked.connect(self._choose_folder)
        row = QHBoxLayout(box)
        row.setContentsMargins(SPACE.l - 2, 0, SPACE.m - 2, 0)
        row.setSpacing(SPACE.m - 2)
        row.addWidget(icon)
        row.addWidget(self._folder, 1)
        row.addWidget(self._change)
        return box

    def _build_foot(self, theme: Theme) -> QHBoxLayout:
        self.note = PlainLabel(theme, size=TYPE.small, role="muted")
        self.start = PrimaryPill(theme, "Start listening")
        self.start.clicked.connect(self._presenter.go)
        row = QHBoxLayout()
        row.setSpacing(SPACE.xs)
        row.addWidget(_themed_icon(theme, "lock-simple", "ok", TYPE.body))
        row.addWidget(self.note, 1)
        row.addWidget(self.start)
        return row

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Your music folder", str(self._presenter.folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self._presenter.set_folder(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class Choice(ThemedButton):
    """One answer: an icon, two lines and a ring that fills."""

    def __init__(self, theme: Theme, icon: str, title: str, words: str) -> None:
        super().__init__(theme, "choice", name=f"{title}. {words}", height_px=SIZE.choice)
        self.setToolTip("")
        self.setCheckable(True)
        self._icon_name = icon
        self._picture = ChoiceIcon(theme)
        self._picture.setFixedSize(SIZE.choice_icon, SIZE.choice_icon)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addStretch(1)
        lines.addWidget(PlainLabel(theme, title, weight=QFont.Weight.DemiBold))
        lines.addWidget(PlainLabel(theme, words, size=TYPE.small, role="muted"))
        lines.addStretch(1)
        self._ring = Ring(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l + 2, 0, SPACE.l + 2, 0)
        row.setSpacing(SPACE.l)
        row.addWidget(self._picture)
        row.addLayout(lines, 1)
        row.addWidget(self._ring)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._is_chosen = False
        theme.changed.connect(self._take_picture)
        self._take_picture()

    def show_chosen(self, is_chosen: bool) -> None:
        self._is_chosen = is_chosen
        self._ring.show_chosen(is_chosen)
        self._take_picture()

    def _take_picture(self) -> None:
        role = "accent" if self._is_chosen else "muted"
        self._picture.setPixmap(self._theme.icon(self._icon_name, role, px=SIZE.icon).pixmap(SIZE.icon, SIZE.icon))


class ChoiceIcon(QLabel):
    """A pixmap on a rounded ground."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("bg"))
        painter.drawRoundedRect(self.rect(), RADIUS.medium, RADIUS.medium)
        painter.end()
        super().paintEvent(event)


class Ring(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._is_chosen = False
        self.setFixedSize(SIZE.icon, SIZE.icon)
        theme.changed.connect(self.update)

    def show_chosen(self, is_chosen: bool) -> None:
        self._is_chosen = is_chosen
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, half = QPointF(self.width() / 2, self.height() / 2), self.width() / 2 - 1
        if self._is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent"))
            painter.drawEllipse(middle, half, half)
            painter.setBrush(self._theme.colour("on_accent"))
            painter.drawEllipse(middle, half / 3, half / 3)
        else:
            painter.setPen(QPen(self._theme.colour("line"), 2))
            painter.drawEllipse(middle, half - 0.5, half - 0.5)
        painter.end()


def _themed_icon(theme: Theme, name: str, role: str, side: int) -> QLabel:
    label = QLabel()
    label.setFixedSize(side, side)

    def draw() -> None:
        label.setPixmap(theme.icon(name, role, px=side).pixmap(side, side))

    draw()
    theme.changed.connect(draw)
    return label


def _keep_room(part: QWidget, *, is_seen: bool) -> None:
    """Hidden without a jump of what stands below it."""
    policy = part.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    part.setSizePolicy(policy)
    part.setVisible(is_seen)
