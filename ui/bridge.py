"""The one way from the player's threads into the GUI thread (STYLE 4).

Presenters make a `GuiScope` in the GUI thread; its callbacks, and the events it listens to, run there. Nothing else
of the window is touched by another thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from player.runtime import Runtime, Scope

E = TypeVar("E")


class Bridge(QObject):
    """Make it in the GUI thread. `deliver` may be called from any thread; calls keep their order."""

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._asked.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def deliver(self, callback: Callable[[], None]) -> None:
        self._asked.emit(callback)

    @Slot(object)
    def _call(self, callback: Callable[[], None]) -> None:
        callback()


class GuiScope(Scope):
    """A `Scope` whose results arrive in the GUI thread, and that also ends subscriptions when it closes."""

    def __init__(self, runtime: Runtime, bridge: Bridge | None = None) -> None:
        self._bridge = bridge or Bridge()
        self._endings: list[Callable[[], None]] = []
        super().__init__(runtime, self._bridge.deliver)

    @property
    def is_closed(self) -> bool:
        return self._closed

    def listen(
        self, subscribe: Callable[[Callable[[E], None]], Callable[[], None]], handler: Callable[[E], None]
    ) -> None:
        """`subscribe` is a port's: `scope.listen(core.playback.subscribe, self._on_playback)`."""

        def forward(event: E) -> None:
            self._bridge.deliver(lambda: None if self._closed else handler(event))

        self._endings.append(subscribe(forward))

    def close(self) -> None:
        for end in self._endings:
            end()
        self._endings.clear()
        super().close()
