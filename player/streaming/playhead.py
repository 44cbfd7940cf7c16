"""Where the music is and what follows it: the plan, the position that the engine reports, where its readers stand,
and what of all that is held. Owned by player/streaming/look_ahead.py; on the `net` loop.
"""

from __future__ import annotations

from collections.abc import Sequence

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.streaming.outlook import Outlook, Place, Song, outlook, place
from player.streaming.songs import Songs
from player.streaming.track_media import TrackMedia

SEEK_S = 3.0  # a position that far from the one reported before is a seek
REACHED_S = 1.0  # the music has come to a segment that cannot be had: mpv stops a little before the last sample


class Playhead:
    """`look_ahead_s` counts the listener's seconds, of which one takes `speed` seconds of music."""

    def __init__(self, songs: Songs, look_ahead_s: float) -> None:
        self.look_ahead_s = look_ahead_s
        self.is_metered = False
        self.speed = 1.0
        self.tracks: tuple[Track, ...] = ()
        """what plays, then what follows"""
        self.is_opening = True
        """nothing has been heard since a start, a skip or a seek"""
        self.buffer_s = 0.0
        """audio held without a hole from the position on, over the songs of the plan; `measure` alone sets it"""
        self._songs = songs
        self._position_s: float | None = None

    @property
    def current(self) -> TrackId | None:
        return self.tracks[0].id if self.tracks else None

    @property
    def media(self) -> TrackMedia | None:
        """The playing song, once it is open."""
        return None if self.current is None else self._songs.get(self.current)

    @property
    def is_starved(self) -> bool:
        """A reader of the playing song waits, or the song is not even open."""
        media = self.media
        return bool(media.waiting_slots()) if media is not None else bool(self.tracks)

    def plan(self, tracks: Sequence[Track]) -> bool:
        """Whether another song plays now."""
        before, self.tracks = self.current, tuple(tracks)
        if self.current == before:
            return False
        self.is_opening, self._position_s = True, None
        return True

    def report(self, position_s: float, *, is_sounding: bool) -> None:
        """Of the playing song."""
        before_s, self._position_s = self._position_s, position_s
        if (media := self.media) is None:
            return
        is_held = media.held(media.grid.slot_at(position_s)[0]) is not None
        if before_s is not None and not is_held and not 0.0 <= position_s - before_s < SEEK_S:
            self.is_opening = True
        elif is_sounding and is_held:
            self.is_opening = False

    def place(self, media: TrackMedia) -> Place:
        """In `media`, which is the playing song."""
        now = place(media, self._position_s)
        self.is_opening = self.is_opening or now.is_jump
        return now

    def look(self) -> tuple[Outlook, Place] | None:
        """None while the playing song is not open."""
        if (media := self.media) is None:
            return None
        now = self.place(media)
        songs = [Song(track, self._songs.get(track.id)) for track in self.tracks]
        ahead = outlook(
            songs,
            now,
            self.look_ahead_s,
            is_opening=self.is_opening,
            is_metered=self.is_metered,
            speed=self.speed,
        )
        return ahead, now

    def measure(self) -> Outlook | None:
        """The buffer as it is now, for every figure that is told of it."""
        seen = self.look()
        self.buffer_s = 0.0 if seen is None else seen[0].state.buffer_s
        return None if seen is None else seen[0]

    def to_play_s(self, media: TrackMedia, now: Place, slot: int) -> float:
        """How much music is left before this slot of the playing song."""
        return media.grid.start_s(slot) - media.grid.start_s(now.slot) - now.into_s

    def end_where_refused(self) -> None:
        """End the playing song once the music has come to a segment that cannot be had."""
        if (media := self.media) is None:
            return
        now = self.place(media)
        for slot in media.waiting_slots():
            error = media.refusal(slot)
            if error is not None and self.to_play_s(media, now, slot) < REACHED_S:
                media.fail(error)
                return
