"""Where the listener was: a list of routes with a place in it, as in a browser. Pure; the window's, GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

LONGEST = 100


@dataclass(frozen=True, slots=True)
class Route:
    """`page` home, search, library, album, artist, playlist or settings; `subject` an id, a query or a kind."""

    page: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """`place` is what the page gave when it was left: scroll and selection, opaque here."""

    route: Route
    place: Any = None


class History:
    def __init__(self) -> None:
        self._visits: list[Visit] = []
        self._at = -1

    @property
    def current(self) -> Visit | None:
        return self._visits[self._at] if self._visits else None

    @property
    def can_back(self) -> bool:
        return self._at > 0

    @property
    def can_forward(self) -> bool:
        return self._at < len(self._visits) - 1

    def visit(self, route: Route) -> None:
        """Go somewhere new: what lay ahead is forgotten. The same place twice is one visit."""
        if self.current is not None and self.current.route == route:
            return
        self._visits = [*self._visits[: self._at + 1], Visit(route)][-LONGEST:]
        self._at = len(self._visits) - 1

    def retitle(self, route: Route) -> None:
        """The same visit goes on elsewhere: each letter of a search is no entry of its own."""
        if self._visits:
            self._visits[self._at] = Visit(route)

    def keep_place(self, place: Any) -> None:
        if self._visits:
            self._visits[self._at] = replace(self._visits[self._at], place=place)

    def step(self, by: int) -> Visit | None:
        """Back (-1) or forward (1); None at the end."""
        target = self._at + by
        if not 0 <= target < len(self._visits):
            return None
        self._at = target
        return self._visits[target]

    def clear(self) -> None:
        self._visits.clear()
        self._at = -1
