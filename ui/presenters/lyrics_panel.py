"""The words of the song playing and the line sung now. GUI thread.

Nothing is fetched while the panel is hidden: the window calls `set_shown`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from player.domain.catalogue import LyricLine, Lyrics, Track
from player.domain.ids import TrackId
from player.domain.playback import PlaybackState
from player.errors import PlayerError
from player.playback.port import PlaybackEvent
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.lyric_nudges import LyricNudges
from ui.presenters.states import in_one_line

LEAD_S = 0.15  # a line lights up a little early: positions come four times a second


@dataclass(frozen=True, slots=True)
class LyricsState:
    """`message` where there are no lines to show."""

    lines: tuple[LyricLine, ...] = ()
    is_synced: bool = False
    message: str = "Play a song to see its words."


class LyricsPresenter(QObject):
    state_changed = Signal(object)
    line_changed = Signal(int)
    """the index of the line sung now, -1 before the first"""
    nudge_changed = Signal(float)
    """seconds the words of this song come later than written"""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._scope = GuiScope(core.runtime)
        self._fetching = GuiScope(core.runtime)
        self._nudges = LyricNudges(core.settings)
        self._nudge_s = 0.0
        self._is_shown = False
        self._track_id: TrackId | None = None
        self._starts: list[float] = []
        self._line = -1
        self._state = LyricsState()
        self._scope.listen(core.playback.subscribe, self._on_event)

    @property
    def state(self) -> LyricsState:
        return self._state

    def close(self) -> None:
        self._scope.close()
        self._fetching.close()

    def set_shown(self, is_shown: bool) -> None:
        self._is_shown = is_shown
        if is_shown:
            self._follow(self._core.playback.state)

    def seek_to(self, line: int) -> None:
        start = self._state.lines[line].start_s if 0 <= line < len(self._state.lines) else None
        if start is not None:
            self._scope.run(self._core.playback.seek(max(0.0, start + self._nudge_s)), err=lambda _error: None)

    def nudge(self, step_s: float) -> None:
        """The words come later by `step_s`, or earlier; kept for this song."""
        self._set_nudge(self._nudge_s + step_s)

    def reset_nudge(self) -> None:
        self._set_nudge(0.0)

    def _set_nudge(self, nudge_s: float) -> None:
        if self._track_id is not None:
            self._nudge_s = self._nudges.keep(self._track_id, nudge_s)
            self.nudge_changed.emit(self._nudge_s)
            self._follow(self._core.playback.state)

    def retry(self) -> None:
        self._track_id = None
        self._follow(self._core.playback.state)

    def _on_event(self, event: PlaybackEvent) -> None:
        if self._is_shown and isinstance(event, PlaybackState):
            self._follow(event)

    def _follow(self, playback: PlaybackState) -> None:
        track = playback.entry.track if playback.entry else None
        if (track.id if track else None) != self._track_id:
            self._track_id = track.id if track else None
            self._nudge_s = self._nudges.of(track.id) if track else 0.0
            self.nudge_changed.emit(self._nudge_s)
            self._fetch(track)
        line = bisect_right(self._starts, playback.position_s + LEAD_S - self._nudge_s) - 1
        if line != self._line:
            self._line = line
            self.line_changed.emit(line)

    def _fetch(self, track: Track | None) -> None:
        self._fetching.close()
        self._fetching = GuiScope(self._core.runtime)
        service = self._core.accounts.service
        if track is None:
            self._show(LyricsState())
        elif not track.has_lyrics:
            self._show(LyricsState(message="There are no words for this song."))
        elif service is None:
            self._show(LyricsState(message="Segue is not connected: the words cannot be fetched now."))
        else:
            self._show(LyricsState(message="Fetching the words"))
            self._fetching.run(service.lyrics(track.id), self._arrived, self._failed)

    def _arrived(self, lyrics: Lyrics | None) -> None:
        if lyrics is None or not lyrics.lines:
            self._show(LyricsState(message="There are no words for this song."))
        else:
            self._show(LyricsState(lyrics.lines, lyrics.is_synced, ""))
            self._follow(self._core.playback.state)

    def _failed(self, error: PlayerError) -> None:
        self._show(LyricsState(message=in_one_line(error, "fetch the words")))

    def _show(self, state: LyricsState) -> None:
        self._state = state
        self._starts = [line.start_s or 0.0 for line in state.lines] if state.is_synced else []
        self._line = -1
        self.state_changed.emit(state)
        self.line_changed.emit(-1)
