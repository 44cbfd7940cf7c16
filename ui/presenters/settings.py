"""The settings a listener chooses, generated from the one table (player/settings.py). Made by SettingsPage.

Who a setting concerns listens to `Settings` itself; here they are only shown and set. GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from player import settings
from player.account.port import Accounts
from player.runtime import Scope
from player.settings import AnySetting, Settings
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Ready

STEPS = ((20, 1), (200, 10))
"""a range at most so wide is walked in these steps"""
WIDE_STEP = 512
TITLES = {
    "playback.cap_kbps": "Highest bitrate",
    "playback.look_ahead": "Look-ahead",
    "network.metered": "Metered network",
    "storage.recent_mb": "Recent songs on disk",
    "ui.text_scale": "Text size",
}
"""where the key's own word would not say it"""
WORDS = {True: "On", False: "Off"}


@dataclass(frozen=True, slots=True)
class Span:
    """What a number may be: `low`, and every `step` above it up to `high`."""

    low: int
    high: int
    step: int
    unit: str

    @property
    def last_place(self) -> int:
        return -(-(self.high - self.low) // self.step)

    def value_at(self, place: int) -> int:
        return min(self.low + place * self.step, self.high)

    def place_of(self, value: int) -> int:
        return min(round((value - self.low) / self.step), self.last_place)

    def words_at(self, place: int) -> str:
        """'6 s'; nothing at all is 'Off'."""
        value = self.value_at(place)
        return "Off" if value == 0 else f"{value:g}{self.unit}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as a row of the page. `choices` and `chosen` are words; a number has a `span` instead, and stands
    `place` steps into it."""

    setting: AnySetting
    title: str
    sentence: str
    choices: tuple[str, ...] = ()
    chosen: str = ""
    span: Span | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class SettingsView:
    groups: tuple[tuple[str, tuple[Option, ...]], ...]


class SettingsPresenter(PagePresenter):
    def __init__(self, accounts: Accounts, scope: Scope, kept: Settings) -> None:
        super().__init__(accounts, scope)
        self._kept = kept
        self._state = Ready(self._view())

    def reload(self) -> None:
        self._show(Ready(self._view()))

    def choose(self, key: str, word: str) -> None:
        """`word` is one of the option's choices."""
        setting = settings.BY_KEY[key]
        self._set(setting, word == WORDS[True] if isinstance(setting.default, bool) else word.lower())

    def choose_number(self, key: str, place: int) -> None:
        """`place` is that of the option's span."""
        span = span_of(settings.BY_KEY[key])
        assert span is not None, "only numbers have places"
        self._set(settings.BY_KEY[key], span.value_at(place))

    def _set(self, setting: AnySetting, value: bool | int | str) -> None:
        self._kept.put(setting.key, value)
        self.reload()

    def _view(self) -> SettingsView:
        groups: dict[str, list[Option]] = {}
        for setting in settings.TABLE:
            if setting.group:
                groups.setdefault(setting.group, []).append(self._option(setting))
        return SettingsView(tuple((name, tuple(options)) for name, options in groups.items()))

    def _option(self, setting: AnySetting) -> Option:
        title = TITLES.get(setting.key) or setting.key.partition(".")[2].replace("_", " ").capitalize()
        sentence = f"{setting.sentence} Takes effect after a restart." if setting.needs_restart else setting.sentence
        value = self._kept.value(setting.key)
        if isinstance(value, bool):
            return Option(setting, title, sentence, tuple(WORDS.values()), WORDS[value])
        if isinstance(value, str):
            choices = tuple(choice.capitalize() for choice in setting.choices)
            return Option(setting, title, sentence, choices, value.capitalize())
        span = span_of(setting)
        assert isinstance(value, int), "a whole number is what is left"
        assert span is not None, "and it has bounds"
        return Option(setting, title, sentence, span=span, place=span.place_of(value))


def span_of(setting: AnySetting) -> Span | None:
    if setting.low is None or setting.high is None:
        return None
    low, high = int(setting.low), int(setting.high)
    step = next((step for widest, step in STEPS if high - low <= widest), WIDE_STEP)
    return Span(low, high, step, setting.unit)
