"""Cyclic garbage is collected in the GUI thread only. Made by ui/app.py before the first widget.

Python collects in whichever thread happens to allocate: on the loop's thread that would free widgets and presenters
that died in a cycle, and Qt objects must not be freed outside their own thread (PySide then posts a deletion for an
object whose Python half is gone: a crash seen in the tests of the shell). So the automatic collector is switched off
and a timer does its work here, by the same thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

CHECK_MS = 1000


class Collector(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=CHECK_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    def check(self) -> None:
        """The oldest generation that is over its threshold, which takes the younger with it."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        self._timer.stop()
        gc.enable()
