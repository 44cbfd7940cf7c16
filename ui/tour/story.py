"""What the tour does and in which order. It drives the real window with keys and clicks, waits until what it asked
for is on the screen, and takes pictures; a step that does not come about ends the tour with that step's name.

GUI thread; made by ui/app.py's caller (main.py), which owns the shaped link and writes the report.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest

from player.account.port import ConnectionPhase, PlaceKind
from player.domain.catalogue import Album, IngestPhase, IngestStatus, Page, SearchResults
from player.domain.ids import PlaylistId
from player.domain.playback import Status
from player.headless.link import ShapedLink
from player.headless.report import Recorder
from player.headless.trace import Step, Trace
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.search import SearchView
from ui.presenters.states import Ready
from ui.theme.theme import Theme
from ui.tour.timeline import Moment, Timeline
from ui.widgets.buttons import PrimaryPill
from ui.window import Window

TICK_MS = 50
KEY_S = 0.12  # an unhurried typist
SETTLE_S = 0.6  # covers come and fade in before a picture is taken


@dataclass(frozen=True, slots=True)
class LinkPhase:
    words: str
    kbps: float
    latency_s: float
    seconds: float


PHASES = (
    LinkPhase("a fair mobile link", 420, 0.08, 14),
    LinkPhase("into a tunnel", 45, 0.3, 22),
    LinkPhase("out again, a fast link", 3000, 0.04, 16),
    LinkPhase("a crowded café", 150, 0.15, 18),
)


@dataclass(frozen=True, slots=True)
class Until:
    """Go on when `holds`; the tour fails when that takes longer than `limit_s`."""

    words: str
    holds: Callable[[], bool]
    limit_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Beat = Until | Pause


class Tour(QObject):
    finished = Signal(str)
    """empty when everything came about, else what did not"""

    def __init__(
        self,
        core: Core,
        window: Window,
        theme: Theme,
        link: ShapedLink,
        recorder: Recorder,
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._core = core
        self._window = window
        self._theme = theme
        self._link = link
        self._recorder = recorder
        self._folder = folder
        self._say = say
        self._scope = GuiScope(core.runtime)
        self._ingest: IngestStatus | None = None
        self._asks_ingest = False
        self._told_ingest = ""
        self._moments: list[Moment] = []
        self._link_kbps = 0.0
        self._began_s = 0.0
        self._sampled_at_s = 0.0
        self._pictures: list[str] = []
        self._made_playlist: PlaylistId | None = None
        self._albums: tuple[Album, ...] = ()
        self._asks_albums = False
        self._beats = self._story()
        self._beat: Beat = Pause(0.0)
        self._beat_at_s = time.monotonic()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def pictures(self) -> tuple[str, ...]:
        return tuple(self._pictures)

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._scope.close()

    # ---- the driver

    def _tick(self) -> None:
        now_s = time.monotonic()
        self._sample(now_s)
        waited_s = now_s - self._beat_at_s
        if isinstance(self._beat, Pause):
            if waited_s < self._beat.seconds:
                return
        elif not self._beat.holds():
            if waited_s > self._beat.limit_s:
                self._end(f"{self._beat.words} did not come about within {self._beat.limit_s:.0f} s")
            return
        following = next(self._beats, None)
        if following is None:
            self._end("")
        else:
            self._beat, self._beat_at_s = following, time.monotonic()

    def _end(self, missing: str) -> None:
        self.close()
        self.finished.emit(missing)

    def _sample(self, now_s: float) -> None:
        if not self._began_s or now_s - self._sampled_at_s < 0.5:
            return
        self._sampled_at_s = now_s
        self._recorder.sample()
        state, stats = self._core.playback.state, self._core.playback.stats()
        is_stalled = state.status in (Status.BUFFERING, Status.RECONNECTING)
        self._moments.append(
            Moment(
                now_s - self._began_s,
                stats.buffer_s,
                stats.rendition_kbps if state.entry is not None else None,
                stats.throughput_kbps,
                self._link_kbps,
                is_stalled,
            )
        )

    # ---- the story

    def _story(self) -> Iterator[Beat]:
        yield from self._sign_in()
        yield from self._wait_for_the_library()
        yield from self._look_around()
        yield from self._search()
        yield from self._make_a_playlist()
        yield from self._play_over_a_shaped_link()
        yield from self._listen_in_light()

    def _sign_in(self) -> Iterator[Beat]:
        self._say("First run: where does your music live?")
        yield Until("the first page", self._window.first_run.isVisible, 20)
        presenter = self._window.first_run_presenter
        presenter.choose(PlaceKind.DEMO)
        yield Pause(SETTLE_S)
        self._take("first-run")
        presenter.go()
        yield Until("the sign-in", lambda: self._core.accounts.state.phase is ConnectionPhase.ONLINE, 60)
        self._say("Signed in to the backend on this machine.")

    def _wait_for_the_library(self) -> Iterator[Beat]:
        yield Until("the demo library", self._library_is_whole, 180)
        assert self._ingest is not None
        self._say(f"The demo library is ready: {self._ingest.songs} songs.")

    def _library_is_whole(self) -> bool:
        service = self._core.accounts.service
        if service is not None and not self._asks_ingest:
            self._asks_ingest = True
            self._scope.run(service.ingest_status(), self._took_ingest, lambda _: self._took_ingest(None))
        return self._ingest is not None and self._ingest.phase is not IngestPhase.SCANNING and self._ingest.songs > 0

    def _took_ingest(self, status: IngestStatus | None) -> None:
        self._asks_ingest = False
        self._ingest = status
        if status is not None and status.phase is not IngestPhase.IDLE:
            words = f"  {status.phase.value} {status.done} of {status.total}"
            if words != self._told_ingest:
                self._told_ingest = words
                self._say(words)

    def _look_around(self) -> Iterator[Beat]:
        router = self._window.shell.router
        self._say("Home.")
        router.open_home()
        router.reload()
        yield Until("home", self._page_is_ready, 20)
        yield Pause(2 * SETTLE_S)
        self._take("home", in_light=True)
        self._say("The library's albums.")
        router.open_library("albums")
        yield Until("the albums", self._page_is_ready, 20)
        yield Pause(SETTLE_S)
        self._take("library")

    def _search(self) -> Iterator[Beat]:
        self._say("Search, as one types.")
        field = self._window.shell.topbar.search
        QTest.mouseClick(field, Qt.MouseButton.LeftButton)
        for letter in "low":
            QTest.keyClicks(field, letter)
            yield Pause(KEY_S)
        yield Until("the search results", self._has_found, 20)
        yield Pause(SETTLE_S)
        self._take("search")

    def _has_found(self) -> bool:
        found = self._found()
        return found is not None and not found.is_empty

    def _found(self) -> SearchResults | None:
        page = self._window.shell.router.page
        state = page.presenter.state if page is not None else None
        return state.data.results if isinstance(state, Ready) and isinstance(state.data, SearchView) else None

    def _make_a_playlist(self) -> Iterator[Beat]:
        found = self._found()
        assert found is not None
        self._say("A playlist of what was found.")
        shell = self._window.shell
        shell.songs.create_playlist("Evening on the shore", found.tracks[:8], self._playlist_was_made)
        yield Until("the playlist", lambda: self._made_playlist is not None, 20)
        assert self._made_playlist is not None
        shell.router.open_playlist(self._made_playlist)
        yield Until("the playlist's page", self._page_is_ready, 20)
        yield Pause(SETTLE_S)
        self._take("playlist")

    def _playlist_was_made(self, playlist_id: PlaylistId) -> None:
        self._made_playlist = playlist_id

    def _play_over_a_shaped_link(self) -> Iterator[Beat]:
        shell = self._window.shell
        yield Until("a list of the albums", self._knows_albums, 20)
        album = max(self._albums, key=lambda album: album.track_count)
        shell.router.open_album(album.id)
        yield Until("the album", self._page_is_ready, 20)
        self._began_s = time.monotonic()
        self._shape(PHASES[0])
        play = shell.router.page.findChild(PrimaryPill) if shell.router.page is not None else None
        assert play is not None
        QTest.mouseClick(play, Qt.MouseButton.LeftButton)
        yield Until("the first sound", lambda: self._core.playback.state.status is Status.PLAYING, 30)
        first_ms = self._core.playback.stats().first_sound_ms
        self._say(f"Playing “{album.title}”; first sound after {first_ms or 0:.0f} ms.")
        panels = ("stream", "queue", "stream", "lyrics")
        for number, (phase, panel) in enumerate(zip(PHASES, panels, strict=True), 1):
            if number > 1:
                self._shape(phase)
            shell.show_panel(panel)
            yield Pause(phase.seconds)
            self._take(f"album-{panel}-{number}", in_light=panel == "queue")
            self._tell_stream()
        shell.show_panel("stream")

    def _knows_albums(self) -> bool:
        service = self._core.accounts.service
        if service is not None and not self._asks_albums:
            self._asks_albums = True
            self._scope.run(service.albums(), self._took_albums)
        return bool(self._albums)

    def _took_albums(self, albums: Page[Album]) -> None:
        self._albums = albums.items

    def _listen_in_light(self) -> Iterator[Beat]:
        self._shape(LinkPhase("the open link again", 50_000, 0.005, 0))
        yield Pause(3.0)
        self._take("stream", in_light=True)
        self._save_timeline()

    # ---- parts of it

    def _page_is_ready(self) -> bool:
        page = self._window.shell.router.page
        return page is not None and isinstance(page.presenter.state, Ready)

    def _shape(self, phase: LinkPhase) -> None:
        self._say(f"The link: {phase.words}, {phase.kbps:g} kbit/s, {phase.latency_s * 1000:.0f} ms.")
        self._link_kbps = phase.kbps
        trace = Trace.of((Step(3600.0, phase.kbps * 1000, phase.latency_s),))
        self._core.runtime.loop.call_soon_threadsafe(self._link.set_trace, trace)

    def _tell_stream(self) -> None:
        stats = self._core.playback.stats()
        self._say(
            f"  heard AAC {stats.rendition_kbps}, {stats.buffer_s:.0f} s ahead, "
            f"{stats.switches} switches, {stats.stalls} stalls"
        )

    def _take(self, name: str, *, in_light: bool = False) -> None:
        """A picture of the window, dark; with `in_light` also light."""
        for mode in ("dark", "light") if in_light else ("dark",):
            self._theme.set_mode(mode)
            file = f"{len(self._pictures) + 1:02d}-{name}-{mode}.png"
            self._window.grab().save(str(self._folder / file))
            self._pictures.append(file)
        self._theme.set_mode("dark")

    def _save_timeline(self) -> None:
        Timeline(self._theme, self._moments).image().save(str(self._folder / "timeline.png"))
        self._pictures.append("timeline.png")
