"""The F1 sheet: every key, from the one table. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import SecondaryPill
from ui.widgets.plain_label import PlainLabel

Line = tuple[str, str]
"""keys and what they do"""


class ShortcutSheet(QDialog):
    def __init__(self, theme: Theme, groups: Sequence[tuple[str, Sequence[Line]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_sheet")
        self.setWindowTitle("Keyboard shortcuts")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.xl, SPACE.xl, SPACE.xl, SPACE.xl)
        column.setSpacing(SPACE.xl)
        head = PlainLabel(theme, "Keyboard shortcuts", size=TYPE.heading, weight=QFont.Weight.Bold)
        column.addWidget(head)
        sides = QHBoxLayout()
        sides.setSpacing(2 * SPACE.xxl)
        half = sum(len(lines) + 2 for _, lines in groups) / 2
        grid, filled = _side(sides), 0
        for title, lines in groups:
            if filled and filled + len(lines) / 2 > half:
                grid, filled = _side(sides), 0
            _add_group(theme, grid, title, lines)
            filled += len(lines) + 2
        column.addLayout(sides)
        close = SecondaryPill(theme, "Close")
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumSize(self.sizeHint())  # Qt would give a dialog two thirds of the screen at most


def _side(sides: QHBoxLayout) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE.xl)
    grid.setVerticalSpacing(SPACE.s)
    column = QVBoxLayout()
    column.addLayout(grid)
    column.addStretch(1)
    sides.addLayout(column)
    return grid


def _add_group(theme: Theme, grid: QGridLayout, title: str, lines: Sequence[Line]) -> None:
    row = grid.rowCount()
    head = PlainLabel(theme, title, size=TYPE.body, weight=QFont.Weight.DemiBold, role="accent")
    head.setContentsMargins(0, SPACE.s if row > 1 else 0, 0, 0)
    grid.addWidget(head, row, 0, 1, 2)
    for number, (keys, words) in enumerate(lines, row + 1):
        grid.addWidget(PlainLabel(theme, words), number, 0)
        grid.addWidget(PlainLabel(theme, keys, role="muted", tabular=True), number, 1)


def native(keys: Sequence[str]) -> str:
    """As this system writes them: Cmd on macOS."""
    shown = (QKeySequence(each).toString(QKeySequence.SequenceFormat.NativeText) for each in keys)
    return ", ".join(shown)
