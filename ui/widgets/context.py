"""What every page and list is given by the window: one object instead of eight arguments. Made once in ui/window.py.

It holds no state of its own; a widget reads the parts it needs in its constructor. GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from player.domain.catalogue import Album, Artist, Genre, Playlist, Track
from ui.core import Core
from ui.covers import CoverLoader
from ui.presenters.now_playing import NowPlaying
from ui.presenters.song_actions import SongActions
from ui.presenters.toasts import Toasts
from ui.theme.theme import Theme
from ui.widgets.navigation import Navigator


@dataclass(frozen=True, slots=True)
class PageContext:
    core: Core
    theme: Theme
    navigator: Navigator
    covers: CoverLoader
    toasts: Toasts
    songs: SongActions
    now: NowPlaying

    def open(self, item: Album | Artist | Playlist | Track | Genre) -> None:
        """Go to the page of what a card stands for."""
        match item:
            case Album():
                self.navigator.open_album(item.id)
            case Artist():
                self.navigator.open_artist(item.id)
            case Playlist():
                self.navigator.open_playlist(item.id)
            case Track() if item.album is not None:
                self.navigator.open_album(item.album.id)
            case _:
                pass
