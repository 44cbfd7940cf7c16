"""A titled row of cards that scrolls sideways; 'Show all' lays every card out below the title. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.models.cards import Card, CardModel
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import LinkButton
from ui.widgets.card_grid import CardList, Spread
from ui.widgets.context import PageContext
from ui.widgets.plain_label import PlainLabel


class CardShelf(QWidget):
    def __init__(self, context: PageContext, title: str) -> None:
        super().__init__()
        self._title = PlainLabel(context.theme, title, size=TYPE.title, weight=QFont.Weight.DemiBold)
        self._all = LinkButton(context.theme, "Show all", name=f"Show all of {title}", quiet=True)
        self._all.setCheckable(True)
        self._all.toggled.connect(self._on_toggled)
        self.cards = CardModel(self)
        self.list = CardList(context, self.cards, Spread.ROW, title)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.s)
        column.addLayout(head)
        column.addWidget(self.list)

    @property
    def is_expanded(self) -> bool:
        return self._all.isChecked()

    def set_expanded(self, is_expanded: bool) -> None:
        self._all.setChecked(is_expanded)

    def show_cards(self, title: str, cards: Sequence[Card]) -> None:
        self._title.set_text(title)
        self._all.rename(f"Show all of {title}")
        self.list.setAccessibleName(title)
        self.cards.show_cards(cards)
        self._offer()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._offer()

    def _offer(self) -> None:
        self._all.setVisible(self.is_expanded or self.list.overflows)

    def _on_toggled(self, is_expanded: bool) -> None:
        self._all.setText("Show fewer" if is_expanded else "Show all")
        self.list.set_spread(Spread.WRAPPED if is_expanded else Spread.ROW)
