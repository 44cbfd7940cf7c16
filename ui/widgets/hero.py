"""The head of an album's, artist's or playlist's page: cover, what it is, its name, a line about it and buttons.

GUI thread. The name is a label of up to two lines that shrinks before it is cut.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.buttons import PrimaryPill, SecondaryPill
from ui.widgets.context import PageContext
from ui.widgets.cover import CoverView
from ui.widgets.plain_label import PlainLabel

ROUND_SIDE = 168


class Hero(QWidget):
    """`about` and `buttons` are rows for the page to fill after its own parts."""

    def __init__(self, context: PageContext, *, is_round: bool = False) -> None:
        super().__init__()
        theme = context.theme
        side = ROUND_SIDE if is_round else SIZE.hero
        self.cover = CoverView(theme, context.covers, side, is_round=is_round)
        self.kicker = PlainLabel(theme, size=TYPE.caption, role="muted", weight=QFont.Weight.DemiBold, spacing_px=1.0)
        self.name = BigName(context)
        self.about = QHBoxLayout()
        self.about.setSpacing(0)
        self.play = PrimaryPill(theme, "Play", "play-fill")
        self.shuffle = SecondaryPill(theme, "Shuffle", "shuffle")
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(SPACE.s + 2)
        self.buttons.addWidget(self.play)
        self.buttons.addWidget(self.shuffle)
        self._lay_out(side)

    def _lay_out(self, side: int) -> None:
        words = self._words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.kicker)
        words.addSpacing(SPACE.xs)
        words.addWidget(self.name)
        words.addSpacing(SPACE.s)
        words.addLayout(self.about)
        words.addSpacing(SPACE.l)
        words.addLayout(self.buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(SPACE.xl)
        row.addWidget(self.cover, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def insert_editor(self, editor: QWidget) -> None:
        """Beside the name, which it replaces while the name is edited."""
        self._words.insertWidget(self._words.indexOf(self.name), editor)


class BigName(PlainLabel):
    """40 px where the name fits one line, else smaller; the full name is the tooltip when it is cut."""

    STEPS = (TYPE.display, 32, TYPE.heading)

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.theme, size=TYPE.display, weight=QFont.Weight.ExtraBold)
        context.theme.changed.connect(self._fit)

    def set_text(self, text: str) -> None:
        super().set_text(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for px in self.STEPS:
            font = self._theme.font(px, QFont.Weight.ExtraBold, spacing_px=-px / 50)
            if QFontMetrics(font).horizontalAdvance(self.text()) <= self.width() or px == self.STEPS[-1]:
                break
        if font != self.font():
            self.setFont(font)
