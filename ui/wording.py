"""How numbers, times and foreign text read in the window: presenters, models and delegates use these. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TITLE_LIMIT = 300
"""letters of a title that are ever measured or painted; longer ones end in an ellipsis"""

ALBUM_KINDS = {"album": "Album", "single": "Single", "ep": "EP", "live": "Live", "compilation": "Compilation"}


def plain(text: str, limit: int = TITLE_LIMIT) -> str:
    """Text from outside as one bounded line: no control or direction-override characters, markup stays letters."""
    return _plain(text[: limit * 4], limit)


@lru_cache(maxsize=4096)  # delegates ask for the same titles at every paint
def _plain(text: str, limit: int) -> str:
    kept = "".join(_shown(letter) for letter in text)
    flat = " ".join(kept.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _shown(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    # Cf holds the direction overrides that could make one title read as another; joiners shape real scripts
    return "" if category in {"Cf", "Cs"} and letter not in "\u200c\u200d" else letter


def clock_time(seconds: float) -> str:
    """3:42, 1:02:03."""
    whole = max(0, int(seconds + 0.5))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def long_time(seconds: float) -> str:
    """41 min, 2 h 5 min, 40 s."""
    whole = max(0, int(seconds + 0.5))
    if whole < 60:
        return f"{whole} s"
    minutes = (whole + 30) // 60
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def play_count(plays: int) -> str:
    """842, 12k, 1,204k: as wide as the column allows."""
    if plays < 10_000:
        return f"{plays:,}"
    return f"{plays // 1000:,}k" if plays < 10_000_000 else f"{plays // 1_000_000:,}M"


def counted(count: int, noun: str) -> str:
    """1 song, 24 songs."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def dotted(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def album_kind(kind: str) -> str:
    return ALBUM_KINDS.get(kind, "Album")
