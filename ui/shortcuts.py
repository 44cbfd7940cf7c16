"""Every key of the window, once: the window binds them, the F1 sheet shows them. GUI thread.

Keys without Ctrl or Alt that also mean something while typing are left to whatever has the focus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QShortcut, QWindow
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from ui.theme.theme import Theme


@dataclass(frozen=True, slots=True)
class Binding:
    """`keys` as QKeySequence reads them (Ctrl is Cmd on macOS)."""

    command: str
    keys: tuple[str, ...]
    words: str
    group: str
    is_typing_key: bool = False
    """means a letter or a move of the cursor in a field, so it is left to the field"""


BINDINGS: tuple[Binding, ...] = (
    Binding("toggle", ("Space",), "Play or pause", "Playback", is_typing_key=True),
    Binding("next", ("Ctrl+Right",), "Next song", "Playback", is_typing_key=True),
    Binding("previous", ("Ctrl+Left",), "Previous song", "Playback", is_typing_key=True),
    Binding("seek_forward", ("Right",), "Forward 5 s", "Playback", is_typing_key=True),
    Binding("seek_back", ("Left",), "Back 5 s", "Playback", is_typing_key=True),
    Binding("louder", ("Ctrl+Up",), "Louder", "Playback"),
    Binding("quieter", ("Ctrl+Down",), "Quieter", "Playback"),
    Binding("mute", ("M",), "Mute", "Playback", is_typing_key=True),
    Binding("faster", ("Ctrl+Shift+Up",), "Faster", "Playback"),
    Binding("slower", ("Ctrl+Shift+Down",), "Slower", "Playback"),
    Binding("normal_speed", ("Ctrl+0",), "Normal speed", "Playback"),
    Binding("options", ("Ctrl+Shift+T",), "Speed and sleep timer", "Playback"),
    Binding("output", ("Ctrl+Shift+D",), "Choose the output device", "Playback"),
    Binding("retry", ("Ctrl+R",), "Try the connection now", "Playback"),
    Binding("palette", ("Ctrl+K",), "Commands and items", "Getting around", is_typing_key=True),
    Binding("search", ("Ctrl+L", "/"), "Search", "Getting around", is_typing_key=True),
    Binding("find", ("Ctrl+F",), "Find in this page", "Getting around"),
    Binding("back", ("Alt+Left",), "Back (also mouse button 4)", "Getting around"),
    Binding("forward", ("Alt+Right",), "Forward (also mouse button 5)", "Getting around"),
    Binding("home", ("Ctrl+1",), "Home", "Getting around"),
    Binding("search_page", ("Ctrl+2",), "Search page", "Getting around"),
    Binding("library", ("Ctrl+3",), "Library", "Getting around"),
    Binding("queue", ("Ctrl+4",), "Queue", "Getting around"),
    Binding("lyrics", ("Ctrl+5",), "Lyrics", "Getting around"),
    Binding("stream", ("Ctrl+6",), "Stream", "Getting around"),
    Binding("settings", ("Ctrl+,",), "Settings", "Getting around"),
    Binding("new_playlist", ("Ctrl+N",), "New playlist", "Library"),
    Binding("sheet", ("F1",), "This list", "Help"),
    Binding("quit", ("Ctrl+Q",), "Quit", "Help"),
)
LISTS: tuple[tuple[str, str], ...] = (
    ("Enter", "Play"),
    ("Shift+Enter", "Play next"),
    ("Ctrl+Enter", "Add to the queue"),
    ("Delete", "Remove from the playlist or queue"),
    ("Alt+Up / Alt+Down", "Move within the queue"),
)
"""what lists answer to by themselves; shown on the sheet"""

MOVES_FOCUS = frozenset(
    {Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right}
)


class Shortcuts(QObject):
    """Binds the table to `commands` in `window`. A command without a handler is a slip of ours: KeyError.

    Typing keys and mouse buttons are seen at the native window, before Qt hands them to a widget. A filter on the
    application would also be called for widgets that are being destroyed, which Python must not touch."""

    def __init__(self, window: QWidget, theme: Theme, commands: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(window)
        self._theme = theme
        self._commands = commands
        self._typing_keys: dict[str, str] = {}
        self.is_live = True
        """False while the player is not shown: first run has fields and choices of its own"""
        for binding in BINDINGS:
            command = commands[binding.command]
            for keys in binding.keys:
                if binding.is_typing_key:
                    self._typing_keys[QKeySequence(keys).toString()] = binding.command
                else:
                    QShortcut(QKeySequence(keys), window).activated.connect(partial(self._run, command))

    def watch(self, native: QWindow) -> None:
        """Once the window has its native one."""
        native.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self._note_hand(event)
        if not self.is_live:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(QApplication.focusWidget(), event)
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            return self._on_mouse(event)
        return False

    def _note_hand(self, event: QEvent) -> None:
        """The focus is marked while the keyboard moves it, and no longer once the mouse is pressed."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._theme.shows_focus = False
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._theme.shows_focus = self._theme.shows_focus or event.key() in MOVES_FOCUS

    def _run(self, command: Callable[[], None]) -> None:
        if self.is_live:
            command()

    def _on_key(self, focused: QWidget | None, event: QKeyEvent) -> bool:
        command = self._typing_keys.get(QKeySequence(event.keyCombination()).toString())
        if command is None or _wants_key(focused, event):
            return False
        self._commands[command]()
        return True

    def _on_mouse(self, event: QMouseEvent) -> bool:
        if event.button() == Qt.MouseButton.BackButton:
            self._commands["back"]()
            return True
        if event.button() == Qt.MouseButton.ForwardButton:
            self._commands["forward"]()
            return True
        return False


def _wants_key(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the key belongs to the widget that has the focus: fields keep all but Ctrl+K and Ctrl+L, a focused
    button keeps Space, sliders keep the arrows, lists keep letters for type-ahead and arrows across columns."""
    key, is_ctrl = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if isinstance(widget, (QLineEdit, QTextEdit, QPlainTextEdit)):
        return not (is_ctrl and key in (Qt.Key.Key_K, Qt.Key.Key_L))
    if isinstance(widget, QAbstractButton):
        return key == Qt.Key.Key_Space
    if isinstance(widget, QAbstractSlider):
        return not is_ctrl and key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
    if isinstance(widget, QAbstractItemView):
        return not is_ctrl and key in (Qt.Key.Key_M, Qt.Key.Key_Slash)
    return False
