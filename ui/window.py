"""The main window: the faces (connecting, first run, sign-in, the player), keys, and where it stands on the screen.

Assembles and routes only. GUI thread; made by ui/app.py.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QStackedWidget, QWidget

from player import settings
from player.clock import Clock
from ui.core import Core
from ui.pages.entrance import EntrancePage
from ui.pages.first_run import FirstRunPage
from ui.pages.sign_in import SignInPage
from ui.presenters.entrance import EntrancePresenter, EntranceState, Face
from ui.presenters.first_run import FirstRunPresenter
from ui.presenters.palette import PaletteEntry, PalettePresenter
from ui.presenters.sign_in import SignInPresenter
from ui.presenters.sound_options import NORMAL_SPEED
from ui.presenters.transport import SEEK_STEP_S, VOLUME_STEP
from ui.shell import Shell
from ui.shortcuts import BINDINGS, LISTS, Shortcuts
from ui.theme.icons import LOGO
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE
from ui.widgets.palette import Palette
from ui.widgets.shortcut_sheet import ShortcutSheet, native

GROUP_ICONS = {"Playback": "play", "Getting around": "compass", "Library": "playlist", "Help": "question"}


class Window(QMainWindow):
    closed = Signal()

    def __init__(self, core: Core, theme: Theme, clock: Clock) -> None:
        super().__init__()
        self._core = core
        self._theme = theme
        self.setWindowTitle("Segue")
        self.setWindowIcon(theme.icon(LOGO, "accent", "accent", px=SIZE.window_icon))
        self.setMinimumSize(SIZE.window_min_width, SIZE.window_min_height)
        self.entrance = EntrancePresenter(core)
        self.first_run_presenter = FirstRunPresenter(core)
        self.sign_in_presenter = SignInPresenter(core)
        self.entrance_page = EntrancePage(theme)
        self.first_run = FirstRunPage(theme, self.first_run_presenter)
        self.sign_in = SignInPage(theme, self.sign_in_presenter)
        self.shell = Shell(core, theme, clock)
        self._faces = QStackedWidget()
        for face in (self.entrance_page, self.first_run, self.sign_in, self.shell):
            self._faces.addWidget(face)
        self.setCentralWidget(self._faces)
        self.shortcuts = Shortcuts(self, theme, self._commands())
        self._palette: Palette | None = None
        self._is_inside = False
        self._is_closed = False
        self._connect()
        self._restore_place()

    def start(self) -> None:
        self.entrance.start()

    def _connect(self) -> None:
        self.entrance.state_changed.connect(self.show_state)
        self.entrance_page.retry_asked.connect(self.entrance.start)
        self.entrance_page.other_place_asked.connect(self.entrance.choose_place)
        self.first_run_presenter.server_asked.connect(self.entrance.sign_in_to_server)
        self.sign_in.other_place_asked.connect(self.entrance.choose_place)
        self.shell.sign_out_asked.connect(self.entrance.sign_out)
        self.shell.shortcuts_asked.connect(self.open_sheet)
        self.shell.transport_presenter.state_changed.connect(self._on_playing)

    def show_state(self, state: EntranceState) -> None:
        is_inside = state.face is Face.INSIDE
        self.shortcuts.is_live = is_inside
        if self._is_inside and not is_inside:
            self.shell.leave()
        match state.face:
            case Face.INSIDE:
                self._faces.setCurrentWidget(self.shell)
                self.sign_in.forget_password()
                if not self._is_inside:
                    self.shell.start()
            case Face.FIRST_RUN:
                self._faces.setCurrentWidget(self.first_run)
            case Face.SIGN_IN:
                self._faces.setCurrentWidget(self.sign_in)
                if state.message:
                    self.sign_in_presenter.say(state.message)
            case _:
                self.entrance_page.show_state(state)
                self._faces.setCurrentWidget(self.entrance_page)
        self._is_inside = is_inside

    def _commands(self) -> dict[str, Callable[[], None]]:
        shell, transport, sound = self.shell, self.shell.transport_presenter, self.shell.sound_presenter
        return {
            "toggle": transport.toggle,
            "next": transport.next,
            "previous": transport.previous,
            "seek_forward": lambda: transport.seek_by(SEEK_STEP_S),
            "seek_back": lambda: transport.seek_by(-SEEK_STEP_S),
            "louder": lambda: transport.volume_by(VOLUME_STEP),
            "quieter": lambda: transport.volume_by(-VOLUME_STEP),
            "mute": transport.toggle_muted,
            "faster": lambda: sound.step_speed(1),
            "slower": lambda: sound.step_speed(-1),
            "normal_speed": lambda: sound.set_speed(NORMAL_SPEED),
            "options": shell.transport.open_options,
            "output": shell.transport.sound.open_devices,
            "retry": transport.retry_now,
            "palette": self.open_palette,
            "search": shell.focus_search,
            "find": shell.find_in_page,
            "queue": lambda: shell.toggle_panel("queue"),
            "lyrics": lambda: shell.toggle_panel("lyrics"),
            "stream": lambda: shell.toggle_panel("stream"),
            "settings": shell.router.open_settings,
            "back": shell.router.back,
            "forward": shell.router.forward,
            "home": lambda: shell.open_place("home"),
            "search_page": lambda: shell.open_place("search"),
            "library": lambda: shell.open_place("library"),
            "new_playlist": shell.sidebar_presenter.create_playlist,
            "sheet": self.open_sheet,
            "quit": self._quit,
        }

    @property
    def front(self) -> QWidget:
        """What the listener sees on top: a dialog of this window, or the window."""
        dialogs = [each for each in self.findChildren(QDialog) if each.isVisible()]
        return dialogs[-1] if dialogs else self

    def _quit(self) -> None:
        self.close()

    def open_palette(self) -> None:
        if self._palette is None:
            self.palette_presenter = PalettePresenter(
                self._core, self._palette_commands(), self._palette_offers, self.shell.choose
            )
            self._palette = Palette(self._theme, self.palette_presenter, self.shell)
        self._palette.open()

    def _palette_commands(self) -> list[PaletteEntry]:
        commands = self._commands()
        return [
            PaletteEntry(
                binding.words, native(binding.keys[:1]), GROUP_ICONS[binding.group], commands[binding.command]
            )
            for binding in BINDINGS
            if binding.command != "palette"
        ]

    def _palette_offers(self) -> list[PaletteEntry]:
        return [PaletteEntry(offer.words, "", offer.icon, offer.act) for offer in self.shell.sound_presenter.offers()]

    def open_sheet(self) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for binding in BINDINGS:
            groups.setdefault(binding.group, []).append((native(binding.keys), binding.words))
        sheet = ShortcutSheet(self._theme, [*groups.items(), ("In lists", LISTS)], self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def _on_playing(self, _state: object) -> None:
        track = self.shell.transport_presenter.state.track
        self.setWindowTitle(f"{track.title} · {track.artist_line} · Segue" if track else "Segue")

    def _restore_place(self) -> None:
        self.resize(SIZE.window_width, SIZE.window_height)
        kept = QByteArray.fromBase64(self._core.settings.get(settings.WINDOW_PLACE).encode())
        if not kept.isEmpty():
            self.restoreGeometry(kept)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        native_window = self.windowHandle()
        if native_window is not None:
            self.shortcuts.watch(native_window)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_parts()
        super().closeEvent(event)
        self.closed.emit()

    def close_parts(self) -> None:
        """Once; before the player's loop stops."""
        if self._is_closed:
            return
        self._is_closed = True
        self._core.settings.set(settings.WINDOW_PLACE, bytes(self.saveGeometry().toBase64().data()).decode())
        self.shortcuts.is_live = False
        if self._palette is not None:
            self.palette_presenter.close()
        self.shell.close_parts()
        for presenter in (self.entrance, self.first_run_presenter, self.sign_in_presenter):
            presenter.close()
