"""Cyclic garbage is collected in the GUI thread only. Made by ui/app.py before the first widget.

Python collects in whichever thread happens to allocate: on the loop's thread that would free widgets and presenters
that died in a cycle, and Qt objects must not be freed outside their own thread (PySide then posts a deletion for an
object whose Python half is gone: a crash seen in the tests of the shell). So the automatic collector is switched off
and a timer does its work here, by the same thresholds.

What is there once everything is loaded stays for good and is looked at no more (`gc.freeze`): modules, classes and
the window's own parts are most of the heap, and a full collection over them held the GUI thread for 40 to 60 ms.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

CHECK_MS = 1000
LOADED_MS = 8000
"""after the start: the window stands, the backend has its modules, the first page is there"""


class Collector(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=CHECK_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()
        self._is_loaded = False
        QTimer.singleShot(LOADED_MS, self, self._on_loaded)

    def _on_loaded(self) -> None:
        self._is_loaded = True
        gc.freeze()

    def check(self) -> None:
        """The oldest generation that is over its threshold, which takes the younger with it; never the whole heap
        before it is frozen."""
        for generation in (2, 1, 0) if self._is_loaded else (1, 0):
            if gc.get_count()[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
