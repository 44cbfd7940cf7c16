"""The player as one sees it: sidebar, top bar, page, right panel, transport. Assembles and routes; GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from player import settings
from player.clock import Clock
from player.domain.catalogue import Track
from player.domain.ids import AlbumId, ArtistId
from ui.bridge import GuiScope
from ui.core import Core
from ui.covers import CoverLoader
from ui.history import Route
from ui.presenters.connection import ConnectionPresenter
from ui.presenters.ingest_progress import IngestPresenter
from ui.presenters.lyrics_panel import LyricsPresenter
from ui.presenters.now_playing import NowPlaying
from ui.presenters.queue_panel import QueuePresenter
from ui.presenters.search import Found
from ui.presenters.sidebar import SidebarPresenter
from ui.presenters.song_actions import SongActions
from ui.presenters.sound_options import SoundOptionsPresenter
from ui.presenters.stream_panel import StreamPresenter
from ui.presenters.toasts import Toasts
from ui.presenters.transport import TransportPresenter
from ui.router import CALM_MS, Router
from ui.theme.theme import Theme
from ui.theme.tokens import SPACE
from ui.widgets.context import PageContext
from ui.widgets.grounds import Ground
from ui.widgets.lyrics_view import LyricsPanel
from ui.widgets.notices import ConnectionNotice, IngestNotice
from ui.widgets.queue_list import QueuePanel
from ui.widgets.right_panel import RightPanel
from ui.widgets.sidebar import Sidebar
from ui.widgets.stream_view import StreamPanel
from ui.widgets.toasts import ToastStack
from ui.widgets.topbar import TopBar
from ui.widgets.transport import Transport


class Shell(QWidget):
    sign_out_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, core: Core, theme: Theme, clock: Clock) -> None:
        super().__init__()
        self._core = core
        self._theme = theme
        self._scope = GuiScope(core.runtime)
        # Takes the focus from the search field when the page is clicked, and first: Space then means play.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.toasts = Toasts(self)
        self.covers = CoverLoader(core.accounts, core.runtime, fades=not theme.reduces_motion)
        self.songs = SongActions(core.accounts, core.playback, GuiScope(core.runtime))
        self.now = NowPlaying(core.playback, GuiScope(core.runtime))
        self.transport_presenter = TransportPresenter(core, self.songs)
        self.sound_presenter = SoundOptionsPresenter(core)
        self.connection_presenter = ConnectionPresenter(core, clock)
        self.sidebar_presenter = SidebarPresenter(core, self.songs)
        self.queue_presenter = QueuePresenter(core)
        self.lyrics_presenter = LyricsPresenter(core)
        self.stream_presenter = StreamPresenter(core)
        self.ingest_presenter = IngestPresenter(core)
        self._pages = QStackedWidget()
        self.router = Router(self._pages, clock)
        self.context = PageContext(core, theme, self.router, self.covers, self.toasts, self.songs, self.now)
        self.router.take_context(self.context)
        self._build()
        self._connect_parts()
        self._connect_presenters()
        self.show_panel(core.settings.get(settings.PANEL))

    # ---- building

    def _build(self) -> None:
        theme = self._theme
        self.sidebar = Sidebar(theme, self.sidebar_presenter)
        self.topbar = TopBar(theme)
        self.connection_notice = ConnectionNotice(theme)
        self.ingest_notice = IngestNotice(theme)
        self.queue_panel = QueuePanel(theme, self.queue_presenter, self.covers, self.router)
        self.lyrics_panel = LyricsPanel(theme, self.lyrics_presenter)
        self.stream_panel = StreamPanel(theme, self.stream_presenter)
        self.right_panel = RightPanel(theme, self.queue_panel, self.lyrics_panel, self.stream_panel)
        self.transport = Transport(theme, self.transport_presenter, self.sound_presenter, self.covers)
        middle = Ground(theme, "bg")
        middle.setObjectName("page_area")
        page_column = _column(middle)
        page_column.addWidget(self.topbar)
        notices = QVBoxLayout()
        notices.setContentsMargins(SPACE.page, 0, SPACE.page, 0)
        notices.setSpacing(0)
        notices.addWidget(self.connection_notice)
        notices.addWidget(self.ingest_notice)
        page_column.addLayout(notices)
        page_column.addWidget(self._pages, 1)
        upper = QHBoxLayout()
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(0)
        upper.addWidget(self.sidebar)
        upper.addWidget(middle, 1)
        upper.addWidget(self.right_panel)
        column = _column(self)
        column.addLayout(upper, 1)
        column.addWidget(self.transport)
        self.toast_stack = ToastStack(theme, self.toasts, middle)

    def _connect_parts(self) -> None:
        self.sidebar.place_asked.connect(self.open_place)
        self.sidebar.playlist_asked.connect(self.router.open_playlist)
        self.sidebar.tracks_dropped.connect(self.songs.add_to_playlist)
        self.sidebar.sign_out_asked.connect(self.sign_out_asked)
        self.sidebar.shortcuts_asked.connect(self.shortcuts_asked)
        self.sidebar.settings_asked.connect(self.router.open_settings)
        self.topbar.back_asked.connect(self.router.back)
        self.topbar.forward_asked.connect(self.router.forward)
        self.topbar.search.typed.connect(self.router.open_search)
        self.topbar.search.submitted.connect(self._submit_search)
        self.topbar.search.left.connect(self.router.focus_results)
        self.router.moved.connect(self._on_moved)
        self.router.query_chosen.connect(self.topbar.search.show_query)
        self.right_panel.panel_asked.connect(self.show_panel)
        self.transport.panel_asked.connect(self.toggle_panel)
        self.transport.album_asked.connect(self._open_playing_album)
        self.transport.artist_asked.connect(self._open_playing_artist)
        self.queue_panel.tracks_dropped.connect(self._enqueue)
        self.connection_notice.retry_asked.connect(self.transport_presenter.retry_now)
        self.ingest_notice.dismissed.connect(self.ingest_presenter.dismiss)

    def _connect_presenters(self) -> None:
        self._scope.listen(self._settings_changes, self._on_setting)
        for presenter in (self.songs, self.transport_presenter, self.sound_presenter, self.queue_presenter):
            presenter.told.connect(self.toasts.show)
        self.queue_presenter.removed.connect(self.toasts.show)
        self.songs.connected.connect(self.covers.connection_restored)
        self.sidebar_presenter.playlist_made.connect(self.router.open_playlist)
        self.connection_presenter.state_changed.connect(self.connection_notice.show_state)
        self.transport_presenter.track_announced.connect(self._announce)
        self.ingest_presenter.state_changed.connect(self.ingest_notice.show_state)
        self.ingest_presenter.library_grew.connect(self.router.reload)

    # ---- life

    def start(self) -> None:
        """The listener is inside: show the page of last time and what plays."""
        self.transport_presenter.start()
        self.sound_presenter.start()
        self.connection_presenter.start()
        self.sidebar_presenter.start()
        self.queue_presenter.start()
        self.ingest_presenter.start()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.router.recall(self._core.settings.get(settings.LAST_PAGE))
        QTimer.singleShot(CALM_MS, self, self.router.load_ahead)

    def leave(self) -> None:
        """The listener left this library."""
        self.router.forget()

    def close_parts(self) -> None:
        """Before the loop stops: no result may reach a view any more (STYLE 4)."""
        if self.router.route is not None:
            self._core.settings.set(settings.LAST_PAGE, self.router.remembered())
        self.router.close()
        for part in (
            self._scope,
            self.transport_presenter,
            self.sound_presenter,
            self.connection_presenter,
            self.sidebar_presenter,
            self.queue_presenter,
            self.lyrics_presenter,
            self.stream_presenter,
            self.ingest_presenter,
            self.songs,
            self.now,
            self.covers,
        ):
            part.close()

    # ---- routes

    def open_place(self, place: str) -> None:
        match place:
            case "home":
                self.router.open_home()
            case "library":
                self.router.open_library()
            case _:
                self.router.open_search(self.topbar.search.text())
                self.focus_search()

    def find_in_page(self) -> None:
        page = self.router.page
        if page is None or not page.focus_filter():
            self.focus_search()

    def choose(self, item: Found) -> None:
        """From the command palette: a song plays, everything else opens."""
        if isinstance(item, Track):
            self.songs.play_item(item)
        else:
            self.context.open(item)

    def focus_search(self) -> None:
        self.topbar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.topbar.search.selectAll()

    def show_panel(self, panel: str) -> None:
        self._core.settings.set(settings.PANEL, panel)
        self.right_panel.show_panel(panel)
        self.transport.show_panel(panel)
        self.lyrics_presenter.set_shown(panel == "lyrics")
        self.stream_presenter.set_shown(panel == "stream")

    def toggle_panel(self, panel: str) -> None:
        is_shown = self._core.settings.get(settings.PANEL) == panel
        self.show_panel("none" if is_shown else panel)

    def _submit_search(self, query: str) -> None:
        if query.strip():
            self.router.open_search(query)
            self.router.play_top_result()

    def _on_moved(self, route: Route, can_back: bool, can_forward: bool) -> None:
        self.topbar.show_history(can_back=can_back, can_forward=can_forward)
        self.topbar.search.show_query(route.subject if route.page == "search" else "")
        if route.page != "search" and self.topbar.search.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # what was typed is left behind
        place = "library" if route.page in {"album", "artist"} else route.page
        self.sidebar.show_place(place, route.subject if route.page == "playlist" else "")

    def _open_playing_album(self) -> None:
        track = self.transport_presenter.state.track
        if track is not None and track.album is not None:
            self.router.open_album(AlbumId(track.album.id))

    def _open_playing_artist(self) -> None:
        track = self.transport_presenter.state.track
        if track is not None and track.artists:
            self.router.open_artist(ArtistId(track.artists[0].id))

    def _enqueue(self, tracks: object) -> None:
        assert isinstance(tracks, tuple)
        self.songs.enqueue(tracks, is_next=False)

    def _settings_changes(self, listener: Callable[[tuple[str, object]], None]) -> Callable[[], None]:
        return self._core.settings.subscribe(lambda key, value: listener((key, value)))

    def _on_setting(self, change: tuple[str, object]) -> None:
        kept = self._core.settings
        match change[0]:
            case settings.THEME.key:
                self._theme.set_mode(kept.get(settings.THEME))
            case settings.TEXT_SCALE.key:
                self._theme.set_text_scale(kept.get(settings.TEXT_SCALE))

    def _announce(self, words: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
