"""The buttons of the window. Each has an accessible name and takes the focus by keyboard. GUI thread.

How each kind looks stands in `ui.theme.button_looks`; it is painted by hand, so that other colours cost one repaint.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QStyle, QWidget

from ui.theme.button_looks import BUTTON_LOOKS
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, TYPE
from ui.wording import plain

ICON_GAP = 4
UNDERLINE_PX = 2
MNEMONIC = int(Qt.TextFlag.TextShowMnemonic)
WORDS = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic)


class ThemedButton(QPushButton):
    """`name` is what a screen reader says and the tooltip of a button without words; `height_px`, if any, grows with
    the text."""

    def __init__(
        self,
        theme: Theme,
        kind: str,
        *,
        text: str = "",
        name: str = "",
        icon: str = "",
        icon_role: str = "text",
        icon_px: int = SIZE.icon_small,
        size: int = TYPE.body,
        weight: QFont.Weight = QFont.Weight.DemiBold,
        height_px: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        super().setText(text.replace("&", "&&"))
        self._theme = theme
        self._icon = (icon, icon_role)
        self._font = (size, weight)
        self._height_px = height_px
        self._look = BUTTON_LOOKS[kind]
        self._text_role = ""
        self._has_ring = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(icon_px, icon_px))
        self.rename(name or text)
        self._take_look()
        theme.changed.connect(self._take_look)

    def setText(self, text: str) -> None:
        """A button whose name is its word keeps them the same."""
        was = self.text().strip().replace("&&", "&")
        super().setText(text)
        if self.accessibleName() in {"", was}:
            self.setAccessibleName(text.strip().replace("&&", "&"))

    def rename(self, name: str) -> None:
        self.setAccessibleName(name)
        if not self.text():
            self.setToolTip(name)

    def show_text(self, text: str, width_px: int) -> None:
        """Text from outside, on one line of at most `width_px`; whole in the tooltip where it is cut."""
        shown = plain(text)
        cut = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, width_px)
        self.setText(cut.replace("&", "&&"))
        self.setToolTip(shown if cut != shown else "")
        self.setAccessibleName(shown)

    def show_role(self, role: str) -> None:
        """The colour of the words where they have several."""
        if self._text_role != role:
            self._text_role = role
            self.update()

    def set_icon(self, icon: str, role: str) -> None:
        if self._icon != (icon, role):
            self._icon = (icon, role)
            self._take_look()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_ring(self._theme.shows_focus)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_ring(False)

    def _show_ring(self, is_shown: bool) -> None:
        """By hand, not by the focus: Qt gives the focus away by itself whenever its holder is hidden."""
        if self._has_ring is not is_shown:
            self._has_ring = is_shown
            self.update()

    # ---- painting

    def sizeHint(self) -> QSize:
        side, top, bottom = self._look.pad
        icon, wide = self._icon_size(), self._words_width()
        tall = max(self.fontMetrics().height() if wide else 0, icon.height())
        wide += icon.width() + ICON_GAP if not icon.isEmpty() else 0
        edge = self._edge_px()
        return QSize(wide + 2 * (side + edge), tall + top + bottom + 2 * edge)

    def _edge_px(self) -> int:
        """Room for the outline, whether there is one or not."""
        return 0 if self._look.is_underlined else 1

    def _icon_size(self) -> QSize:
        return QSize(0, 0) if self.icon().isNull() else self.iconSize()

    def _words_width(self) -> int:
        return self.fontMetrics().size(MNEMONIC, self.text()).width() if self.text() else 0

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        self._paint_words(painter)
        painter.end()

    def _state(self) -> tuple[bool, bool, bool]:
        """chosen, under the mouse, cannot be pressed"""
        return self.isChecked(), self.isEnabled() and self.underMouse(), not self.isEnabled()

    def _paint_ground(self, painter: QPainter) -> None:
        look, (is_on, is_hovered, is_off) = self._look, self._state()
        ground = (
            (is_off and look.ground_off) or (is_on and look.ground_on) or (is_hovered and look.ground_hover)
        ) or look.ground
        line, line_px = (is_on and look.line_on) or look.line, 1
        if self._has_ring:
            line, line_px = look.ring, look.ring_px
        if look.is_underlined:
            if line:
                painter.fillRect(
                    0, self.height() - UNDERLINE_PX, self.width(), UNDERLINE_PX, self._theme.colour(line)
                )
            return
        if not (ground or line):
            return
        painter.setBrush(self._theme.colour(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour(line), line_px) if line else Qt.PenStyle.NoPen)
        inset = line_px / 2 if line else 0.0
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        radius = min(look.radius, area.height() / 2)
        painter.drawRoundedRect(area, radius, radius)

    def _paint_words(self, painter: QPainter) -> None:
        look, (is_on, is_hovered, is_off) = self._look, self._state()
        side, top, bottom = look.pad
        edge = self._edge_px()
        area = self.rect().adjusted(side + edge, top, -side - edge, -bottom)
        icon, words = self._icon_size(), self._words_width()
        gap = ICON_GAP if words and not icon.isEmpty() else 0
        left = area.x() if look.is_left else area.x() + (area.width() - words - gap - icon.width()) // 2
        direction = self.layoutDirection()
        if not icon.isEmpty():
            place = QRect(left, area.y() + (area.height() - icon.height()) // 2, icon.width(), icon.height())
            mode = QIcon.Mode.Disabled if is_off else QIcon.Mode.Active if is_hovered else QIcon.Mode.Normal
            self.icon().paint(painter, QStyle.visualRect(direction, self.rect(), place), mode=mode)
        if words:
            role = (
                (is_off and look.text_off) or (is_on and look.text_on) or self._text_role
                or (is_hovered and look.text_hover) or look.text
            )  # fmt: skip
            painter.setPen(self._theme.colour(role))
            place = QRect(left + icon.width() + gap, area.y(), words + 1, area.height())
            painter.drawText(QStyle.visualRect(direction, self.rect(), place), WORDS, self.text())

    def _take_look(self) -> None:
        self.setFont(self._theme.font(*self._font))
        if self._height_px:
            self.setFixedHeight(self._theme.scaled(self._height_px))
        name, role = self._icon
        if name:
            active = "text" if role == "muted" else role
            self.setIcon(self._theme.icon(name, role, active, px=self.iconSize().width()))


class PrimaryPill(ThemedButton):
    """The one thing to do here."""

    def __init__(self, theme: Theme, text: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "primary",
            text=_beside(text, icon),
            name=text,
            icon=icon,
            icon_role="on_accent",
            weight=QFont.Weight.Bold,
            height_px=SIZE.field,
            parent=parent,
        )


class SecondaryPill(ThemedButton):
    def __init__(self, theme: Theme, text: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "secondary", text=_beside(text, icon), name=text, icon=icon, height_px=SIZE.field, parent=parent
        )


class IconButton(ThemedButton):
    """A glyph without words; `name` says what it does."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        role: str = "muted",
        icon_px: int = SIZE.icon,
        box_px: int = SIZE.control,
        kind: str = "icon",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, kind, name=name, icon=icon, icon_role=role, icon_px=icon_px, parent=parent)
        self.setFixedSize(box_px, box_px)


class ToggleIconButton(IconButton):
    """Accent while on. A screen reader hears the state from Qt's checked role."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        icon_on: str = "",
        on_role: str = "accent",
        off_role: str = "muted",
    ) -> None:
        super().__init__(theme, icon, name, role=off_role)
        self._looks = {False: (icon, off_role), True: (icon_on or icon, on_role)}
        self.setCheckable(True)
        self.toggled.connect(self._on_toggled)

    def show_on(self, is_on: bool) -> None:
        """Show a state without telling anybody."""
        self.blockSignals(True)
        self.setChecked(is_on)
        self.blockSignals(False)
        self._on_toggled(is_on)

    def _on_toggled(self, is_on: bool) -> None:
        self.set_icon(*self._looks[is_on])


class Chip(ThemedButton):
    """One of several views of the same thing; checkable, put into a QButtonGroup."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, "chip", text=text, size=TYPE.small, height_px=28, parent=parent)
        self.setCheckable(True)


class LinkButton(ThemedButton):
    """Words that act, in accent (`kind` link) or quietly (`kind` quiet: 'Show all')."""

    def __init__(
        self, theme: Theme, text: str, *, name: str = "", quiet: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme, "quiet" if quiet else "link", text=text, name=name, size=TYPE.small if quiet else TYPE.body,
            parent=parent,
        )  # fmt: skip


def _beside(text: str, icon: str) -> str:
    """Qt puts 4 px between icon and word; the pictures have a space more."""
    return f" {text}" if icon else text
