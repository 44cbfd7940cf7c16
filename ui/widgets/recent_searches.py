"""What was searched before, offered again while the field is empty. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import IconButton, ThemedButton
from ui.widgets.plain_label import PlainLabel

HINT = "Type a song, an album, an artist or a playlist. Results come with every letter; Return plays the first."


class RecentSearches(QWidget):
    chosen = Signal(str)
    forgotten = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[str, ...] = ()
        self._title = PlainLabel(theme, "Recent searches", size=TYPE.title, weight=QFont.Weight.DemiBold)
        self._hint = PlainLabel(theme, HINT, role="muted", wraps=True)
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE.xs)
        self._column.addWidget(self._title)
        self._column.addWidget(self._hint)
        self._column.addStretch(1)

    def show_searches(self, searches: Sequence[str]) -> None:
        self._title.set_text("Recent searches" if searches else "Search everything")
        self._hint.setVisible(not searches)
        if tuple(searches) == self._shown:
            return
        self._shown = tuple(searches)
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self._rows = [self._row(past) for past in searches]
        for place, row in enumerate(self._rows):
            self._column.insertWidget(place + 1, row)

    def _row(self, past: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        again = ThemedButton(
            self._theme, "nav", text=past, name=f"Search again for {past}", icon="clock-counter-clockwise"
        )
        again.setFixedHeight(self._theme.scaled(36))
        again.clicked.connect(partial(self._choose, past))
        forget = IconButton(self._theme, "x", f"Forget {past}")
        forget.clicked.connect(partial(self._forget, past))
        line.addWidget(again, 1)
        line.addWidget(forget)
        return row

    def _choose(self, past: str, _checked: bool = False) -> None:
        self.chosen.emit(past)

    def _forget(self, past: str, _checked: bool = False) -> None:
        self.forgotten.emit(past)
