"""How much the words of a song come earlier or later than written, as the listener set it by ear. Made by
LyricsPresenter, GUI thread. Kept in one setting, a song a line, the newest first and not without end.
"""

from __future__ import annotations

from player.domain.ids import TrackId
from player.settings import LYRICS_NUDGES, Settings

STEP_S = 0.2
MOST_S = 10.0
MOST_SONGS = 200


class LyricNudges:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def of(self, track_id: TrackId) -> float:
        """Seconds to add to every line's start."""
        return self._all().get(track_id, 0) / 1000

    def keep(self, track_id: TrackId, nudge_s: float) -> float:
        """What was kept: whole milliseconds within bounds; 0 is forgotten."""
        nudge_ms = round(min(max(nudge_s, -MOST_S), MOST_S) * 1000)
        others = {track: kept for track, kept in self._all().items() if track != track_id}
        known = {track_id: nudge_ms, **others} if nudge_ms else others
        lines = [f"{track} {kept}" for track, kept in list(known.items())[:MOST_SONGS]]
        self._settings.set(LYRICS_NUDGES, "\n".join(lines))
        return nudge_ms / 1000

    def _all(self) -> dict[TrackId, int]:
        found: dict[TrackId, int] = {}
        for line in self._settings.get(LYRICS_NUDGES).splitlines():
            track, _, kept = line.partition(" ")
            if kept.removeprefix("-").isdecimal():
                found[TrackId(track)] = int(kept)
        return found
