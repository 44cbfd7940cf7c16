"""Tokens and the rules of views: contrast, no stray literals, a small window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from ui.theme.stylesheet import render_menu
from ui.theme.theme import Theme
from ui.theme.tokens import DARK, LIGHT, Palette

UI = Path(__file__).parents[3] / "ui"
VIEWS = [path for path in UI.rglob("*.py") if "theme" not in path.parts]
GROUNDS = ("bg", "side", "surface", "raised")


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", ["text", "muted"])
def test_text_can_be_read(palette: Palette, ground: str, role: str) -> None:
    assert contrast(getattr(palette, role), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_signals_stand_out(palette: Palette) -> None:
    """3:1, WCAG's bound for graphics and bold words."""
    assert contrast(palette.on_accent, palette.accent) >= 3.0
    for role in ("accent", "ok", "warn", "bad"):
        for ground in GROUNDS:
            assert contrast(getattr(palette, role), getattr(palette, ground)) >= 3.0, (role, ground)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_the_menus_sheet_is_whole(palette: Palette) -> None:
    sheet = render_menu(palette)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: str(path.relative_to(UI)))
def test_no_view_has_a_colour_of_its_own(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not re.search(
        r"""["']#[0-9a-fA-F]{3,8}["']|GlobalColor\.(?!transparent)|QColor\(\d|setStyleSheet""", source
    )


def test_the_window_is_small() -> None:
    assert len((UI / "window.py").read_text("utf-8").splitlines()) < 300


def test_colours_and_text_follow(theme: Theme) -> None:
    told: list[int] = []
    theme.changed.connect(lambda: told.append(1))
    assert theme.palette is DARK
    theme.set_mode("light")
    assert theme.palette is LIGHT
    theme.set_text_scale(150)
    assert theme.font(12).pixelSize() == 18
    theme.set_text_scale(150)
    assert len(told) == 2


def test_icons_are_painted_in_their_colour(theme: Theme) -> None:
    image = theme.icon("heart-fill", "accent", px=32).pixmap(32, 32).toImage()
    assert image.pixelColor(16, 14).name() == DARK.accent
    logo = theme.icon("logo", "accent", "accent", px=32).pixmap(32, 32).toImage()
    assert logo.pixelColor(16, 16).name() == DARK.accent
    assert logo.pixelColor(31, 0).alpha() == 0
