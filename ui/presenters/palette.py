"""The command palette: what can be done and what is in the library, found by a few letters. GUI thread.

Commands answer at once; the library's answer follows, and the last one stays until a newer comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from player.domain.catalogue import SearchResults
from ui.bridge import GuiScope
from ui.core import Core
from ui.models.cards import card_of, kind_of
from ui.presenters.search import Found
from ui.wording import dotted, plain

MOST_COMMANDS = 6
EACH_KIND = 3
ICONS = {"Song": "music-note", "Artist": "user", "Playlist": "playlist"}
ALBUM_ICON = "disc"


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    title: str
    about: str
    """a command's keys, or what an item is"""
    icon: str
    act: Callable[[], None]


class PalettePresenter(QObject):
    """`offers` are further commands, too many to be listed before a letter is typed: speeds, timers, devices."""

    entries_changed = Signal(object)
    """tuple of PaletteEntry, best first"""

    def __init__(
        self,
        core: Core,
        commands: Sequence[PaletteEntry],
        offers: Callable[[], Sequence[PaletteEntry]],
        choose: Callable[[Found], None],
    ) -> None:
        super().__init__()
        self._core = core
        self._commands = tuple(commands)
        self._offers = offers
        self._choose = choose
        self._asking = GuiScope(core.runtime)
        self._query = ""
        self._found: tuple[PaletteEntry, ...] = ()

    def type(self, text: str) -> None:
        self._query = plain(text, 200).strip()
        self._asking.close()
        self._asking = GuiScope(self._core.runtime)
        query, service = self._query, self._core.accounts.service
        if not query:
            self._found = ()
        elif service is not None:
            self._asking.run(service.search(query, limit=EACH_KIND), self._arrived, lambda _error: None)
        self._show()

    def close(self) -> None:
        self._asking.close()

    def _arrived(self, results: SearchResults) -> None:
        items: tuple[Found, ...] = (*results.artists, *results.albums, *results.tracks, *results.playlists)
        self._found = tuple(self._entry(item) for item in items)
        self._show()

    def _entry(self, item: Found) -> PaletteEntry:
        card, kind = card_of(item), kind_of(item)
        about = kind if kind == card.subtitle else dotted(kind, card.subtitle)
        return PaletteEntry(card.title, about, ICONS.get(kind, ALBUM_ICON), lambda: self._choose(item))

    def _show(self) -> None:
        commands = self._commands
        if self._query:
            commands = matching((*self._commands, *self._offers()), self._query)[:MOST_COMMANDS]
        self.entries_changed.emit((*commands, *self._found))


def matching(commands: Sequence[PaletteEntry], query: str) -> tuple[PaletteEntry, ...]:
    """Those whose title holds a word that begins with each word of `query`, in their order."""
    wanted = query.casefold().split()

    def fits(entry: PaletteEntry) -> bool:
        words = entry.title.casefold().split()
        return all(any(word.startswith(each) for word in words) for each in wanted)

    return tuple(entry for entry in commands if fits(entry))
