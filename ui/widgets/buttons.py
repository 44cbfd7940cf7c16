"""The buttons of the window. Each has an accessible name and takes the focus by keyboard. GUI thread.

Colours stand in the stylesheet under the property `kind`; icons and fonts are asked of the theme again.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, TYPE
from ui.wording import plain


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
        self.setProperty("kind", kind)
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
        """A colour role of the stylesheet where the kind knows several."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)

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
        """By hand, not by `:focus`: Qt gives the focus away by itself whenever its holder is hidden."""
        if bool(self.property("ring")) is not is_shown:
            self.setProperty("ring", is_shown)
            self.style().unpolish(self)
            self.style().polish(self)

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
