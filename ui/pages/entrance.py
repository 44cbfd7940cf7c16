"""What stands in the window until the library answers, or says why it does not. GUI thread; shows `EntranceState`."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from ui.pages.setup_column import SetupColumn
from ui.presenters.entrance import EntranceState, Face
from ui.theme.theme import Theme
from ui.theme.tokens import SPACE
from ui.widgets.buttons import LinkButton, PrimaryPill


class EntrancePage(SetupColumn):
    retry_asked = Signal()
    other_place_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Opening your library", "One moment.")
        self.elsewhere = LinkButton(theme, "Choose another place", quiet=True)
        self.elsewhere.clicked.connect(self.other_place_asked)
        self.retry = PrimaryPill(theme, "Try again")
        self.retry.clicked.connect(self.retry_asked)
        row = QHBoxLayout()
        row.setSpacing(SPACE.m)
        row.addWidget(self.elsewhere)
        row.addStretch(1)
        row.addWidget(self.retry)
        self.column.addLayout(row)

    def show_state(self, state: EntranceState) -> None:
        is_away = state.face is Face.UNREACHABLE
        self.question.set_text("Your library does not answer" if is_away else "Opening your library")
        self.line.set_text(state.message or "One moment.")
        self.retry.setVisible(is_away)
        self.elsewhere.setVisible(is_away)
