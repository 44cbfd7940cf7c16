"""How each kind of button looks, as names of tokens: what stands still, what the mouse, a choice and the keyboard's
focus change. `ui/widgets/buttons.py` paints by it. Plain values.
"""

from __future__ import annotations

from dataclasses import dataclass

from ui.theme.tokens import RADIUS, SIZE

NONE = ""


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """Colours are fields of `Palette`; NONE leaves the ground as it is, or changes nothing. `pad` in px: left and
    right, top, bottom."""

    text: str = "text"
    text_hover: str = NONE
    text_on: str = NONE
    text_off: str = NONE
    """while it cannot be pressed"""
    ground: str = NONE
    ground_hover: str = NONE
    ground_on: str = NONE
    ground_off: str = NONE
    line: str = NONE
    line_on: str = NONE
    radius: int = RADIUS.medium
    pad: tuple[int, int, int] = (0, 0, 0)
    is_left: bool = False
    """words begin at the left; in the middle otherwise"""
    is_underlined: bool = False
    """a tab: the line stands below its words, and only while it is chosen"""
    ring: str = "accent"
    ring_px: int = 1


PILL = SIZE.field // 2
BUTTON_LOOKS: dict[str, ButtonLook] = {
    "primary": ButtonLook(
        text="on_accent",
        text_off="faint",
        ground="accent",
        ground_hover="accent_hover",
        ground_off="raised",
        radius=PILL,
        pad=(17, 0, 0),
        ring="text",
        ring_px=2,
    ),
    "secondary": ButtonLook(text_off="faint", ground="raised", ground_hover="line", radius=PILL, pad=(17, 0, 0)),
    "link": ButtonLook(text="accent", radius=RADIUS.small, pad=(4, 2, 2)),
    "quiet": ButtonLook(text="muted", text_hover="text", radius=RADIUS.small, pad=(4, 1, 1)),
    "icon": ButtonLook(ground_hover="raised"),
    "round": ButtonLook(ground="raised", ground_hover="line", radius=SIZE.round_control // 2),
    "play": ButtonLook(
        text="on_accent",
        ground="accent",
        ground_hover="accent_hover",
        ground_off="raised",
        radius=SIZE.play // 2,
        ring="text",
        ring_px=2,
    ),
    "chip": ButtonLook(
        text="muted", text_hover="text", text_on="bg", ground_on="text", line="line", line_on="text", radius=PILL,
        pad=(13, 0, 0),
    ),
    "badge": ButtonLook(text="ok", ground_on="raised", line="line", radius=PILL, pad=(8, 0, 0)),
    "title": ButtonLook(radius=RADIUS.small, pad=(4, 0, 0), is_left=True),
    "name": ButtonLook(text_hover="accent", radius=RADIUS.small),
    "nav": ButtonLook(
        text="muted", text_hover="text", text_on="text", ground_on="raised", pad=(10, 0, 0), is_left=True
    ),
    "tab": ButtonLook(
        text="muted", text_hover="text", text_on="text", line_on="accent", pad=(0, 0, 5), is_underlined=True,
        ring="text",
    ),
    "account": ButtonLook(ground_hover="raised", is_left=True),
    "choice": ButtonLook(
        ground="surface", ground_hover="raised", ground_on="raised", line="line", line_on="accent",
        radius=RADIUS.large, ring_px=2,
    ),
}  # fmt: skip
