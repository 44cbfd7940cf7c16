"""The part of a title that a search found, and how a line with such parts is painted. `matches` is pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QRegion

LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ð": "d", "æ": "a", "ß": "s", "þ": "t"})
"""letter for letter, so that places in the folded text are places in the title"""

Part = tuple[int, int]
ONE_LINE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
"""as a number: joining Qt's flags costs as much as painting a short line"""


@lru_cache(maxsize=1024)
def matches(title: str, query: str) -> tuple[Part, ...]:
    """Parts (start, end) of `title` to mark: each word of the query where it begins a word, else where it stands."""
    folded = _fold(title)
    parts: list[Part] = []
    for word in _fold(query).split():
        start = _place(folded, word)
        if start >= 0:
            parts.append((start, start + len(word)))
    return _joined(parts)


def _place(folded: str, word: str) -> int:
    start = folded.find(word)
    first = start
    while start > 0 and folded[start - 1].isalnum():
        start = folded.find(word, start + 1)
    return start if start >= 0 else first


def _fold(text: str) -> str:
    """One letter for each letter: case and diacritics gone."""
    return "".join(_bare(letter) for letter in text)


def _bare(letter: str) -> str:
    lower = letter.lower()[:1].translate(LETTERS)
    return unicodedata.normalize("NFKD", lower)[:1] or letter


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    joined: list[Part] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def draw_line(
    painter: QPainter, area: QRect, text: str, colour: QColor, *, query: str = "", accent: QColor | None = None
) -> None:
    """One line, elided, in the painter's font; what `query` found in `accent`."""
    metrics = QFontMetrics(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    if not query or accent is None:
        painter.setPen(colour)
        painter.drawText(area, ONE_LINE, shown)
        return
    found = QRegion()
    for start, end in matches(text, query):
        left = metrics.horizontalAdvance(shown[:start])
        right = metrics.horizontalAdvance(shown[: min(end, len(shown))])
        found += QRegion(area.x() + left, area.y(), right - left, area.height())
    painter.save()
    if not found.isEmpty():
        # The whole line twice, each through its own window: shaping and kerning stay as they are.
        painter.setClipRegion(found, Qt.ClipOperation.IntersectClip)
        painter.setPen(accent)
        painter.drawText(area, ONE_LINE, shown)
        painter.restore()
        painter.save()
        painter.setClipRegion(QRegion(area) - found, Qt.ClipOperation.IntersectClip)
    painter.setPen(colour)
    painter.drawText(area, ONE_LINE, shown)
    painter.restore()
