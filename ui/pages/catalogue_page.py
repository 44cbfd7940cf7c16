"""What the pages of the catalogue share: their presenter's states, retry, toasts and their place in the history.

The window makes each page once, calls `open` to show something, and on the way back gives `return_to` the place it
took before leaving. GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from ui.bridge import GuiScope
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Ready, ViewState
from ui.widgets.card_grid import CardList
from ui.widgets.context import PageContext
from ui.widgets.page import Page
from ui.widgets.song_table import SongTable

AROUND = 24  # px kept free around the row that is scrolled into view


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where the listener was on a page: opaque to the window."""

    scroll: int = 0
    rows: tuple[int, ...] = ()
    extra: str = ""


class CataloguePage(Page):
    def __init__(self, context: PageContext, presenter: PagePresenter, title: str = "") -> None:
        super().__init__(context.theme, title)
        self.context = context
        self.presenter = presenter
        self._return_to: PagePlace | None = None
        self._scroll_to: int | None = None
        self.verticalScrollBar().rangeChanged.connect(self._scroll_back)
        presenter.state_changed.connect(self._on_state)
        presenter.told.connect(context.toasts.show)
        self.retry_asked.connect(presenter.reload)
        context.songs.connected.connect(presenter.connection_restored)

    @staticmethod
    def scope_of(context: PageContext) -> GuiScope:
        return GuiScope(context.core.runtime)

    def close_page(self) -> None:
        self.presenter.close()

    def show_ready(self, data: Any) -> None:
        """Fill the content; each page has its own."""
        raise NotImplementedError

    def follow(self, part: SongTable | CardList) -> None:
        """Keep the part's current row in sight while the keyboard moves through it."""
        part.row_focused.connect(lambda place: self._bring_into_view(part, place))

    def place(self) -> PagePlace:
        table = self.main_table()
        return PagePlace(self.verticalScrollBar().value(), table.selected_rows() if table else ())

    def return_to(self, place: PagePlace) -> None:
        """At once where the content is here, else as soon as it comes."""
        self._return_to = place
        if isinstance(self.presenter.state, Ready):
            self._take_place()

    def focus_filter(self) -> bool:
        """Ctrl+F: True where the page has a field of its own to find things in."""
        return False

    def main_table(self) -> SongTable | None:
        return None

    def _on_state(self, state: ViewState[Any]) -> None:
        if isinstance(state, Ready):
            self.show_ready(state.data)
        self.show_state(state)
        if isinstance(state, Ready):
            self._take_place()

    def _take_place(self) -> None:
        place, self._return_to = self._return_to, None
        if place is None:
            return
        if (table := self.main_table()) is not None and place.rows:
            table.select_rows(range(place.rows[0], place.rows[-1] + 1))
        self._scroll_to = place.scroll
        self._scroll_back(0, self.verticalScrollBar().maximum())

    def _scroll_back(self, _low: int, high: int) -> None:
        """The content gets its height some layout later: the bar tells when the place can be reached."""
        if self._scroll_to is not None and high >= self._scroll_to:
            place, self._scroll_to = self._scroll_to, None
            self.verticalScrollBar().setValue(place)

    def _bring_into_view(self, part: QWidget, place: QRect) -> None:
        top = part.mapTo(self._column, QPoint(0, place.top())).y()
        middle, half = top + place.height() // 2, place.height() // 2
        self.ensureVisible(0, middle, 0, half + AROUND)
