"""The F1 sheet: every key, from the one table. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.buttons import SecondaryPill
from ui.widgets.plain_label import PlainLabel

Line = tuple[str, str]
"""keys and what they do"""


class ShortcutSheet(QDialog):
    def __init__(self, theme: Theme, groups: Sequence[tuple[str, Sequence[Line]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_sheet")
        self.setWindowTitle("Keyboard shortcuts")
        self.setMinimumWidth(SIZE.search_width)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.xl, SPACE.xl, SPACE.xl, SPACE.xl)
        column.setSpacing(SPACE.m)
        for title, lines in groups:
            column.addWidget(PlainLabel(theme, title, size=TYPE.title, weight=QFont.Weight.DemiBold))
            grid = QGridLayout()
            grid.setHorizontalSpacing(SPACE.xl)
            grid.setColumnStretch(1, 1)
            for number, (keys, words) in enumerate(lines):
                grid.addWidget(PlainLabel(theme, keys, role="muted", tabular=True), number, 0)
                grid.addWidget(PlainLabel(theme, words), number, 1)
            column.addLayout(grid)
        close = SecondaryPill(theme, "Close")
        close.clicked.connect(self.accept)
        column.addWidget(close)


def native(keys: Sequence[str]) -> str:
    """As this system writes them: Cmd on macOS."""
    shown = (QKeySequence(each).toString(QKeySequence.SequenceFormat.NativeText) for each in keys)
    return ", ".join(shown)
