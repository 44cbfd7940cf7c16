"""Short messages over the page, each with an undo if there is one. GUI thread.

Presenters and pages call `show`; ui/widgets/toasts.py paints `changed`. A toast goes by itself after a while, later
where it offers something to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

Undo = Callable[[], None]
STAY_MS = 4000
STAY_WITH_UNDO_MS = 8000  # time to read, think, and reach it by keyboard
TICK_MS = 500
MOST = 3


@dataclass(frozen=True, slots=True)
class Toast:
    number: int
    text: str
    can_undo: bool
    action: str = "Undo"


class Toasts(QObject):
    """`changed` carries the toasts shown now, oldest first."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: dict[int, Toast] = {}
        self._undo: dict[int, Undo] = {}
        self._left_ms: dict[int, int] = {}
        self._last = 0
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.tick)

    @property
    def shown(self) -> tuple[Toast, ...]:
        return tuple(self._shown.values())

    def show(self, text: str, undo: Undo | None = None, *, action: str = "Undo") -> int:
        """`undo` is called at most once; `action` is its word. Returns the toast's number."""
        self._last += 1
        number = self._last
        self._shown[number] = Toast(number, text, undo is not None, action)
        self._left_ms[number] = STAY_MS if undo is None else STAY_WITH_UNDO_MS
        if undo is not None:
            self._undo[number] = undo
        while len(self._shown) > MOST:
            self._forget(next(iter(self._shown)))
        self._clock.start()
        self.changed.emit(self.shown)
        return number

    def undo(self, number: int) -> None:
        action = self._undo.get(number)
        self.dismiss(number)
        if action is not None:
            action()

    def dismiss(self, number: int) -> None:
        if number in self._shown:
            self._forget(number)
            self.changed.emit(self.shown)

    def hold(self, is_held: bool) -> None:
        """The mouse or the focus is on the toasts: they stay."""
        if is_held:
            self._clock.stop()
        elif self._shown:
            self._clock.start()

    def tick(self) -> None:
        """A moment passed: those whose time is over go."""
        for number in list(self._left_ms):
            self._left_ms[number] -= TICK_MS
        over = [number for number, left in self._left_ms.items() if left <= 0]
        for number in over:
            self._forget(number)
        if over:
            self.changed.emit(self.shown)

    def _forget(self, number: int) -> None:
        del self._shown[number]
        del self._left_ms[number]
        self._undo.pop(number, None)
        if not self._shown:
            self._clock.stop()
