"""Cover pictures for the demo library, drawn by Pillow: two flat colours, one figure. Pure."""

from __future__ import annotations

import io
import math
import random

from PIL import Image, ImageColor, ImageDraw

SIDE_PX = 1200
_SCALE = 2
"""drawn larger and reduced: smooth edges"""

Colour = tuple[int, int, int]


def draw(figure: str, ground: str, colour: str, *, seed: int) -> bytes:
    """A JPEG. `figure` is waves, bars, peak or circles."""
    side = SIDE_PX * _SCALE
    image = Image.new("RGB", (side, side), ground)
    chance = random.Random(seed)
    drawing = {"waves": _waves, "bars": _bars, "peak": _peak, "circles": _circles}[figure]
    drawing(ImageDraw.Draw(image, "RGBA"), side, _rgb(colour), chance)
    stream = io.BytesIO()
    image.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _rgb(colour: str) -> Colour:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue


def _lighter(colour: Colour, share: float) -> Colour:
    red, green, blue = (round(part + (255 - part) * share) for part in colour)
    return red, green, blue


def _waves(draw: ImageDraw.ImageDraw, side: int, colour: Colour, chance: random.Random) -> None:
    for line in range(5):
        height, depth = side * (0.16 + 0.17 * line), side * chance.uniform(0.05, 0.17)
        turns, phase = chance.uniform(0.9, 1.6), chance.uniform(0, 6.3)
        points = [
            (x, height + depth * math.sin(phase + turns * 2 * math.pi * x / side)) for x in range(-60, side + 61, 12)
        ]
        shade = _lighter(colour, 0.12 * line)
        draw.line(points, fill=shade, width=side // 22, joint="curve")


def _bars(draw: ImageDraw.ImageDraw, side: int, colour: Colour, chance: random.Random) -> None:
    count = 9
    step = side / count
    for bar in range(count):
        top = side * chance.uniform(0.2, 0.72)
        draw.rectangle((bar * step, top, bar * step + step * 0.76, side), fill=(*_lighter(colour, 0.05 * bar), 255))


def _peak(draw: ImageDraw.ImageDraw, side: int, colour: Colour, chance: random.Random) -> None:
    top = (side * chance.uniform(0.4, 0.62), side * chance.uniform(0.22, 0.36))
    draw.polygon([(side * 0.02, side), top, (side * 0.99, side)], fill=(*colour, 255))
    radius = side * 0.11
    x, y = side * chance.uniform(0.7, 0.82), side * chance.uniform(0.14, 0.24)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*_lighter(colour, 0.55), 255))


def _circles(draw: ImageDraw.ImageDraw, side: int, colour: Colour, chance: random.Random) -> None:
    for circle in range(7):
        radius = side * chance.uniform(0.07, 0.27)
        x, y = side * chance.uniform(0.05, 0.95), side * chance.uniform(0.05, 0.95)
        shade = _lighter(colour, 0.1 * (circle % 3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*shade, 120))
