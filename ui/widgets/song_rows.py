"""Paints the rows and the header of a song table: number or note, cover, title, artist, heart, plays and time.

One delegate for every table; `SongLook` says which parts a table shows. GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from player.domain.catalogue import Track
from ui.models.songs import Column, SongModel
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.context import PageContext
from ui.widgets.cover import paint_cover
from ui.widgets.highlight import draw_line
from ui.widgets.scrolling import dress
from ui.wording import plain

Index = QModelIndex | QPersistentModelIndex
COVER = 36
INSET = 10  # before the first and after the last letters of a row
NUMBER_WIDTH = 40
LIKED_WIDTH = 44
PLAYS_WIDTH = 100
TIME_WIDTH = 82
HEADER_HEIGHT = 30
AT_THE_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class SongLook:
    """`is_two_lined` puts the artist under the title (search, lists of mixed songs)."""

    columns: frozenset[Column]
    has_covers: bool = False
    is_two_lined: bool = False
    has_header: bool = True


ALBUM_LOOK = SongLook(
    frozenset({Column.NUMBER, Column.TITLE, Column.ARTIST, Column.LIKED, Column.PLAYS, Column.TIME})
)
POPULAR_LOOK = SongLook(
    frozenset({Column.NUMBER, Column.TITLE, Column.LIKED, Column.PLAYS, Column.TIME}),
    has_covers=True,
    has_header=False,
)
LIST_LOOK = SongLook(
    frozenset({Column.NUMBER, Column.TITLE, Column.ALBUM, Column.LIKED, Column.PLAYS, Column.TIME}),
    has_covers=True,
    is_two_lined=True,
)
SEARCH_LOOK = SongLook(
    frozenset({Column.TITLE, Column.LIKED, Column.TIME}), has_covers=True, is_two_lined=True, has_header=False
)


def column_widths(look: SongLook, width: int, *, has_plays: bool = True) -> dict[Column, int]:
    """Fixed figures at both ends; title and artist or album share what is left. Plays give way first, and where
    nothing was played yet."""
    fixed = {
        Column.NUMBER: NUMBER_WIDTH,
        Column.LIKED: LIKED_WIDTH,
        Column.PLAYS: PLAYS_WIDTH if width > 480 and has_plays else 0,
        Column.TIME: TIME_WIDTH,
    }
    widths = {column: fixed.get(column, 0) for column in look.columns}
    rest = max(0, width - sum(widths.values()))
    second = next((column for column in (Column.ARTIST, Column.ALBUM) if column in look.columns), None)
    if second is None or width < 420:
        widths[Column.TITLE] = rest
    else:
        widths[Column.TITLE] = rest * 53 // 100
        widths[second] = rest - widths[Column.TITLE]
    return widths


class SongDelegate(QStyledItemDelegate):
    """`query` marks what a search found; `hover_row` is told by the table."""

    def __init__(self, context: PageContext, look: SongLook, songs: SongModel, view: QTableView) -> None:
        super().__init__(view)
        self._context = context
        self._songs = songs  # asked itself: a role of an index costs ten times as much, and a row has six cells
        self._look = look
        self._view = view
        self.query = ""
        self.hover_row = -1

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, self._context.theme.scaled(SIZE.row))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.row() >= self._songs.rowCount():
            return
        track = self._songs.row(index.row()).track
        area: QRect = option.rect
        painter.save()
        self._paint_ground(painter, area, index)
        self._paint_cell(painter, area, index, track)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRect, index: Index) -> None:
        """The whole row's rounded ground, seen through this cell."""
        theme, row = self._context.theme, index.row()
        is_selected = self._view.selectionModel().isSelected(index)
        is_current = self._songs.is_current(row)
        has_focus = self._view.hasFocus() and self._view.currentIndex().row() == row
        if not (is_selected or is_current or has_focus or row == self.hover_row):
            return
        whole = QRect(0, area.y(), self._view.viewport().width(), area.height()).adjusted(1, 0, -1, 0)
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, theme.colour("bg"))  # over the flat selection that the style has painted
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent")) if has_focus and is_selected else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(whole.adjusted(0, 1, 0, -1), RADIUS.medium, RADIUS.medium)
        painter.restore()

    def _paint_cell(self, painter: QPainter, area: QRect, index: Index, track: Track) -> None:
        theme = self._context.theme
        is_current = self._songs.is_current(index.row())
        match Column(index.column()):
            case Column.NUMBER:
                self._paint_number(painter, area, index, is_current)
            case Column.TITLE:
                self._paint_title(painter, area, track, is_current)
            case Column.LIKED:
                self._paint_heart(painter, area, index.row(), track)
            case Column.ARTIST | Column.ALBUM:
                painter.setFont(theme.font(TYPE.body))
                colour = theme.colour("accent" if is_current else "muted")
                words = self._songs.words(index.row(), Column(index.column()))
                draw_line(painter, area.adjusted(0, 0, -SPACE.m, 0), words, colour)
            case Column.PLAYS | Column.TIME:
                painter.setFont(theme.font(TYPE.body, tabular=True))
                painter.setPen(theme.colour("accent" if is_current else "muted"))
                words = self._songs.words(index.row(), Column(index.column()))
                painter.drawText(area.adjusted(0, 0, -INSET, 0), AT_THE_RIGHT, words)

    def _paint_number(self, painter: QPainter, area: QRect, index: Index, is_current: bool) -> None:
        theme = self._context.theme
        spot = QRect(area.x() + INSET, area.y(), NUMBER_WIDTH - INSET - SPACE.xs, area.height())
        glyph = _glyph(QRect(spot.x() - 1, spot.y(), SIZE.icon_small, spot.height()))
        if index.row() == self.hover_row:
            name = "pause-fill" if self._songs.is_playing(index.row()) else "play-fill"
            theme.icon(name, "accent" if is_current else "text").paint(painter, glyph)
        elif is_current:
            theme.icon("music-note-fill", "accent").paint(painter, glyph)
        else:
            painter.setFont(theme.font(TYPE.body, tabular=True))
            draw_line(
                painter, spot.adjusted(2, 0, SPACE.s, 0), self._songs.number(index.row()), theme.colour("muted")
            )

    def _paint_title(self, painter: QPainter, area: QRect, track: Track, is_current: bool) -> None:
        theme, look = self._context.theme, self._look
        left = area.x() + (0 if Column.NUMBER in look.columns else INSET)
        if look.has_covers:
            side = theme.scaled(COVER)
            cover = QRect(left, area.y() + (area.height() - side) // 2, side, side)
            paint_cover(
                painter, cover, track.cover, self._context.covers, theme, radius=RADIUS.small, initial=track.title
            )
            left += side + (SPACE.xl - SPACE.xs if look.is_two_lined else SPACE.l + SPACE.xs)
        words = QRect(left, area.y(), area.right() - left - SPACE.m, area.height())
        colour, accent = theme.colour("accent" if is_current else "text"), theme.colour("accent")
        painter.setFont(theme.font(TYPE.body, QFont.Weight.Medium))
        if not look.is_two_lined:
            draw_line(painter, words, plain(track.title), colour, query=self.query, accent=accent)
            return
        half = area.height() // 2
        upper = QRect(words.x(), area.y() + 4, words.width(), half - 3)
        painter.setFont(theme.font(TYPE.body, QFont.Weight.DemiBold))
        draw_line(painter, upper, plain(track.title), colour, query=self.query, accent=accent)
        painter.setFont(theme.font(TYPE.small))
        lower = QRect(words.x(), area.y() + half + 1, words.width(), half - 5)
        draw_line(painter, lower, plain(track.artist_line), theme.colour("muted"), query=self.query, accent=accent)

    def _paint_heart(self, painter: QPainter, area: QRect, row: int, track: Track) -> None:
        if not self._context.songs.capabilities.likes:
            return
        if track.is_liked:
            self._context.theme.icon("heart-fill", "accent").paint(painter, _glyph(area))
        elif row == self.hover_row:
            self._context.theme.icon("heart", "muted").paint(painter, _glyph(area))


def _glyph(area: QRect) -> QRect:
    side = SIZE.icon_small
    return QRect(area.x() + (area.width() - side) // 2, area.y() + (area.height() - side) // 2, side, side)


class SongHeader(QHeaderView):
    """Quiet words over the columns, on the same insets as the rows."""

    def __init__(self, theme: Theme, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._theme = theme
        dress(self, theme)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(0)
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(theme.scaled(HEADER_HEIGHT))
        self.setAccessibleName("Columns")

    def paintSection(self, painter: QPainter, area: QRect, section: int) -> None:
        theme, column = self._theme, Column(section)
        model: QAbstractItemModel | None = self.model()
        if model is None:
            return
        painter.save()
        painter.setFont(theme.font(TYPE.caption, spacing_px=0.3))
        painter.setPen(theme.colour("muted"))
        words = model.headerData(section, Qt.Orientation.Horizontal)
        if column in {Column.PLAYS, Column.TIME}:
            inner, side = area.adjusted(0, 0, -INSET, 0), Qt.AlignmentFlag.AlignRight
        else:
            inner, side = (
                area.adjusted(INSET + 2 if column is Column.NUMBER else 0, 0, 0, 0),
                Qt.AlignmentFlag.AlignLeft,
            )
        painter.drawText(inner, int(side | Qt.AlignmentFlag.AlignVCenter), str(words))
        painter.setPen(theme.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.restore()
