"""Icons in the palette's colours, drawn from the Phosphor font that qtawesome brings. GUI thread.

The font file is read directly: importing qtawesome costs 100 to 360 ms (it loads qtpy and ten fonts) and the window
needs one font. Glyphs are painted when an icon is first
asked for, in the sizes the window uses and for both common pixel ratios: a QIconEngine of our own would be destroyed
by Qt behind Python's back.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPainterPath, QPixmap

from ui.theme.tokens import SIZE, TYPE

LOGO = "logo"
SIDES = (TYPE.body, SIZE.icon_small, SIZE.icon, SIZE.avatar, SIZE.field)
RATIOS = (1, 2)


class Icons:
    """Loads the font on the first icon, keeps icons by name and colours."""

    def __init__(self) -> None:
        self._glyphs: dict[str, str] = {}
        self._family = ""
        self._made: dict[tuple[str, str, str, str], QIcon] = {}

    def icon(self, name: str, colour: str, active: str, disabled: str) -> QIcon:
        """KeyError for a name Phosphor has not: a slip of ours, found by the first test that shows it."""
        key = (name, colour, active, disabled)
        if key not in self._made:
            if name == LOGO:
                self._made[key] = _drawn(lambda painter, area, _mode: _draw_logo(painter, area, colour))
            else:
                self._load()
                self._made[key] = self._glyph_icon(self._glyphs[name], colour, active, disabled)
        return self._made[key]

    def _glyph_icon(self, glyph: str, colour: str, active: str, disabled: str) -> QIcon:
        colours = {
            QIcon.Mode.Normal: colour,
            QIcon.Mode.Active: active,
            QIcon.Mode.Selected: active,
            QIcon.Mode.Disabled: disabled,
        }
        family = self._family
        return _drawn(lambda painter, area, mode: _draw_glyph(painter, area, family, glyph, colours[mode]))

    def _load(self) -> None:
        if self._glyphs:
            return
        folder = _font_folder()
        charmap = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text("utf-8"))
        self._glyphs = {name: chr(int(code, 16)) for name, code in charmap.items()}
        data = next(path for path in folder.glob("phosphor-*.ttf")).read_bytes()
        number = QFontDatabase.addApplicationFontFromData(data)
        families = QFontDatabase.applicationFontFamilies(number)
        self._family = families[0] if families else ""


def _font_folder() -> Path:
    found = importlib.util.find_spec("qtawesome")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("qtawesome, which brings the icons, is not installed")
    return Path(found.submodule_search_locations[0]) / "fonts"


def _draw_glyph(painter: QPainter, area: QRect, family: str, glyph: str, colour: str) -> None:
    font = QFont(family)
    font.setPixelSize(area.height())
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, glyph)


def _draw_logo(painter: QPainter, area: QRect, colour: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawPath(logo_path(QRectF(area)))


def _drawn(draw: Callable[[QPainter, QRect, QIcon.Mode], None]) -> QIcon:
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Active, QIcon.Mode.Selected, QIcon.Mode.Disabled):
        for side in SIDES:
            for ratio in RATIOS:
                pixmap = QPixmap(side * ratio, side * ratio)
                pixmap.setDevicePixelRatio(ratio)
                pixmap.fill(Qt.GlobalColor.transparent)
                painter = QPainter(pixmap)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw(painter, QRect(0, 0, side, side), mode)
                painter.end()
                icon.addPixmap(pixmap, mode)
    return icon


def logo_path(area: QRectF) -> QPainterPath:
    radius = area.width() / 6
    path = QPainterPath()
    path.addEllipse(area)
    foot = QPainterPath()
    # Reaches a radius beyond the middle, so that its own rounded corners end inside the circle.
    middle = area.center()
    corner = QRectF(QPointF(area.left(), middle.y() - radius), QPointF(middle.x() + radius, area.bottom()))
    foot.addRoundedRect(corner, radius, radius)
    return path.united(foot)
