"""What the system says of the network's cost reaches the player."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation
from pytestqt.qtbot import QtBot

from ui.network_cost import NetworkCost


class System(QObject):
    """Stands for the one of the desktop, whose word cannot be changed from here."""

    isMeteredChanged = Signal(bool)  # noqa: N815 (Qt's name)

    def isMetered(self) -> bool:
        return True


def test_it_is_told_at_once_and_on_every_change(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    system, told = System(), list[bool]()
    monkeypatch.setattr(QNetworkInformation, "loadBackendByFeatures", lambda features: True)
    monkeypatch.setattr(QNetworkInformation, "instance", lambda: system)
    cost = NetworkCost(told.append)
    system.isMeteredChanged.emit(False)
    assert told == [True, False]
    assert cost.parent() is None


def test_where_no_system_says_it_nothing_is_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    monkeypatch.setattr(QNetworkInformation, "loadBackendByFeatures", lambda features: False)
    NetworkCost(told.append)
    assert told == []


def test_this_machine_answers_without_a_warning(qtbot: QtBot) -> None:
    told: list[bool] = []
    cost = NetworkCost(told.append)
    assert len(told) <= 1
    cost.deleteLater()
