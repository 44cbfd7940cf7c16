"""The frame of first run and sign-in: one column in the middle under the logo, a question and a line. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.plain_label import PlainLabel
from ui.widgets.scrolling import dress
from ui.widgets.sidebar import brand_row


class SetupColumn(QScrollArea):
    def __init__(self, theme: Theme, question: str, line: str) -> None:
        super().__init__()
        dress(self, theme)
        self.setWidgetResizable(True)
        self.setAccessibleName(question)
        middle = QWidget()
        middle.setFixedWidth(SIZE.setup_width)
        self.column = QVBoxLayout(middle)
        self.column.setContentsMargins(0, SPACE.xl, 0, SPACE.xl)
        self.column.setSpacing(SPACE.m)
        self.column.addLayout(brand_row(theme))
        self.column.addSpacing(SPACE.xs)
        self.question = PlainLabel(theme, question, size=TYPE.question, weight=QFont.Weight.Bold)
        self.column.addWidget(self.question)
        self.line = PlainLabel(theme, line, role="muted", wraps=True)
        self.column.addWidget(self.line)
        self.column.addSpacing(SPACE.s)
        ground = QWidget()
        rows = QVBoxLayout(ground)
        rows.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addStretch(1)
        self.setWidget(ground)
