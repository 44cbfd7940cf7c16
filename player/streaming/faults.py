"""What failed, how often, and what to do about it: the policy of failures, apart from the doing. Pure (the jitter
comes from the Backoff it is given); used by player/streaming/look_ahead.py on the `net` loop.
"""

from __future__ import annotations

from enum import Enum

from player.domain.ids import TrackId
from player.errors import (
    AuthError,
    Conflict,
    Damaged,
    NetworkError,
    NotFound,
    PlayerError,
    ProtocolError,
    RateLimited,
    Rejected,
    SongChanged,
    UnexpectedPage,
)
from player.network.retry import Backoff

LOWEST_AFTER = 2  # failures of one segment in a row
NONSENSE_LIMIT = 4  # a refusal, or nonsense that is no sign-in page, is the song's own, unless it was a hiccup
CHANGED_LIMIT = 9  # a file that was replaced is read again by its server meanwhile: 20 s
REOPEN_LIMIT = 4  # fresh addresses that are refused again and again, for 2 s, are not a matter of expiry
STUCK_AFTER = 6  # wrong answers in a row to what others have given before: it is this rendition
REOPEN_EVERY = 2  # network failures in a row: the server may have come back elsewhere, as a local backend does
AHEAD_PAUSE_S = 10.0
TRIES_AT_OPENING = {
    ProtocolError: NONSENSE_LIMIT,
    NotFound: NONSENSE_LIMIT,
    Rejected: NONSENSE_LIMIT,
    Conflict: CHANGED_LIMIT,
}


class Remedy(Enum):
    RETRY = "try again"
    REOPEN = "get fresh addresses"
    REOPEN_LATER = "try again, at fresh addresses"
    GIVE_UP = "the song cannot play"


class Faults:
    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._segments: dict[tuple[TrackId, int], int] = {}
        self._reopened: dict[TrackId, int] = {}
        self._nonsense: dict[TrackId, int] = {}
        self._ahead_s: dict[TrackId, float] = {}
        self.last_error: PlayerError | None = None

    @property
    def is_failing(self) -> bool:
        """Requests fail now, as against: the link is slow."""
        return self._backoff.failures > 0

    def wants_lowest(self, track_id: TrackId, slot: int) -> bool:
        return self._segments.get((track_id, slot), 0) >= LOWEST_AFTER

    def segment_failed(self, track_id: TrackId, slot: int, error: PlayerError) -> Remedy:
        self.last_error = error
        failures = self._segments[track_id, slot] = self._segments.get((track_id, slot), 0) + 1
        if isinstance(error, SongChanged):
            return Remedy.GIVE_UP
        if isinstance(error, (NotFound, Rejected, AuthError)):
            reopened = self._reopened[track_id] = self._reopened.get(track_id, 0) + 1
            if reopened > REOPEN_LIMIT:
                self._answered(track_id)
                return Remedy.GIVE_UP
            return Remedy.REOPEN if reopened == 1 else Remedy.REOPEN_LATER
        is_unreached = isinstance(error, NetworkError) and not isinstance(error, (RateLimited, Damaged))
        return Remedy.REOPEN_LATER if is_unreached and failures % REOPEN_EVERY == 0 else Remedy.RETRY

    def is_stuck(self, track_id: TrackId, slot: int, error: PlayerError) -> bool:
        """The server answers, and what it sends for this segment stays wrong."""
        is_wrong = isinstance(error, (Damaged, ProtocolError)) and not isinstance(error, UnexpectedPage)
        return is_wrong and self._segments.get((track_id, slot), 0) >= STUCK_AFTER

    def succeeded(self, track_id: TrackId, slot: int) -> None:
        self._segments.pop((track_id, slot), None)
        self._reopened.pop(track_id, None)
        self._recovered()

    def opening_failed(self, track_id: TrackId, error: PlayerError) -> Remedy:
        self.last_error = error
        if error.retryable and not isinstance(error, SongChanged):
            return Remedy.RETRY
        limit = TRIES_AT_OPENING.get(type(error), 0)
        tries = self._nonsense[track_id] = self._nonsense.get(track_id, 0) + 1
        if tries < limit:
            return Remedy.RETRY
        del self._nonsense[track_id]
        self._answered(track_id)
        return Remedy.GIVE_UP

    def opened(self, track_id: TrackId) -> None:
        self._nonsense.pop(track_id, None)
        self._recovered()

    def ahead_failed(self, track_id: TrackId, now_s: float) -> None:
        self._ahead_s[track_id] = now_s

    def may_open(self, track_id: TrackId, now_s: float) -> bool:
        """A song that could not be opened ahead is left alone for a while."""
        failed_s = self._ahead_s.get(track_id)
        return failed_s is None or now_s - failed_s >= AHEAD_PAUSE_S

    def wait_s(self, error: PlayerError) -> float:
        """How long to wait before the next try; a server that says how long is obeyed."""
        wait_s = self._backoff.next_s()
        return max(wait_s, error.retry_after_s) if isinstance(error, RateLimited) else wait_s

    def _answered(self, track_id: TrackId) -> None:
        """The server said no to the end: that is no network that fails, and the next song is not to wait for it."""
        self._reopened.pop(track_id, None)
        self._backoff.reset()

    def _recovered(self) -> None:
        self._backoff.reset()
        self.last_error = None
