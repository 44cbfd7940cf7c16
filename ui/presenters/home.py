"""Home: a greeting by the time of day, up to six quick cards and the service's shelves. Made by HomePage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from player.account.port import Accounts
from player.clock import Clock
from player.domain.catalogue import Album, Artist, Playlist, Shelf, ShelfKind, Track
from player.runtime import Scope
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Empty, Ready, ViewState

QUICK_CARDS = 6
NOTHING_HERE = Empty(
    "No music here yet",
    "Songs appear as soon as the first ones are read. Add a folder with music to this place, or choose another one.",
)


@dataclass(frozen=True, slots=True)
class HomeView:
    greeting: str
    quick: tuple[Album | Artist | Playlist | Track, ...]
    shelves: tuple[Shelf, ...]


class HomePresenter(PagePresenter):
    def __init__(self, accounts: Accounts, scope: Scope, clock: Clock) -> None:
        super().__init__(accounts, scope)
        self._clock = clock

    def reload(self) -> None:
        self._fetch(lambda service: service.home(), self._ready, "your home page", keeps=True)

    def _ready(self, shelves: tuple[Shelf, ...]) -> ViewState[Any]:
        quick = [item for shelf in shelves if shelf.kind is ShelfKind.QUICK for item in shelf.items]
        others = tuple(shelf for shelf in shelves if shelf.kind is not ShelfKind.QUICK and shelf.items)
        if not quick and not others:
            return NOTHING_HERE
        return Ready(HomeView(greeting(self._clock), tuple(quick[:QUICK_CARDS]), others))


def greeting(clock: Clock) -> str:
    """By the listener's own time of day."""
    hour = datetime.fromtimestamp(clock.wall_s()).astimezone().hour
    if 5 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"
