"""The present look: palette, fonts at the listener's text scale, icons and the look of menus. GUI thread.

One `Theme` is made by ui/app.py and passed to every view. Views that paint by hand, or hold fonts and icons, connect
to `changed` and ask again.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from ui.theme.icons import Icons
from ui.theme.stylesheet import render_menu
from ui.theme.tokens import DARK, LIGHT, SIZE, TYPE, Palette

PREFERRED_FAMILIES = ("Inter", "Inter Variable", "Segoe UI Variable", "SF Pro Text", "Segoe UI", "Noto Sans")
FRAMELESS = Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
TABULAR = QFont.Tag("tnum")


class Theme(QObject):
    """`changed` after colours or text size became others; everything here is already new by then."""

    changed = Signal()

    def __init__(self, app: QApplication, *, mode: str = "system", text_scale: int = 100) -> None:
        super().__init__(app)
        self._app = app
        self._mode = mode
        self._text_scale = text_scale
        self._family = _family()
        self.reduces_motion = False
        """True where the listener wants no motion; pictures for tests set it too"""
        self.shows_focus = False
        """True while the listener uses the keyboard: then, and only then, the focus is marked"""
        self._palette = self._wanted()
        # Every painted line asks for one of each: made once, and never changed by whoever is given them.
        self._colours: dict[tuple[str, float], QColor] = {}
        self._fonts: dict[tuple[int, QFont.Weight, bool, float], QFont] = {}
        self._icons = Icons()
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    @property
    def palette(self) -> Palette:
        return self._palette

    @property
    def mode(self) -> str:
        """system, dark or light"""
        return self._mode

    def set_mode(self, mode: str) -> None:
        self._mode = mode
        self._refresh()

    def set_text_scale(self, percent: int) -> None:
        if percent != self._text_scale:
            self._text_scale = percent
            self._apply()
            self.changed.emit()

    def colour(self, role: str, opacity: float = 1.0) -> QColor:
        """`role` is a field of Palette."""
        kept = self._colours.get((role, opacity))
        if kept is None:
            kept = self._colours[role, opacity] = QColor(getattr(self._palette, role))
            kept.setAlphaF(opacity)
        return kept

    def scaled(self, px: int) -> int:
        """A height that must grow with the text."""
        return round(px * self._text_scale / 100)

    def font(
        self,
        px: int = TYPE.body,
        weight: QFont.Weight = QFont.Weight.Normal,
        *,
        tabular: bool = False,
        spacing_px: float = 0.0,
    ) -> QFont:
        """`px` is one of TYPE; `tabular` gives figures of one width, for times and counts."""
        key = (px, weight, tabular, spacing_px)
        if key not in self._fonts:
            self._fonts[key] = self._make_font(px, weight, tabular, spacing_px)
        return self._fonts[key]

    def _make_font(self, px: int, weight: QFont.Weight, tabular: bool, spacing_px: float) -> QFont:
        font = QFont(self._family)
        font.setPixelSize(self.scaled(px))
        font.setWeight(weight)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # letters keep their own widths
        if tabular:
            font.setFeature(TABULAR, 1)
        if spacing_px:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing_px)
        return font

    def icon(self, name: str, role: str = "muted", active_role: str = "text", *, px: int = SIZE.icon_small) -> QIcon:
        """`name` is a Phosphor name ('heart', 'heart-fill'); the roles colour it at rest and under the mouse."""
        palette = self._palette
        return self._icons.icon(name, getattr(palette, role), getattr(palette, active_role), palette.faint, px)

    def dress_menu(self, menu: QMenu) -> None:
        """A menu and its submenus, as they are made: they end when they close."""
        menu.setWindowFlags(menu.windowFlags() | FRAMELESS)
        menu.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # outside the rounded corners
        menu.setStyleSheet(render_menu(self._palette))

    def motion_ms(self, duration_ms: int) -> int:
        return 0 if self.reduces_motion else duration_ms

    def _wanted(self) -> Palette:
        if self._mode == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            return LIGHT if scheme is Qt.ColorScheme.Light else DARK
        return LIGHT if self._mode == "light" else DARK

    def _on_system_changed(self) -> None:
        if self._mode == "system":
            self._refresh()

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted is not self._palette:
            self._palette = wanted
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self._colours.clear()
        self._fonts.clear()
        self._app.setFont(self.font())
        palette = _qt_palette(self._palette)
        self._app.setPalette(palette)
        QToolTip.setPalette(palette)
        QToolTip.setFont(self.font(TYPE.small))


def _family() -> str:
    installed = set(QFontDatabase.families())
    for family in PREFERRED_FAMILIES:
        if family in installed:
            return family
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def _qt_palette(tokens: Palette) -> QPalette:
    """For what the stylesheet does not reach: native dialogs and delegates of plain views."""
    role = QPalette.ColorRole
    roles = {
        role.Window: tokens.bg,
        role.WindowText: tokens.text,
        role.Base: tokens.bg,
        role.AlternateBase: tokens.surface,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Link: tokens.accent,
    }
    palette = QPalette()
    for which, colour in roles.items():
        palette.setColor(which, QColor(colour))
    return palette
