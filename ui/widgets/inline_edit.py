"""A line of text that is edited in its place: double click or F2 starts, Return keeps, Escape leaves. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent

from ui.theme.theme import Theme
from ui.widgets.field import Field
from ui.widgets.plain_label import PlainLabel


class InlineEdit(Field):
    """Stands beside `label` in its layout and takes its place while editing."""

    finished = Signal(str)

    def __init__(self, theme: Theme, label: PlainLabel, name: str, *, size: int, limit: int) -> None:
        super().__init__(theme)
        self._label = label
        self._size = size
        self._is_enabled = False
        self.setMaxLength(limit)
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.hide()
        label.installEventFilter(self)
        self.editingFinished.connect(self._keep)

    def set_enabled(self, is_enabled: bool) -> None:
        self._is_enabled = is_enabled
        if not is_enabled:
            self.stop()

    def start(self) -> None:
        if not self._is_enabled or not self.isHidden():
            return
        self.setFont(self._theme.font(self._size, QFont.Weight.DemiBold))
        self.setText(self._label.text())
        self._label.hide()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectAll()

    def stop(self) -> None:
        if not self.isHidden():
            self.hide()
            self._label.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._label.text())
            self.stop()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._label and event.type() == QEvent.Type.MouseButtonDblClick:
            self.start()
        return super().eventFilter(watched, event)

    def _keep(self) -> None:
        if self.isHidden():
            return
        text = self.text().strip()
        changed = text != self._label.text()
        self.stop()
        if changed:
            self.finished.emit(text)
