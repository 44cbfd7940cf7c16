"""Whether the network costs by the byte, as the system says: NetworkManager's or GLib's word on Linux, the
connection's cost on Windows. What no system says counts as free. main.py makes one once the window stands; GUI
thread.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtNetwork import QNetworkInformation


class NetworkCost(QObject):
    """`told` hears it now, and again whenever it changes."""

    def __init__(self, told: Callable[[bool], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told = told
        if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Metered):
            return
        information = QNetworkInformation.instance()
        information.isMeteredChanged.connect(self._changed)
        self._changed(information.isMetered())

    @Slot(bool)
    def _changed(self, is_metered: bool) -> None:
        self._told(is_metered)
