"""The stylesheet of menus, the one thing that is not painted by our own hands.

Only menus have it, each while it is open. One stylesheet for the whole application would be matched against every
widget there is at each change of colours: 0.5 ms a widget, 300 ms for the window.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from ui.theme.tokens import RADIUS, Palette

_MENU = Template("""
QMenu { background: $raised; border: 1px solid $line; border-radius: ${medium}px; padding: 6px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: ${small}px; color: $text; }
QMenu::item:selected { background: $line; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 6px 8px; }
QMenu::indicator { width: 6px; height: 6px; border-radius: 3px; margin-left: 10px; }
QMenu::indicator:checked { background: $accent; }
QMenu::item:checked { color: $accent; }
""")


def render_menu(palette: Palette) -> str:
    values = {name: str(value) for name, value in asdict(palette).items()}
    return _MENU.substitute(values | {"small": str(RADIUS.small), "medium": str(RADIUS.medium)})
