"""The panel at the right with its three tabs. GUI thread; what each tab shows is its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE
from ui.widgets.buttons import IconButton, ThemedButton
from ui.widgets.grounds import Ground


class RightPanel(Ground):
    """`panel_asked` with a tab's key, or 'none' to close."""

    panel_asked = Signal(str)

    def __init__(self, theme: Theme, queue: QWidget, lyrics: QWidget, stream: QWidget) -> None:
        super().__init__(theme, "surface", Qt.Edge.LeftEdge)
        self.setObjectName("right_panel")
        self.setFixedWidth(SIZE.panel)
        self._parts = {"queue": queue, "lyrics": lyrics, "stream": stream}
        self._stack = QStackedWidget()
        self.tabs: dict[str, ThemedButton] = {}
        head = QHBoxLayout()
        head.setContentsMargins(SPACE.l, SPACE.m, SPACE.s, 0)
        head.setSpacing(SPACE.l)
        for key, part in self._parts.items():
            tab = ThemedButton(theme, "tab", text=key.capitalize(), weight=QFont.Weight.DemiBold)
            tab.setCheckable(True)
            tab.clicked.connect(lambda _checked, wanted=key: self.panel_asked.emit(wanted))
            self.tabs[key] = tab
            head.addWidget(tab)
            self._stack.addWidget(part)
        head.addStretch(1)
        close = IconButton(theme, "x", "Close the panel", icon_px=SIZE.icon_small, box_px=SIZE.round_control)
        close.clicked.connect(lambda: self.panel_asked.emit("none"))
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.hair, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def show_panel(self, panel: str) -> None:
        self.setVisible(panel in self._parts)
        if panel in self._parts:
            self._stack.setCurrentWidget(self._parts[panel])
            for key, tab in self.tabs.items():
                tab.setChecked(key == panel)
