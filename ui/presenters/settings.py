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

WIDE_RANGE = 20  # a range wider than this is walked in tens
WORDS = {True: "On", False: "Off"}


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as a row of the page. `choices` and `chosen` are words; a number has `shown` and steps instead."""

    setting: AnySetting
    title: str
    sentence: str
    choices: tuple[str, ...] = ()
    chosen: str = ""
    shown: str = ""
    can_lower: bool = False
    can_raise: bool = False


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

    def step(self, key: str, by: int) -> None:
        setting = settings.BY_KEY[key]
        value = self._kept.value(key)
        if isinstance(value, int) and setting.low is not None and setting.high is not None:
            stepped = value + by * _step(setting)
            self._set(setting, int(min(max(stepped, setting.low), setting.high)))

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
        title = setting.key.partition(".")[2].replace("_", " ").capitalize()
        sentence = f"{setting.sentence} Takes effect after a restart." if setting.needs_restart else setting.sentence
        value = self._kept.value(setting.key)
        if isinstance(value, bool):
            return Option(setting, title, sentence, tuple(WORDS.values()), WORDS[value])
        if isinstance(value, str):
            choices = tuple(choice.capitalize() for choice in setting.choices)
            return Option(setting, title, sentence, choices, value.capitalize())
        assert isinstance(value, (int, float)), "a number is what is left"
        return Option(
            setting,
            title,
            sentence,
            shown=f"{value:g}{setting.unit}",
            can_lower=setting.low is not None and value > setting.low,
            can_raise=setting.high is not None and value < setting.high,
        )


def _step(setting: AnySetting) -> int:
    low, high = setting.low or 0, setting.high or 0
    return 10 if high - low > WIDE_RANGE else 1
