"""A page's surroundings without a window: a service in memory, silent playback and a navigator that takes notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication

from player.domain.ids import AlbumId, ArtistId, PlaylistId
from player.runtime import Runtime
from player.settings import Settings
from tests.support.fake_accounts import FakeAccounts
from tests.support.fake_playback import FakePlayback
from tests.support.fake_service import FakeService
from ui.bridge import GuiScope
from ui.core import Core
from ui.covers import CoverLoader
from ui.presenters.now_playing import NowPlaying
from ui.presenters.song_actions import SongActions
from ui.presenters.toasts import Toasts
from ui.theme.theme import Theme
from ui.widgets.context import PageContext


@dataclass
class NotedNavigator:
    went: list[tuple[str, str]] = field(default_factory=list)

    def open_home(self) -> None:
        self.went.append(("home", ""))

    def open_search(self, query: str = "") -> None:
        self.went.append(("search", query))

    def open_library(self, kind: str = "") -> None:
        self.went.append(("library", kind))

    def open_album(self, album_id: AlbumId) -> None:
        self.went.append(("album", album_id))

    def open_artist(self, artist_id: ArtistId) -> None:
        self.went.append(("artist", artist_id))

    def open_playlist(self, playlist_id: PlaylistId) -> None:
        self.went.append(("playlist", playlist_id))

    def back(self) -> None:
        self.went.append(("back", ""))

    def forward(self) -> None:
        self.went.append(("forward", ""))


@dataclass
class Surroundings:
    """What a test steers, beside the context that pages are given."""

    context: PageContext
    service: FakeService
    accounts: FakeAccounts
    playback: FakePlayback
    navigator: NotedNavigator
    said: list[str]


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    runtime = Runtime()
    runtime.start()
    yield runtime
    runtime.stop()


@pytest.fixture
def around(qapp: QApplication, runtime: Runtime) -> Iterator[Surroundings]:
    service, playback, navigator = FakeService(), FakePlayback(), NotedNavigator()
    accounts = FakeAccounts(service)
    core = Core(runtime, accounts, playback, Settings())
    theme = Theme(qapp, mode="dark")
    theme.reduces_motion = True
    covers = CoverLoader(accounts, runtime, fades=False)
    songs = SongActions(accounts, playback, GuiScope(runtime))
    now = NowPlaying(playback, GuiScope(runtime))
    toasts = Toasts()
    said: list[str] = []
    toasts.changed.connect(lambda shown: said.extend(toast.text for toast in shown[-1:]))
    songs.told.connect(toasts.show)
    context = PageContext(core, theme, navigator, covers, toasts, songs, now)
    yield Surroundings(context, service, accounts, playback, navigator, said)
    for part in (songs, now, covers):
        part.close()
