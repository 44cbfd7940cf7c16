"""Icons in the palette's colours, drawn from the Phosphor font that qtawesome brings. GUI thread.

The font file is read directly: importing qtawesome costs 100 to 360 ms (it loads qtpy and ten fonts) and the window
needs one font. Glyphs are painted when an icon is first asked for, in the one size that was asked for: a page of many
icons is built in one turn of the GUI thread. A QIconEngine of our own would be destroyed by Qt behind Python's back.
"""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPainterPath, QPixmap

LOGO = "logo"
Draw = Callable[[QPainter, QRect, str], None]
"""paints one icon into a square, in a colour"""


class Icons:
    """Loads the font on the first icon, keeps icons by name, colours and size."""

    def __init__(self) -> None:
        self._glyphs: dict[str, str] = {}
        self._family = ""
        self._made: dict[tuple[str, str, str, str, int], QIcon] = {}

    def icon(self, name: str, colour: str, active: str, disabled: str, side: int) -> QIcon:
        """KeyError for a name Phosphor has not: a slip of ours, found by the first test that shows it."""
        key = (name, colour, active, disabled, side)
        if key not in self._made:
            colours = {QIcon.Mode.Normal: colour, QIcon.Mode.Active: active, QIcon.Mode.Disabled: disabled}
            self._made[key] = _drawn(side, colours, self._draw(name))
        return self._made[key]

    def _draw(self, name: str) -> Draw:
        if name == LOGO:
            return _draw_logo
        self._load()
        family, glyph = self._family, self._glyphs[name]
        return lambda painter, area, colour: _draw_glyph(painter, area, family, glyph, colour)

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


def _drawn(side: int, colours: dict[QIcon.Mode, str], draw: Draw) -> QIcon:
    icon = QIcon()
    finest = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    for mode, colour in colours.items():
        for ratio in {1, math.ceil(finest)}:
            pixmap = QPixmap(side * ratio, side * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter, QRect(0, 0, side, side), colour)
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
