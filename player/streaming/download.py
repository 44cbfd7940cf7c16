"""One request for one segment, from its first byte to the check of its last. Runs as a task of the `net` loop under
the eye of player/streaming/look_ahead.py, which may cancel it at any moment; what has come stays in the media's
`partial`, and a later request of the same rendition goes on from there.
"""

from __future__ import annotations

from collections import deque
from contextlib import aclosing

from player.clock import Clock
from player.errors import NetworkError, PlayerError, ProtocolError
from player.streaming.abr.state import Extra, Transfer
from player.streaming.head_start import HeadStart
from player.streaming.opening import Opener
from player.streaming.sources import SegmentRequest, SegmentSource
from player.streaming.track_media import Partial, TrackMedia

TRICKLE_WINDOW_S = 8.0
TRICKLE_BYTES = 4_000  # less in that window is a dead or hostile connection, not a slow link: 4 kbit/s


class Download:
    """No reader gets a byte of it before it is whole, but where one is to have it as it comes (`relay`) and the
    controller has nothing against that (`allow_relay`).
    `run` never raises a PlayerError: it returns it. Cancelling it is always safe."""

    def __init__(
        self,
        media: TrackMedia,
        slot: int,
        rung: int,
        *,
        is_relayed: bool,
        is_upgrade: bool,
        opener: Opener,
        source: SegmentSource,
        clock: Clock,
        extra: Extra | None = None,
        head: HeadStart | None = None,
    ) -> None:
        self.media = media
        self.slot = slot
        self.rung = rung
        self.is_upgrade = is_upgrade
        self.extra = extra
        self.got_bytes = 0
        self.started_s = clock.monotonic_s()
        self.first_byte_s: float | None = None
        """from `started_s`"""
        self.is_requested = False
        self._is_relay_wanted = is_relayed
        self._is_relay_allowed = False
        self._head = head
        self._opener = opener
        self._source = source
        self._clock = clock
        self._size_bytes = 0
        self._partial: Partial | None = None
        self._marks: deque[tuple[float, int]] = deque()

    async def run(self) -> PlayerError | None:
        """None when the segment is whole and stored."""
        try:
            await self._fetch()
        except PlayerError as error:
            return self._broken(error)
        return None

    def _broken(self, error: PlayerError) -> PlayerError | None:
        """What a failure leaves: a segment that is whole all the same, one to be gone on with, or nothing."""
        partial = self._partial
        if partial is None:
            return error
        if not isinstance(error, NetworkError):
            self.media.discard(partial)
            return error
        if not partial.reader.is_whole:
            return error
        try:
            self._complete(partial)
        except PlayerError as wrong:
            self.media.discard(partial)
            return wrong
        return None

    async def _fetch(self) -> None:
        playlist = await self._opener.playlist(self.media, self.rung)
        address = playlist.segments[self.slot]
        partial = self._partial = self.media.begin(self.slot, self.rung, is_relayed=self.is_relayed)
        span = address.byte_range
        resume_at = partial.reader.received
        self._size_bytes = (span.count if span else self._usual_bytes()) - resume_at
        request = SegmentRequest(self.media.track.id, self.slot, self.media.kbps(self.rung), address)
        self.is_requested = True
        head = self._head
        self.started_s = self._clock.monotonic_s() if head is None else head.started_s
        source = self._source.chunks(request, resume_at) if head is None else head.chunks()
        async with aclosing(source) as chunks:
            async for chunk in chunks:
                self._arrived(len(chunk))
                self.media.feed(partial, chunk)
        self._complete(partial)

    def _complete(self, partial: Partial) -> None:
        try:
            partial.reader.finish()
        except ProtocolError as error:
            if partial.reader.is_short:
                raise NetworkError("a segment broke off") from error
            raise
        data = bytes(partial.reader.passed)
        if not self.media.layout.fits(self.slot, len(data)):
            raise ProtocolError("a segment does not fit its slot")
        self.media.store(self.slot, self.rung, data)

    def _arrived(self, count: int) -> None:
        if self.first_byte_s is None:
            before_s = None if self._head is None else self._head.first_byte_s
            self.first_byte_s = self._clock.monotonic_s() - self.started_s if before_s is None else before_s
        self.got_bytes += count

    @property
    def is_relayed(self) -> bool:
        return self._is_relay_wanted and self._is_relay_allowed

    @property
    def is_kept_back(self) -> bool:
        """Somebody waits for these bytes, and may not have them yet."""
        return self._is_relay_wanted and not self._is_relay_allowed

    def relay(self) -> None:
        """Readers get the bytes as they come, from when that is allowed."""
        if not self._is_relay_wanted:
            self._is_relay_wanted = True
            self._relay()

    def allow_relay(self) -> None:
        if not self._is_relay_allowed:
            self._is_relay_allowed = True
            self._relay()

    def _relay(self) -> None:
        if self.is_relayed and self._partial is not None:
            self.media.begin(self.slot, self.rung, is_relayed=True)
            self.media.wake_readers()

    def is_trickling(self) -> bool:
        """Whether this request has all but stopped; to be asked regularly while it runs."""
        if not self.is_requested:
            return False
        now_s = self._clock.monotonic_s()
        self._marks.append((now_s, self.got_bytes))
        while len(self._marks) > 1 and now_s - self._marks[1][0] >= TRICKLE_WINDOW_S:
            self._marks.popleft()
        since_s, before = self._marks[0]
        return now_s - since_s >= TRICKLE_WINDOW_S and self.got_bytes - before < TRICKLE_BYTES

    def transfer(self, buffer_s: float) -> Transfer:
        """As the controller sees it."""
        return Transfer(
            ladder=self.media.ladder,
            rung=self.rung,
            duration_s=self.media.grid.duration_s(self.slot),
            size_kbit=max(self._size_bytes or self._usual_bytes(), self.got_bytes) * 8 / 1000,
            got_kbit=self.got_bytes * 8 / 1000,
            elapsed_s=self._clock.monotonic_s() - self.started_s,
            first_byte_s=self.first_byte_s,
            buffer_s=buffer_s,
            extra=self.extra,
        )

    def _usual_bytes(self) -> int:
        rate = self.media.ladder.rates_kbps[self.rung]
        return round(rate * 125 * self.media.grid.duration_s(self.slot))
