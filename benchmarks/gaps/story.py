"""What the gaps benchmark does in the window, and when each deed is over. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from player import settings
from player.account.port import ConnectionPhase
from player.domain.catalogue import Album, Artist, Page
from player.domain.playback import QueueSource, Status
from ui.bridge import GuiScope
from ui.core import Core
from ui.theme.theme import Theme
from ui.window import Window

KINDS = ("songs", "albums", "artists", "playlists")
QUERY = "night"
PALETTE_QUERY = "low"
ROUNDS = 3
SCROLLS = 8
SCROLL_PX = 120


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Deed:
    """`name` as the table has it; `act` begins it, it is over when `holds` and the window is calm again, or at the
    latest `calm_limit_s` after its beginning where something goes on."""

    name: str
    act: Callable[[], object]
    holds: Callable[[], bool] = always
    calm_limit_s: float = 3.0


class _Library:
    """Answers of the service the story needs."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._scope = GuiScope(core.runtime)
        self.answers: dict[str, Any] = {}

    def ask(self) -> None:
        service = self._core.accounts.service
        assert service is not None
        self._scope.run(service.albums(), partial(self.answers.__setitem__, "albums"))
        self._scope.run(service.artists(), partial(self.answers.__setitem__, "artists"))

    def ask_album(self) -> None:
        service = self._core.accounts.service
        assert service is not None
        self._scope.run(service.album(self.albums[0].id), partial(self.answers.__setitem__, "album"))

    @property
    def albums(self) -> tuple[Album, ...]:
        page: Page[Album] = self.answers["albums"]
        return page.items

    @property
    def artists(self) -> tuple[Artist, ...]:
        page: Page[Artist] = self.answers["artists"]
        return page.items

    @property
    def is_answered(self) -> bool:
        return {"albums", "artists"} <= set(self.answers)


def story(core: Core, window: Window, theme: Theme) -> Iterator[Deed]:
    library = _Library(core)
    is_online = partial(_is_online, core, window)
    yield Deed("start, home page", lambda: None, is_online, 10.0)
    yield Deed("(asking for albums)", library.ask, lambda: library.is_answered)
    yield Deed("(asking for songs)", library.ask_album, lambda: "album" in library.answers)
    yield from _pages(window, library, "first visit")
    yield from _pages(window, library, "visit again")
    yield from _search(window)
    yield from _playing(core, window, library)
    yield from _panels(window)
    yield from _palette(window)
    yield from _looks(core, window, theme)
    yield from _moving(window)


def _is_online(core: Core, window: Window) -> bool:
    page = window.shell.router.page
    is_ready = page is not None and not page.presenter.is_loading
    return core.accounts.state.phase is ConnectionPhase.ONLINE and is_ready


def _pages(window: Window, library: _Library, which: str) -> Iterator[Deed]:
    router = window.shell.router

    def is_ready() -> bool:
        return router.page is not None and not router.page.presenter.is_loading

    for kind in KINDS:
        yield Deed(f"{which}: library {kind}", partial(router.open_library, kind), is_ready)
    yield Deed(f"{which}: album", lambda: router.open_album(library.albums[0].id), is_ready)
    yield Deed(f"{which}: artist", lambda: router.open_artist(library.artists[0].id), is_ready)
    yield Deed(f"{which}: settings", router.open_settings, is_ready)
    yield Deed(f"{which}: search", partial(router.open_search, ""), is_ready)
    yield Deed(f"{which}: home", router.open_home, is_ready)
    yield Deed(f"{which}: another album", lambda: router.open_album(library.albums[-1].id), is_ready)
    yield Deed("back", router.back, is_ready)


def _search(window: Window) -> Iterator[Deed]:
    field = window.shell.topbar.search
    router = window.shell.router

    def is_found() -> bool:
        return router.page is not None and not router.page.presenter.is_loading

    for _ in range(ROUNDS):
        yield Deed("search: focus", window.shell.focus_search)
        for letter in QUERY:
            yield Deed("search: a letter", partial(QTest.keyClicks, field, letter), is_found)
        for _ in QUERY:
            yield Deed("search: a letter less", partial(QTest.keyClick, field, Qt.Key.Key_Backspace), is_found)


def _playing(core: Core, window: Window, library: _Library) -> Iterator[Deed]:
    shell, album = window.shell, library.albums[0]
    songs = library.answers["album"].tracks

    def is_playing() -> bool:
        return core.playback.state.status is Status.PLAYING

    source = QueueSource("album", album.id, album.title)
    shell.router.open_album(album.id)
    yield Deed("play an album", lambda: shell.songs.play(songs, 0, source), is_playing)
    for _ in range(ROUNDS):
        yield Deed("next song", shell.transport_presenter.next, is_playing)
        yield Deed("seek", partial(shell.transport_presenter.seek_by, 5.0), is_playing)
        yield Deed("pause", shell.transport_presenter.toggle)
        yield Deed("go on", shell.transport_presenter.toggle, is_playing)


def _panels(window: Window) -> Iterator[Deed]:
    for _ in range(ROUNDS):
        for panel in ("queue", "lyrics", "stream"):
            yield Deed(f"panel: {panel}", partial(window.shell.show_panel, panel))
    yield Deed("playing, Stream panel shown, 5 s", lambda: None, calm_limit_s=5.0)
    yield Deed("panel: closed", partial(window.shell.show_panel, "none"))
    yield Deed("playing, 5 s", lambda: None, calm_limit_s=5.0)


def _palette(window: Window) -> Iterator[Deed]:
    yield Deed("palette: first time", window.open_palette)
    for _ in range(ROUNDS):
        for letter in PALETTE_QUERY:
            yield Deed("palette: a letter", partial(_type, letter))
        yield Deed("palette: Escape", partial(_key, Qt.Key.Key_Escape))
        yield Deed("palette: again", window.open_palette)
    yield Deed("palette: Escape", partial(_key, Qt.Key.Key_Escape))
    yield Deed("shortcut sheet", window.open_sheet)
    yield Deed("shortcut sheet: closed", partial(_key, Qt.Key.Key_Escape))


def _looks(core: Core, window: Window, theme: Theme) -> Iterator[Deed]:
    for page in (window.shell.router.open_home, window.shell.router.open_settings):
        page()
        for mode in ("light", "dark") * ROUNDS:
            yield Deed("theme switch", partial(core.settings.set, settings.THEME, mode), partial(_is, theme, mode))
    for scale in (120, 100):
        yield Deed("text size", partial(core.settings.set, settings.TEXT_SCALE, scale))


def _is(theme: Theme, mode: str) -> bool:
    return theme.palette.name == mode


def _moving(window: Window) -> Iterator[Deed]:
    router = window.shell.router
    for name, go in (("home", router.open_home), ("library songs", partial(router.open_library, "songs"))):
        go()
        yield Deed("(settling)", lambda: None)
        for step in range(SCROLLS):
            yield Deed(f"scroll: {name}", partial(_scroll, window, SCROLL_PX if step < SCROLLS // 2 else -SCROLL_PX))
    for width in (1100, 1280, 900, 1280):
        yield Deed("resize the window", partial(window.resize, width, 800))


def _scroll(window: Window, by_px: int) -> None:
    page = window.shell.router.page
    assert page is not None
    table = page.main_table()
    bar = (table if table is not None else page).verticalScrollBar()
    bar.setValue(bar.value() + by_px)


def _type(letters: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), letters)


def _key(key: Qt.Key) -> None:
    widget = QApplication.focusWidget() or QApplication.activeWindow()
    QTest.keyClick(widget, key, Qt.KeyboardModifier.NoModifier)
