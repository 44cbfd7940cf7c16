"""Text from anywhere, shown as text: never as markup, never wider than its place. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import TYPE
from ui.wording import plain

WRAPPED = Qt.TextFlag.TextWordWrap.value
MIDDLE = Qt.AlignmentFlag.AlignVCenter.value


class PlainLabel(QLabel):
    """One line that ends in an ellipsis where it does not fit, or wrapped lines. `role` is a colour of the palette:
    text, muted, faint, accent, ok, warn, bad."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        size: int = TYPE.body,
        role: str = "text",
        weight: QFont.Weight = QFont.Weight.Normal,
        wraps: bool = False,
        tabular: bool = False,
        spacing_px: float = 0.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style = (size, weight, tabular, spacing_px)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self._role = role
        if not wraps:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._take_font()
        theme.changed.connect(self._take_font)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        shown = text if self.wordWrap() else plain(text)
        self.setText(shown)
        self.setAccessibleName(shown)

    def set_role(self, role: str) -> None:
        if self._role != role:
            self._role = role
            self.update()

    def _take_font(self) -> None:
        size, weight, tabular, spacing_px = self._style
        self.setFont(self._theme.font(size, weight, tabular=tabular, spacing_px=spacing_px))

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return (
            hint
            if self.wordWrap()
            else QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * 3), hint.height())
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's layouts forget the height that wrapped lines need where rows stand in rows: hold it ourselves."""
        super().resizeEvent(event)
        if self.wordWrap():
            self.setMinimumHeight(max(0, self.heightForWidth(self.width())))

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.paint_text(self.contentsRect())

    def paint_text(self, area: QRect) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.colour(self._role))
        if self.wordWrap():
            painter.drawText(area, self.alignment().value | WRAPPED, self.text())
        else:
            shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
            self.setToolTip(self.text() if shown != self.text() else "")
            painter.drawText(area, self.alignment().value | MIDDLE, shown)
        painter.end()
