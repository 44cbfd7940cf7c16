"""Home: greeting, quick cards and shelves (design/home-dark.png)."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy

from player.clock import Clock
from ui.models.cards import card_of
from ui.pages.catalogue_page import CataloguePage
from ui.presenters.home import HomePresenter, HomeView, greeting
from ui.theme.tokens import SPACE
from ui.widgets.card_shelf import CardShelf
from ui.widgets.context import PageContext
from ui.widgets.quick_cards import QuickCards


class HomePage(CataloguePage):
    def __init__(self, context: PageContext, clock: Clock) -> None:
        self._presenter = HomePresenter(context.core.accounts, self.scope_of(context), clock)
        super().__init__(context, self._presenter, greeting(clock))
        self._quick = QuickCards(context)
        self._quick.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._shelves: list[CardShelf] = []
        self.body.addWidget(self._quick)
        self.body.addStretch(1)
        self.body.setSpacing(SPACE.xl)

    def open(self) -> None:
        """What is shown stays while newer shelves are asked for."""
        self._presenter.reload()

    def show_ready(self, view: HomeView) -> None:
        self.set_title(view.greeting)
        self._quick.show_items(view.quick)
        while len(self._shelves) < len(view.shelves):
            self._add_shelf()
        for shelf, widget in zip(view.shelves, self._shelves, strict=False):
            widget.show_cards(shelf.title, [card_of(item) for item in shelf.items])
        for number, widget in enumerate(self._shelves):
            widget.setVisible(number < len(view.shelves))

    def _add_shelf(self) -> None:
        shelf = CardShelf(self.context, "")
        self.follow(shelf.list)
        self.body.insertWidget(self.body.count() - 1, shelf)
        self._shelves.append(shelf)
