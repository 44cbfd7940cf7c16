"""The plot of the comparison as SVG text: quality over silence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.svg import document, dot, line, text

WIDTH, HEIGHT, MARGIN = 720, 420, 60
MOST_STALL_S = 1000.0
TICKS_S = (0, 1, 3, 10, 30, 100, 300, 1000)


@dataclass(frozen=True, slots=True)
class Mark:
    name: str
    stall_s: float
    quality: float


def scatter(marks: Sequence[Mark], best_possible: float) -> str:
    shown = [mark for mark in marks if mark.quality > 0.0]
    lines = [
        text(WIDTH / 2, HEIGHT - 12, "silence, seconds an hour of music", "middle"),
        text(MARGIN, 24, "quality, 1 = the best rendition without a break"),
    ]
    for stall_s in TICKS_S:
        lines += [
            line(_x(stall_s), MARGIN, _x(stall_s), HEIGHT - MARGIN),
            text(_x(stall_s), HEIGHT - 40, str(stall_s)),
        ]
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        lines += [line(MARGIN, y, WIDTH - MARGIN, y), text(MARGIN - 30, y + 4, f"{tenth / 10:.1f}")]
    y = _y(best_possible)
    lines.append(f'<path d="M{MARGIN} {y:.1f}H{WIDTH - MARGIN}" stroke="#c33" stroke-dasharray="5 4"/>')
    lines.append(text(WIDTH - MARGIN - 8, y - 6, "no player can exceed", "end"))
    for mark in shown:
        x, y = _x(mark.stall_s), _y(mark.quality)
        colour = "#1a7f5a" if mark.name.startswith("Segue") else "#8a8f98"
        lines += [dot(x, y, colour), text(x + 9, y + 5, mark.name)]
    return document(WIDTH, HEIGHT, lines)


def _x(stall_s: float) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * math.log1p(stall_s) / math.log1p(MOST_STALL_S)


def _y(quality: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * min(1.0, max(0.0, quality))
