"""Icons in the palette's colours, drawn from the Phosphor font that qtawesome brings. GUI thread.

The font file is read directly: importing qtawesome costs 100 to 360 ms (it loads qtpy and ten fonts) and the window
needs one font. Glyphs are painted when first shown, at the device's pixel ratio.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPainterPath, QPixmap

LOGO = "logo"


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
                self._made[key] = QIcon(_LogoEngine(colour))
            else:
                self._load()
                self._made[key] = QIcon(_GlyphEngine(self._family, self._glyphs[name], colour, active, disabled))
        return self._made[key]

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


class _GlyphEngine(QIconEngine):
    def __init__(self, family: str, glyph: str, colour: str, active: str, disabled: str) -> None:
        super().__init__()
        self._family = family
        self._glyph = glyph
        self._colours = {
            QIcon.Mode.Normal: colour,
            QIcon.Mode.Active: active,
            QIcon.Mode.Selected: active,
            QIcon.Mode.Disabled: disabled,
        }

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        font = QFont(self._family)
        font.setPixelSize(min(rect.width(), rect.height()))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setFont(font)
        painter.setPen(QColor(self._colours[mode]))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _painted(self, size, mode, state)

    def clone(self) -> QIconEngine:
        colours = self._colours
        modes = QIcon.Mode
        return _GlyphEngine(
            self._family, self._glyph, colours[modes.Normal], colours[modes.Active], colours[modes.Disabled]
        )


class _LogoEngine(QIconEngine):
    """A drop: a circle whose lower left corner is drawn out, as a note's head that leans into the next."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, _mode: QIcon.Mode, _state: QIcon.State) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawPath(logo_path(QRectF(rect)))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _painted(self, size, mode, state)

    def clone(self) -> QIconEngine:
        return _LogoEngine(self._colour)


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


def _painted(engine: QIconEngine, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    engine.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
    painter.end()
    return pixmap
