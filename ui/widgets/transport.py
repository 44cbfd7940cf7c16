"""The bar at the bottom: what plays, the controls, the waveform, the sound. GUI thread; shows `TransportState`."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from player.domain.playback import Repeat
from ui.covers import CoverLoader
from ui.presenters.sound_options import SoundOptionsPresenter, SoundState
from ui.presenters.transport import TransportPresenter, TransportState
from ui.theme.theme import Theme
from ui.theme.tokens import RADIUS, SIZE, SPACE, TYPE
from ui.widgets.buttons import IconButton, ThemedButton, ToggleIconButton
from ui.widgets.cover import CoverView
from ui.widgets.grounds import Ground
from ui.widgets.plain_label import PlainLabel
from ui.widgets.seek_bar import SeekBar
from ui.widgets.sound_menus import open_above, options_menu
from ui.widgets.sound_part import SoundPart, Unusual
from ui.wording import clock_time

REPEAT_WORDS = {Repeat.OFF: "Repeat", Repeat.ALL: "Repeating all", Repeat.ONE: "Repeating this song"}


class Transport(Ground):
    panel_asked = Signal(str)
    """queue, lyrics or stream: its button was pressed"""
    album_asked = Signal()
    artist_asked = Signal()

    def __init__(
        self, theme: Theme, presenter: TransportPresenter, options: SoundOptionsPresenter, covers: CoverLoader
    ) -> None:
        super().__init__(theme, "surface", Qt.Edge.TopEdge)
        self.setObjectName("transport")
        self._theme = theme
        self._presenter = presenter
        self._options = options
        self.sound = SoundPart(theme, presenter, options)
        self.sound.panel_asked.connect(self.panel_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, SPACE.hair, SPACE.l, 0)
        row.setSpacing(SPACE.l)
        row.addWidget(self._build_song(covers), 3)
        row.addWidget(self._build_middle(), 6)
        row.addWidget(self.sound, 3)
        presenter.state_changed.connect(self.show_state)
        presenter.place_changed.connect(self.show_place)
        options.state_changed.connect(self._show_options)
        presenter.waveform_changed.connect(self.seek_bar.show_waveform)
        theme.changed.connect(self._fit)
        self._fit()
        self.show_state(presenter.state)

    def _fit(self) -> None:
        """Room for the text at its size."""
        lines = SIZE.transport - SIZE.play
        self.setFixedHeight(SIZE.play + self._theme.scaled(lines))
        for label in (self.elapsed, self.total):
            label.setFixedWidth(label.fontMetrics().horizontalAdvance("00:00:00"))
        self._make_room()

    # ---- building

    def _build_song(self, covers: CoverLoader) -> QWidget:
        theme = self._theme
        self.cover = CoverView(theme, covers, SIZE.now_cover, radius=RADIUS.small)
        self.title = ThemedButton(theme, "title", name="Open the album")
        self.title.clicked.connect(self.album_asked)
        self.artist = ThemedButton(
            theme, "quiet", name="Open the artist", size=TYPE.small, weight=QFont.Weight.Normal
        )
        self.artist.clicked.connect(self.artist_asked)
        self.problem = PlainLabel(theme, size=TYPE.caption, role="bad")
        self.problem.setContentsMargins(SPACE.xs + SPACE.hair, 0, 0, 0)  # under the letters of the title
        self.like = ToggleIconButton(theme, "heart", "Like", icon_on="heart-fill")
        self.like.clicked.connect(self._presenter.toggle_liked)
        self.options = IconButton(theme, "dots-three", "Speed and sleep timer")
        self.options.setObjectName("playback_options")
        self.options.clicked.connect(self.open_options)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.title, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(self.artist, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(self.problem)
        words.addStretch(1)
        part, row = _row(SPACE.s)
        row.addWidget(self.cover)
        row.addLayout(words)
        row.addWidget(self.like)
        row.addWidget(self.options)
        row.addStretch(1)
        part.setMinimumWidth(SIZE.now_cover + SPACE.m)
        return part

    def _build_middle(self) -> QWidget:
        theme, presenter = self._theme, self._presenter
        self.shuffle = ToggleIconButton(theme, "shuffle-simple", "Shuffle")
        self.shuffle.clicked.connect(presenter.set_shuffled)
        self.previous = IconButton(theme, "skip-back", "Previous", role="text")
        self.previous.clicked.connect(presenter.previous)
        self.play = IconButton(theme, "play-fill", "Play", role="on_accent", kind="play", box_px=SIZE.play)
        self.play.clicked.connect(presenter.toggle)
        self.next = IconButton(theme, "skip-forward", "Next", role="text")
        self.next.clicked.connect(presenter.next)
        self.repeat = ToggleIconButton(theme, "repeat", "Repeat")
        self.repeat.clicked.connect(presenter.cycle_repeat)
        controls = QHBoxLayout()
        controls.setSpacing(SPACE.s)
        controls.addWidget(QWidget(), 1)
        for button in (self.shuffle, self.previous, self.play, self.next, self.repeat):
            controls.addWidget(button)
        controls.insertSpacing(3, SPACE.xs)
        controls.insertSpacing(5, SPACE.xs)
        self.unusual = Unusual(theme, self._options)
        controls.addWidget(self.unusual, 1)
        self.elapsed = PlainLabel(theme, "0:00", size=TYPE.small, role="muted", tabular=True)
        self.total = PlainLabel(theme, "0:00", size=TYPE.small, role="muted", tabular=True)
        self.elapsed.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.seek_bar = SeekBar(theme)
        self.seek_bar.seek_asked.connect(presenter.seek)
        self.seek_bar.setMaximumWidth(SIZE.seek_width)
        place = QHBoxLayout()
        place.setSpacing(SPACE.m)
        place.addStretch(1)
        place.addWidget(self.elapsed)
        place.addWidget(self.seek_bar, 1000)
        place.addWidget(self.total)
        place.addStretch(1)
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, SPACE.xs, 0, SPACE.s)
        column.setSpacing(SPACE.xs)
        column.addLayout(controls)
        column.addLayout(place)
        return part

    # ---- showing

    def show_panel(self, panel: str) -> None:
        self.sound.show_panel(panel)

    def show_state(self, state: TransportState) -> None:
        self._show_song(state)
        self._show_controls(state)
        self.sound.show_state(state)

    def _show_song(self, state: TransportState) -> None:
        track = state.track
        self.cover.show_cover(track.cover if track else None, track.album.title if track and track.album else "")
        self.title.show_text(track.title if track else "Nothing plays yet", SIZE.now_text)
        self.title.show_role("text" if track else "muted")
        for label in (self.elapsed, self.total):
            label.setVisible(track is not None)
        self.title.setEnabled(bool(track and track.album))
        self.artist.show_text(track.artist_line if track else "", SIZE.now_text)
        self.artist.setVisible(bool(track and track.artists) and not state.problem)
        self.problem.set_text(state.problem)
        self.problem.setVisible(bool(state.problem))
        self.like.setVisible(state.can_like)
        self.like.show_on(state.is_liked)
        self.like.rename("Take the like back" if state.is_liked else "Like")

    def _show_controls(self, state: TransportState) -> None:
        has_song = state.track is not None
        self.play.set_icon("pause-fill" if state.wants_sound else "play-fill", "on_accent")
        self.play.rename("Pause" if state.wants_sound else "Play")
        self.play.setEnabled(has_song)
        self.previous.setEnabled(state.can_move)
        self.next.setEnabled(state.can_move)
        self.shuffle.show_on(state.is_shuffled)
        self.repeat.show_on(state.repeat is not Repeat.OFF)
        self.repeat.set_icon(
            "repeat-once" if state.repeat is Repeat.ONE else "repeat",
            "muted" if state.repeat is Repeat.OFF else "accent",
        )
        self.repeat.rename(REPEAT_WORDS[state.repeat])
        self.seek_bar.show_duration(state.duration_s if has_song else 0.0)
        self.total.set_text(clock_time(state.duration_s))

    def _show_options(self, state: SoundState) -> None:
        self.options.set_icon("dots-three", "muted" if state.is_usual else "accent")

    def open_options(self) -> None:
        open_above(options_menu(self._theme, self._options, self.options), self.options)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window keeps the buttons and lets go of the line: the wheel and the keys change the volume too."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        has_room = self.width() >= self._theme.scaled(SIZE.panel_floats_below)
        self.sound.volume.setVisible(has_room)
        self.unusual.set_room(has_room)

    def show_place(self, position_s: float, buffered_s: float) -> None:
        self.seek_bar.show_place(position_s, buffered_s)
        shown = clock_time(position_s)
        if shown != self.elapsed.text():
            self.elapsed.set_text(shown)


def _row(spacing: int) -> tuple[QWidget, QHBoxLayout]:
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    return part, row
