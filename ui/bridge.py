"""The one way from the player's threads into the GUI thread (STYLE 4).

Presenters make a `GuiScope` in the GUI thread; its callbacks, and the events it listens to, run there. Nothing else
of the window is touched by another thread: not even the last reference to a QObject may be dropped on the loop's
thread, for that would destroy it there. So callbacks stay in the scope, and the loop carries only their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

from player.errors import PlayerError
from player.runtime import Runtime, Scope

E = TypeVar("E")
T = TypeVar("T")


class Bridge(QObject):
    """`deliver` may be called from any thread; calls keep their order. It lives as long as the application."""

    _asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def deliver(self, callback: Callable[[], None]) -> None:
        self._asked.emit(callback)

    @Slot(object)
    def _call(self, callback: Callable[[], None]) -> None:
        callback()


def shared_bridge() -> Bridge:
    """The application's own; made at the first call, in the GUI thread."""
    app = QCoreApplication.instance()
    assert app is not None, "make the QApplication first"
    found = app.findChild(Bridge)
    return found if isinstance(found, Bridge) else Bridge(app)


class GuiScope(Scope):
    """A `Scope` whose results arrive in the GUI thread, and that also ends subscriptions when it closes."""

    def __init__(self, runtime: Runtime, bridge: Bridge | None = None) -> None:
        self._bridge = bridge or shared_bridge()
        self._endings: list[Callable[[], None]] = []
        self._receivers: dict[int, Callable[[Any], None]] = {}
        self._last_number = 0
        super().__init__(runtime, self._bridge.deliver)

    @property
    def is_closed(self) -> bool:
        return self._closed

    def run(
        self,
        work: Coroutine[Any, Any, T],
        ok: Callable[[T], None] | None = None,
        err: Callable[[PlayerError], None] | None = None,
    ) -> Future[T]:
        ok_number, err_number = self._keep(ok), self._keep(err)
        future = super().run(
            work,
            None if ok is None else lambda result: self._give(ok_number, result),
            None if err is None else lambda error: self._give(err_number, error),
        )
        future.add_done_callback(lambda _done: self._bridge.deliver(lambda: self._forget(ok_number, err_number)))
        return future

    def listen(
        self, subscribe: Callable[[Callable[[E], None]], Callable[[], None]], handler: Callable[[E], None]
    ) -> None:
        """`subscribe` is a port's: `scope.listen(core.playback.subscribe, self._on_playback)`."""
        number = self._keep(handler)
        self._endings.append(subscribe(lambda event: self._bridge.deliver(lambda: self._give(number, event))))

    def close(self) -> None:
        for end in self._endings:
            end()
        self._endings.clear()
        super().close()
        self._receivers.clear()

    def _keep(self, receiver: Callable[[Any], None] | None) -> int:
        self._last_number += 1
        if receiver is not None:
            self._receivers[self._last_number] = receiver
        return self._last_number

    def _give(self, number: int, value: object) -> None:
        receiver = self._receivers.get(number)
        if receiver is not None:
            receiver(value)

    def _forget(self, *numbers: int) -> None:
        for number in numbers:
            self._receivers.pop(number, None)
