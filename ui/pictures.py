"""Pictures of every page and state, dark and light, for the README and for looking at. GUI thread; ui/app.py.

It goes through the window as a listener would and waits until what it asked for is there: answers, covers, sound.
What cannot be provoked (a link that fails) is shown as the presenters would show it. A playlist it makes, it deletes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QApplication

from player.account.port import ConnectionPhase
from player.domain.catalogue import Album, IngestPhase, IngestStatus, Page, Playlist, PlaylistDetail, Track
from player.domain.playback import QueueSource, Status
from player.domain.sound import SleepTimer
from player.errors import NetworkError, NotFound, UnexpectedPage
from player.service.port import MusicService
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.connection import Standing, present
from ui.presenters.entrance import EntranceState, Face
from ui.presenters.sound_options import NORMAL_SPEED
from ui.presenters.states import NOT_CONNECTED, Loading, Ready
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE
from ui.window import Window

T = TypeVar("T")
Claim = Callable[[], bool]
TICK_MS = 30
LIMIT_S = 120.0  # the demo library is made on first use
LISTENED_S = 12.0  # some graph, some of the waveform played
MODES = ("dark", "light")
NONSENSE = "qzxv"
AWAY = "music.example.org does not answer. Check that the server runs and that this computer is online."

WAITED_S, RETRY_IN_S = 12.0, 7.4
HELD_UP = (
    ("reconnecting", Status.RECONNECTING, NetworkError("there is no connection")),
    ("sign-in-page", Status.RECONNECTING, UnexpectedPage("a web page came instead of an answer")),
    ("buffering", Status.BUFFERING, None),
    ("failed-song", Status.FAILED, NotFound("This song is no longer in the library")),
)


class Pictures(QObject):
    finished = Signal(str)
    """empty when every picture was taken, else what did not come about"""

    def __init__(self, core: Core, window: Window, theme: Theme, folder: Path) -> None:
        super().__init__(window)
        self._core = core
        self._window = window
        self._theme = theme
        self._folder = folder
        self._scope = GuiScope(core.runtime)
        self._answers: dict[str, Any] = {}
        self._scenes = self._story()
        self._claim: Claim = bool
        self._waiting_for = ""
        self._since_s = 0.0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._theme.reduces_motion = True
        self._window.shell.covers.set_fades(False)
        self._window.resize(SIZE.window_width, SIZE.window_height)
        self._since_s = time.monotonic()
        self._claim = lambda: True
        self._timer.start()

    # ---- the driver: the story yields what must be true before it goes on

    def _tick(self) -> None:
        now_s = time.monotonic()
        if not self._claim():
            if now_s - self._since_s > LIMIT_S:
                self._end(self._waiting_for)
            return
        following = next(self._scenes, None)
        if following is None:
            self._end("")
        else:
            (self._waiting_for, self._claim), self._since_s = following, now_s

    def _end(self, missing: str) -> None:
        self._timer.stop()
        self._scope.close()
        self.finished.emit(missing)

    def _ask(self, name: str, call: Callable[[MusicService], Coroutine[Any, Any, T]]) -> tuple[str, Claim]:
        """Put an answer of the service into `_answers`."""
        service = self._core.accounts.service
        assert service is not None
        self._answers.pop(name, None)
        self._scope.run(call(service), lambda answer: self._answers.__setitem__(name, answer))
        return name, lambda: name in self._answers

    # ---- the story

    def _story(self) -> Iterator[tuple[str, Claim]]:
        yield "the sign-in", lambda: self._core.accounts.state.phase is ConnectionPhase.ONLINE
        yield from self._entrance()
        yield from self._whole_library()
        yield from self._home()
        yield from self._search()
        yield from self._library()
        yield from self._one_of_each()
        yield from self._playlists()
        yield from self._playing()
        yield from self._states()
        yield from self._sound_menus()
        yield from self._overlays()

    def _entrance(self) -> Iterator[tuple[str, Claim]]:
        window = self._window
        window.entrance.choose_place()
        yield from self._take("first-run")
        window.entrance.sign_in_to_server()
        yield from self._take("sign-in")
        window.show_state(EntranceState(Face.UNREACHABLE, AWAY))
        yield from self._take("unreachable")
        window.entrance.start()
        yield "the player", window.shell.isVisible
        window.shell.show_panel("none")

    def _whole_library(self) -> Iterator[tuple[str, Claim]]:
        while True:
            yield self._ask("ingest", lambda service: service.ingest_status())
            status: IngestStatus = self._answers["ingest"]
            if status.phase is not IngestPhase.SCANNING:
                break
        self._window.shell.ingest_presenter.dismiss()
        yield self._ask("albums", lambda service: service.albums())
        yield self._ask("tracks", lambda service: service.tracks())

    @property
    def _album(self) -> Album:
        albums: Page[Album] = self._answers["albums"]
        return max(albums.items, key=lambda album: album.track_count)

    @property
    def _tracks(self) -> tuple[Track, ...]:
        tracks: Page[Track] = self._answers["tracks"]
        return tracks.items

    def _home(self) -> Iterator[tuple[str, Claim]]:
        router = self._window.shell.router
        router.open_home()
        router.reload()
        yield from self._take_page("home")

    def _search(self) -> Iterator[tuple[str, Claim]]:
        router, field = self._window.shell.router, self._window.shell.topbar.search
        for name, query in (
            ("search", self._album.title[:3].lower()),
            ("search-empty", NONSENSE),
            ("search-start", ""),
        ):
            field.setText(query)
            router.open_search(query)
            yield "the answer", lambda query=query: self._search_shows(query)  # type: ignore[misc]
            yield from self._take_page(name)

    def _search_shows(self, query: str) -> bool:
        page = self._window.shell.router.page
        state = page.presenter.state if page is not None else None
        if not isinstance(state, Ready):
            return False
        results = state.data.results
        return (results is not None and results.query == query) if query else results is None

    def _library(self) -> Iterator[tuple[str, Claim]]:
        for kind in ("songs", "albums", "artists", "playlists", "genres", "liked"):
            self._window.shell.router.open_library(kind)
            yield from self._take_page(f"library-{kind}")

    def _one_of_each(self) -> Iterator[tuple[str, Claim]]:
        router, album = self._window.shell.router, self._album
        router.open_album(album.id)
        yield from self._take_page("album")
        router.open_artist(album.artists[0].id)
        yield from self._take_page("artist")

    def _playlists(self) -> Iterator[tuple[str, Claim]]:
        shell, tracks = self._window.shell, self._tracks
        for name, ids in (("playlist", [track.id for track in tracks[:7]]), ("playlist-empty", [])):
            yield self._ask("made", lambda service, ids=ids: service.create_playlist("Evening on the shore", ids))  # type: ignore[misc]
            made: PlaylistDetail = self._answers["made"]
            shell.songs.refresh_playlists()
            yield "the sidebar", lambda made=made: _names(shell.songs.playlists, made)  # type: ignore[misc]
            shell.router.open_playlist(made.playlist.id)
            yield from self._take_page(name)
            yield self._ask(
                "gone",
                lambda service, made=made: service.delete_playlist(made.playlist.id, version=made.playlist.version),  # type: ignore[misc]
            )
        shell.router.open_home()
        shell.songs.refresh_playlists()

    def _playing(self) -> Iterator[tuple[str, Claim]]:
        shell, album, playback = self._window.shell, self._album, self._core.playback
        yield self._ask("album", lambda service: service.album(album.id))
        tracks: tuple[Track, ...] = self._answers["album"].tracks
        start = next((place for place, track in enumerate(tracks) if track.has_lyrics), 0)
        shell.songs.play(tracks, start, QueueSource("album", album.id, album.title))
        shell.router.open_album(album.id)
        yield "sound", lambda: playback.state.status is Status.PLAYING and playback.state.position_s > LISTENED_S
        for panel in ("queue", "lyrics", "stream"):
            shell.show_panel(panel)
            yield from self._take_page(f"album-{panel}")
        shell.router.open_artist(album.artists[0].id)
        shell.show_panel("lyrics")
        yield from self._take_page("artist-lyrics")
        shell.songs.toggle()
        yield "silence", lambda: playback.state.status is Status.PAUSED
        shell.show_panel("none")

    def _states(self) -> Iterator[tuple[str, Claim]]:
        shell = self._window.shell
        shell.router.open_home()
        yield "home", self._is_ready
        page = shell.router.page
        assert page is not None
        page.show_state(Loading())
        yield from self._take("loading")
        page.show_state(NOT_CONNECTED)
        yield from self._take("offline")
        page.show_state(page.presenter.state)
        yield from self._held_up()
        shell.toasts.show("Removed Harbour Lights", lambda: None)
        yield from self._take("toast")
        for toast in shell.toasts.shown:
            shell.toasts.dismiss(toast.number)

    def _held_up(self) -> Iterator[tuple[str, Claim]]:
        """What the listener sees while the music waits."""
        shell = self._window.shell
        shown = self._core.playback.state
        for name, status, error in HELD_UP:
            held = replace(shown, status=status, error=error)
            shell.transport.show_state(shell.transport_presenter.present(held, self._core.playback.queue))
            standing = Standing(status, ConnectionPhase.ONLINE, WAITED_S, RETRY_IN_S, error)
            shell.connection_notice.show_state(present(standing))
            yield "the layout", lambda: True  # words of other lengths ask for another one
            yield from self._take(name)
        shell.transport.show_state(shell.transport_presenter.state)
        shell.connection_notice.show_state(shell.connection_presenter.state)

    def _sound_menus(self) -> Iterator[tuple[str, Claim]]:
        shell, playback = self._window.shell, self._core.playback
        chips, device = shell.transport.unusual, shell.transport.sound.device
        shell.sound_presenter.set_speed(1.25)
        shell.sound_presenter.set_sleep(SleepTimer(seconds=30 * 60.0))
        yield "the speed and the timer", lambda: chips.speed.isVisible() and chips.sleep.isVisible()
        yield from self._take_menu("speed-menu", chips.speed)
        yield from self._take_menu("sleep-menu", chips.sleep)
        yield from self._take_menu("device-menu", device)
        shell.sound_presenter.set_speed(NORMAL_SPEED)
        shell.sound_presenter.set_sleep(None)
        yield "the usual", lambda: playback.state.sleep is None and playback.state.speed == NORMAL_SPEED

    def _take_menu(self, name: str, anchor: QAbstractButton) -> Iterator[tuple[str, Claim]]:
        """A menu is a window of its own: its picture is laid over that of the window."""
        for mode in MODES:
            self._theme.set_mode(mode)
            anchor.click()
            menu = QApplication.activePopupWidget()
            assert menu is not None
            yield f"the menu of {name}", menu.isVisible
            picture = self._window.grab()
            painter = QPainter(picture)
            above = anchor.mapTo(self._window, QPoint(0, -menu.height()))
            left = min(above.x(), self._window.width() - menu.width() - SPACE.s)
            painter.drawPixmap(QPoint(left, above.y()), menu.grab())
            painter.end()
            picture.save(str(self._folder / f"{name}-{mode}.png"))
            menu.close()

    def _overlays(self) -> Iterator[tuple[str, Claim]]:
        self._window.shell.router.open_settings()
        yield from self._take_page("settings")
        self._window.open_palette()
        yield from self._take("palette")
        self._window.open_sheet()
        yield from self._take("shortcuts")

    # ---- taking one

    def _take_page(self, name: str) -> Iterator[tuple[str, Claim]]:
        yield f"the page of {name}", self._is_ready
        yield from self._take(name)

    def _take(self, name: str) -> Iterator[tuple[str, Claim]]:
        for mode in MODES:
            self._theme.set_mode(mode)
            self._window.front.grab()  # painting asks for the covers
            yield f"the covers of {name}", lambda: self._window.shell.covers.is_settled
            self._window.front.grab().save(str(self._folder / f"{name}-{mode}.png"))

    def _is_ready(self) -> bool:
        page = self._window.shell.router.page
        return page is not None and not page.presenter.is_loading


def _names(playlists: tuple[Playlist, ...], made: PlaylistDetail) -> bool:
    return any(playlist.id == made.playlist.id for playlist in playlists)
