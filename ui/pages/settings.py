"""Settings: a row for everything the table lets a listener choose. GUI thread; shows `SettingsView`."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from ui.pages.catalogue_page import CataloguePage
from ui.presenters.settings import Option, SettingsPresenter, SettingsView, Span
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.buttons import Chip
from ui.widgets.context import PageContext
from ui.widgets.grounds import Card
from ui.widgets.line_slider import LineSlider
from ui.widgets.plain_label import PlainLabel

COLUMN_PX = 760  # lines of bearable length
ROWS_A_TURN = 3


class SettingsPage(CataloguePage):
    def __init__(self, context: PageContext) -> None:
        core = context.core
        self._presenter = SettingsPresenter(core.accounts, self.scope_of(context), core.settings)
        super().__init__(context, self._presenter, "Settings")
        self.rows: dict[str, OptionRow] = {}
        self._middle = QWidget()
        self._middle.setMaximumWidth(COLUMN_PX)
        self._groups = QVBoxLayout(self._middle)
        self._groups.setContentsMargins(0, 0, 0, 0)
        self._groups.setSpacing(SPACE.m)
        self.body.addWidget(self._middle)
        self.body.addStretch(1)
        self._cards: dict[str, Card] = {}
        self._unbuilt: list[tuple[str, Option]] = []
        self._builds_on = QTimer(self, singleShot=True, interval=0)
        self._builds_on.timeout.connect(self._build_some)
        self._on_state(self._presenter.state)

    def open(self) -> None:
        self._presenter.reload()

    def show_ready(self, view: SettingsView) -> None:
        """Rows that are not there yet are built a few in a turn of the event loop: each takes a millisecond."""
        self._unbuilt = []
        for group, options in view.groups:
            for option in options:
                if option.setting.key in self.rows:
                    self.rows[option.setting.key].show_option(option)
                else:
                    self._unbuilt.append((group, option))
        if self._unbuilt:
            self._builds_on.start()

    def _build_some(self) -> None:
        for group, option in self._unbuilt[:ROWS_A_TURN]:
            if group not in self._cards:
                self._add_last_card()
                self._cards[group] = self._new_card()
            row = OptionRow(self.context.theme, option, self._presenter)
            row.show_option(option)
            self.rows[option.setting.key] = row
            rows = self._cards[group].layout()
            assert rows is not None
            rows.addWidget(row)
        self._unbuilt = self._unbuilt[ROWS_A_TURN:]
        if self._unbuilt:
            self._builds_on.start()
        else:
            self._add_last_card()

    def _new_card(self) -> Card:
        card = Card(self.context.theme)
        rows = QVBoxLayout(card)
        rows.setContentsMargins(SPACE.l, SPACE.s, SPACE.l, SPACE.s)
        rows.setSpacing(0)
        return card

    def _add_last_card(self) -> None:
        """A group is shown once it is whole: the page is laid out once for each."""
        if not self._cards:
            return
        group, card = list(self._cards.items())[-1]
        self._groups.addWidget(PlainLabel(self.context.theme, group, size=TYPE.title, weight=QFont.Weight.DemiBold))
        self._groups.addWidget(card)
        self._groups.addSpacing(SPACE.m)


class OptionRow(QWidget):
    """A setting's name and sentence at the left, its choices or its number at the right."""

    def __init__(self, theme: Theme, option: Option, presenter: SettingsPresenter) -> None:
        super().__init__()
        self._key = option.setting.key
        self._title = option.title
        self.setObjectName(f"option_{self._key}")
        self._presenter = presenter
        self.chips: dict[str, Chip] = {}
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(theme, option.title, weight=QFont.Weight.Medium))
        words.addWidget(PlainLabel(theme, option.sentence, size=TYPE.small, role="muted", wraps=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE.m, 0, SPACE.m)
        row.setSpacing(SPACE.xl)
        row.addLayout(words, 1)
        row.addLayout(
            self._build_chips(theme, option) if option.span is None else self._build_slider(theme, option.span)
        )

    def show_option(self, option: Option) -> None:
        for word, chip in self.chips.items():
            chip.setChecked(word == option.chosen)
        if option.span is not None:
            self.slider.show_value(option.place)
            self._show_number(option.span, option.place)

    def _build_chips(self, theme: Theme, option: Option) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        group = QButtonGroup(self)
        for word in option.choices:
            chip = Chip(theme, word)
            chip.rename(f"{option.title}: {word}")
            chip.clicked.connect(partial(self._choose, word))
            group.addButton(chip)
            row.addWidget(chip)
            self.chips[word] = chip
        return row

    def _build_slider(self, theme: Theme, span: Span) -> QHBoxLayout:
        self.slider = LineSlider(theme, self._title, SIZE.option_slider)
        self.slider.setRange(0, span.last_place)
        self.slider.setPageStep(max(1, span.last_place // 5))
        self.shown = PlainLabel(theme, tabular=True)
        self.shown.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.shown.setMinimumWidth(theme.scaled(SIZE.option_value))
        self.slider.moved.connect(partial(self._show_number, span))
        self.slider.settled.connect(partial(self._presenter.choose_number, self._key))
        row = QHBoxLayout()
        row.setSpacing(SPACE.m)
        row.addWidget(self.slider)
        row.addWidget(self.shown)
        return row

    def _show_number(self, span: Span, place: int) -> None:
        self.shown.set_text(span.words_at(place))
        self.slider.setAccessibleDescription(span.words_at(place))

    def _choose(self, word: str, _checked: bool = False) -> None:
        self._presenter.choose(self._key, word)
