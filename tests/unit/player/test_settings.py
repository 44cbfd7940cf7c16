from __future__ import annotations

import pytest

from player import settings
from player.settings import TABLE, Setting, Settings


def test_keys_are_unique_and_every_default_passes_its_own_check() -> None:
    assert len({setting.key for setting in TABLE}) == len(TABLE)
    for setting in TABLE:
        assert setting.check(setting.default) == setting.default
        assert setting.sentence.endswith(".")


def test_a_value_is_checked_before_it_is_kept() -> None:
    values = Settings()
    with pytest.raises(ValueError, match="at most 1"):
        values.set(settings.VOLUME, 1.5)
    with pytest.raises(ValueError, match="one of"):
        values.set(settings.THEME, "pink")
    with pytest.raises(ValueError, match="takes a bool"):
        settings.MUTED.check(1)
    assert values.get(settings.VOLUME) == settings.VOLUME.default


def test_listeners_hear_changes_only() -> None:
    values, heard = Settings(), []
    unsubscribe = values.subscribe(lambda key, value: heard.append((key, value)))
    values.set(settings.VOLUME, 0.5)
    values.set(settings.VOLUME, 0.5)
    unsubscribe()
    values.set(settings.VOLUME, 0.6)
    assert heard == [("playback.volume", 0.5)]


def test_an_unusable_or_unknown_stored_value_falls_back_to_the_default() -> None:
    values = Settings({"ui.theme": "pink", "gone.setting": 1, "playback.volume": 1})
    assert values.get(settings.THEME) == "system"
    assert values.get(settings.VOLUME) == 1.0


def test_a_renamed_key_migrates(monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = Setting("ui.colours", "system", "Colours.", choices=("system", "dark"), was=("ui.skin",))
    monkeypatch.setattr(settings, "TABLE", (renamed,))
    monkeypatch.setattr(settings, "BY_KEY", {renamed.key: renamed})
    assert Settings({"ui.skin": "dark"}).get(renamed) == "dark"
