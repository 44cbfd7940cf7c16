"""A cover as it is painted everywhere: its mean colour first, the picture fading in over it, corners or a circle.

`paint_cover` serves delegates; `CoverView` is one cover as a widget. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from player.domain.catalogue import Cover
from ui.covers import CoverLoader
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS


def paint_cover(
    painter: QPainter,
    area: QRect,
    cover: Cover | None,
    covers: CoverLoader,
    theme: Theme,
    *,
    radius: float = RADIUS.medium,
    is_round: bool = False,
    initial: str = "",
) -> None:
    """`initial` stands in where there is no cover, a note where there is nothing at all."""
    shape = QPainterPath()
    if is_round:
        shape.addEllipse(QRectF(area))
    else:
        shape.addRoundedRect(QRectF(area), radius, radius)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillPath(shape, QBrush(_ground(cover, theme)))
    if cover is not None:
        _paint_picture(painter, area, shape, cover, covers)
    elif not initial:
        side = area.height() // 3
        glyph = QRect(0, 0, side, side)
        glyph.moveCenter(area.center())
        theme.icon("music-note", "faint", px=side).paint(painter, glyph)
    else:
        painter.setFont(theme.font(max(9, area.height() * 2 // 5), QFont.Weight.DemiBold))
        painter.setPen(theme.colour("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, initial[:1].upper())
    painter.restore()


def _ground(cover: Cover | None, theme: Theme) -> QColor:
    colour = QColor(cover.colour) if cover is not None else QColor()
    return colour if colour.isValid() else theme.colour("raised")


def _paint_picture(painter: QPainter, area: QRect, shape: QPainterPath, cover: Cover, covers: CoverLoader) -> None:
    ratio = painter.device().devicePixelRatio()
    picture = covers.picture(cover, area.width(), ratio)
    if picture is None:
        return
    # A textured brush gives smooth edges; a clip path would not be antialiased.
    brush = QBrush(picture.pixmap)
    transform = brush.transform()
    transform.translate(area.x(), area.y())
    scale = area.width() / picture.pixmap.width()
    transform.scale(scale, scale)
    brush.setTransform(transform)
    painter.setOpacity(picture.opacity)
    painter.fillPath(shape, brush)


class CoverView(QWidget):
    def __init__(
        self, theme: Theme, covers: CoverLoader, side: int, *, radius: float = RADIUS.medium, is_round: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._covers = covers
        self._side = side
        self._radius = radius
        self._is_round = is_round
        self._cover: Cover | None = None
        self._initial = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(side, side)
        covers.changed.connect(self.update)
        theme.changed.connect(self.update)

    def show_cover(self, cover: Cover | None, name: str) -> None:
        self._cover = cover
        self._initial = name
        self.setAccessibleName(f"Cover of {name}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_cover(
            painter,
            self.rect(),
            self._cover,
            self._covers,
            self._theme,
            radius=self._radius,
            is_round=self._is_round,
            initial=self._initial,
        )
        painter.end()
