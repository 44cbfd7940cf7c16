"""The one stylesheet of the window, rendered from the tokens. Called by `Theme` when colours or text size change.

Widgets say what they are by a dynamic property (`kind`, `role`) or an object name; sizes and colours stand here.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from ui.theme.tokens import RADIUS, SIZE, SPACE, Palette

_TEMPLATE = Template("""
* { outline: none; }
QWidget { color: $text; background: transparent; selection-background-color: $accent;
  selection-color: $on_accent; }
QMainWindow, QDialog, QWidget#page_area, QWidget[kind="page"] { background: $bg; }
QWidget#sidebar { background: $side; border-right: 1px solid $line; }
QWidget#right_panel { background: $surface; border-left: 1px solid $line; }
QWidget#transport { background: $surface; border-top: 1px solid $line; }
QScrollArea, QAbstractScrollArea { border: none; }
QLabel[role="text"] { color: $text; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="faint"] { color: $faint; }
QLabel[role="accent"] { color: $accent; }
QLabel[role="ok"] { color: $ok; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="bad"] { color: $bad; }
QToolTip { color: $text; background: $raised; border: 1px solid $line; padding: 4px 6px; }

QPushButton { border: 1px solid transparent; background: transparent; color: $text; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-radius: ${pill}px; padding: 0 17px; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:disabled { background: $raised; color: $faint; }
QPushButton[kind="secondary"] { background: $raised; border-radius: ${pill}px; padding: 0 17px; }
QPushButton[kind="secondary"]:hover { background: $line; }
QPushButton[kind="secondary"]:disabled { color: $faint; }
QPushButton[kind="link"] { color: $accent; padding: 2px 4px; border-radius: ${small}px; }
QPushButton[kind="quiet"] { color: $muted; padding: 1px 4px; border-radius: ${small}px; }
QPushButton[kind="quiet"]:hover { color: $text; }
QPushButton[kind="icon"] { border-radius: ${medium}px; }
QPushButton[kind="icon"]:hover { background: $raised; }
QPushButton[kind="round"] { background: $raised; border-radius: ${round_half}px; }
QPushButton[kind="round"]:hover { background: $line; }
QPushButton[kind="play"] { background: $accent; border-radius: ${play_half}px; }
QPushButton[kind="play"]:hover { background: $accent_hover; }
QPushButton[kind="play"]:disabled { background: $raised; }
QPushButton[kind="chip"] { border: 1px solid $line; color: $muted; border-radius: 14px; padding: 0 13px; }
QPushButton[kind="chip"]:hover { color: $text; }
QPushButton[kind="chip"]:checked { background: $text; color: $bg; border-color: $text; }
QPushButton[kind="badge"] { border: 1px solid $line; color: $ok; border-radius: 12px; padding: 0 8px; }
QPushButton[kind="badge"]:checked { background: $raised; }
QPushButton[kind="badge"][role="muted"] { color: $muted; }
QPushButton[kind="badge"][role="warn"] { color: $warn; }
QPushButton[kind="badge"][role="bad"] { color: $bad; }
QPushButton[kind="title"] { text-align: left; padding: 0 4px; border-radius: ${small}px; }
QPushButton[kind="title"]:disabled { color: $text; }
QPushButton[kind="title"][role="muted"] { color: $muted; }
QPushButton[kind="nav"] { text-align: left; color: $muted; border-radius: ${medium}px; padding: 0 10px; }
QPushButton[kind="nav"]:hover { color: $text; }
QPushButton[kind="nav"]:checked { background: $raised; color: $text; }
QPushButton[kind="tab"] { color: $muted; border: none; border-bottom: 2px solid transparent; padding: 0 0 5px 0; }
QPushButton[kind="tab"]:hover { color: $text; }
QPushButton[kind="tab"]:checked { color: $text; border-bottom-color: $accent; }
QPushButton[kind="account"] { border-radius: ${medium}px; text-align: left; }
QPushButton[kind="account"]:hover { background: $raised; }
QPushButton[kind="choice"] { background: $surface; border: 1px solid $line; border-radius: ${large}px; }
QPushButton[kind="choice"]:hover { background: $raised; }
QPushButton[kind="choice"]:checked { background: $raised; border-color: $accent; }
QPushButton[ring="true"], QPushButton[kind="chip"][ring="true"], QPushButton[kind="badge"][ring="true"] {
  border: 1px solid $accent; }
QPushButton[kind="primary"][ring="true"], QPushButton[kind="play"][ring="true"] { border: 2px solid $text; }
QPushButton[kind="tab"][ring="true"] { border: none; border-bottom: 2px solid $text; }
QPushButton[kind="choice"][ring="true"] { border: 2px solid $accent; }

QLabel[kind="choice_icon"] { background: $bg; border-radius: ${medium}px; }

QLineEdit { background: $raised; border: 1px solid transparent; border-radius: ${medium}px; padding: 0 12px;
  min-height: 34px; placeholder-text-color: $muted; }
QLineEdit:focus { border-color: $accent; }
QLineEdit[kind="search"] { border-radius: ${pill}px; padding: 0 12px; }
QLineEdit[kind="boxed"] { background: $surface; border: 1px solid $line; border-radius: ${large}px;
  min-height: 38px; }
QLineEdit[kind="boxed"]:focus { border-color: $accent; }
QLabel[kind="keycap"] { color: $muted; border: 1px solid $line; border-radius: ${small}px; padding: 1px 6px; }

QListView, QTableView, QTreeView { background: transparent; border: none; }
QListView[kind="playlists"]::item { color: $muted; border-radius: ${small}px; padding: 0 7px; }
QListView[kind="playlists"]::item:hover { color: $text; }
QListView[kind="playlists"]::item:selected { color: $text; background: $raised; }
QListView[kind="playlists"]:focus { border: 1px solid $accent; border-radius: ${small}px; }
QHeaderView::section { background: transparent; color: $muted; border: none; border-bottom: 1px solid $line; }

QMenu { background: $raised; border: 1px solid $line; border-radius: ${medium}px; padding: 6px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: ${small}px; color: $text; }
QMenu::item:selected { background: $line; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 6px 8px; }

QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 3px; min-height: 32px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: $faint; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 3px; min-width: 32px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { width: 0; height: 0;
  background: transparent; }

QFrame[kind="card"] { background: $surface; border: 1px solid $line; border-radius: ${large}px; }
QFrame[kind="palette"] { background: $raised; border: 1px solid $line; border-radius: ${large}px; }
QLineEdit[kind="palette"], QLineEdit[kind="palette"]:focus { background: transparent; border: none;
  border-bottom: 1px solid $line; border-radius: 0; }
QFrame[kind="toast"] { background: $raised; border: 1px solid $line; border-radius: ${medium}px; }
QFrame[kind="notice"] { background: $raised; border: none; border-radius: ${medium}px; }
QFrame[kind="rule"] { background: $line; border: none; }
QProgressBar { background: $line; border: none; border-radius: 2px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
""")


def render(palette: Palette) -> str:
    """The whole sheet in one palette. Type sizes are not here: widgets take `Theme.font`, which scales."""
    values = {name: str(value) for name, value in asdict(palette).items()}
    values |= {
        "accent_hover": blend(palette.accent, palette.text, 0.16),
        "small": str(RADIUS.small),
        "medium": str(RADIUS.medium),
        "large": str(RADIUS.large),
        "pill": str(SIZE.field // 2),
        "round_half": str(SIZE.round_control // 2),
        "play_half": str(SIZE.play // 2),
        "page_margin": str(SPACE.page),
    }
    return _TEMPLATE.substitute(values)


def blend(colour: str, other: str, share: float) -> str:
    """`share` of `other` mixed into `colour`; both `#rrggbb`."""
    mixed = (
        round(int(colour[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share) for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)
