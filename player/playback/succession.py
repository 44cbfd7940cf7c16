"""What follows the song that plays, and how: at which gain, with how long a fade; and what the look-ahead fetches.

Owned by `Transport`; asked after every change of the queue or of these wishes. On the `net` loop.
"""

from __future__ import annotations

from player.domain.catalogue import Track
from player.domain.playback import QueueEntry
from player.playback.crossfade import crossfade_s
from player.playback.deck import Deck
from player.playback.engine_port import Engine
from player.playback.loudness import LoudnessMode, gain_db
from player.playback.queue import Queue
from player.playback.sleep_timer import SleepWatch
from player.playback.streams import Streams

PLAN_AHEAD = 6  # songs told to the look-ahead: two minutes of the shortest usual songs


class Succession:
    def __init__(self, queue: Queue, deck: Deck, engine: Engine, streams: Streams, sleep: SleepWatch) -> None:
        self._queue = queue
        self._deck = deck
        self._engine = engine
        self._streams = streams
        self._sleep = sleep
        self._leaving: Track | None = None
        self.loudness = LoudnessMode.AUTO
        self.target_lufs = -14.0
        self.crossfade_s = 0.0

    def plan(self) -> None:
        if not self._deck.is_loaded:
            self._streams.plan(())
            return
        # A song that still fades out is read to its end: it goes behind everything else, but stays.
        leaving = () if self._leaving is None else (self._leaving,)
        self._streams.plan(self._queue.upcoming(PLAN_AHEAD) + leaving)
        following = None if self._sleep.ends_with_song else self._queue.following()
        if following is None:
            self._deck.set_next(None)
        else:
            self._deck.set_next(following, self.gain_db(following), self._fade_s(following))

    def fades_out(self, track: Track) -> None:
        self._leaving = track

    def faded(self) -> None:
        self._leaving = None

    def gain_db(self, entry: QueueEntry) -> float:
        before, after = self._queue.neighbours(entry)
        return gain_db(self.loudness, self.target_lufs, entry.track, before, after)

    def _fade_s(self, following: QueueEntry) -> float:
        current = self._queue.current
        if current is None or current.id == following.id or not self._engine.can_fade:
            return 0.0  # a song that repeats goes on as it was made
        return crossfade_s(self.crossfade_s, current.track, following.track)
