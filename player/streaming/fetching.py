"""One request at a time, from its start to what follows from its end: judged while it runs, counted when it is done,
and when it failed, the wait and the fresh addresses before the next try. On the `net` loop; what to fetch is decided
by player/streaming/look_ahead.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from player.clock import Clock
from player.domain.stream import SegmentFetch
from player.errors import NetworkError, PlayerError
from player.runtime import Runtime
from player.streaming.abr.controller import Controller
from player.streaming.abr.state import Fetch, Transfer
from player.streaming.download import Download
from player.streaming.faults import Faults, Remedy
from player.streaming.head_start import HeadStart
from player.streaming.health import FetchMeter
from player.streaming.holding import Holding
from player.streaming.opening import Opener
from player.streaming.recall import HeldSource, Recall, Recalled
from player.streaming.sources import SegmentSource
from player.streaming.track_media import TrackMedia

log = logging.getLogger("abr")

TICK_S = 0.1  # how often a request under way is judged
KEPT_BACK_TICK_S = 0.02  # while somebody waits for bytes that have come: three packets at 2 Mbit/s

Errand = Download | Recalled


class Fetching:
    """`buffer_s` tells what is left to play now; `on_fetch` hears of every finished segment."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        clock: Clock,
        controller: Controller,
        opener: Opener,
        source: SegmentSource,
        held: HeldSource | None,
        faults: Faults,
        holding: Holding,
        buffer_s: Callable[[], float],
        on_fetch: Callable[[SegmentFetch], None],
    ) -> None:
        self.speed = 1.0
        """of the music; LookAhead sets it"""
        self.is_metered = False
        """every byte is paid for; LookAhead sets it"""
        self.meter = FetchMeter()
        self.active: Download | None = None
        """the request under way"""
        self._runtime = runtime
        self._clock = clock
        self._controller = controller
        self._opener = opener
        self._source = source
        self._recall = None if held is None else Recall(held, clock, self._recalled)
        self._faults = faults
        self._holding = holding
        self._buffer_s = buffer_s
        self._on_fetch = on_fetch
        self._task: asyncio.Task[PlayerError | None] | None = None
        self._instead: tuple[TrackMedia, int, int] | None = None
        """the segment just abandoned and the rung to fetch it in"""

    def errand(self, media: TrackMedia, slot: int, fetch: Fetch, *, is_relayed: bool) -> Errand:
        """For `perform`: a request, or what this computer has already where that does as well."""
        head = media.take_head_start(slot)
        if head is not None:
            return self._download(media, slot, head.rung, fetch, is_relayed=is_relayed, head=head)
        rung = self._rung(media, slot, fetch)
        if self._recall is not None:
            is_dear = self.is_metered or self._faults.is_failing
            recalled = self._recall.instead_of(media, slot, rung, self._controller.copy_kbps, is_dear=is_dear)
            if recalled is not None:
                return recalled
        return self._download(media, slot, rung, fetch, is_relayed=is_relayed)

    def _rung(self, media: TrackMedia, slot: int, fetch: Fetch) -> int:
        """That which a reader has begun, the lowest after failures, or that for which the request before was
        abandoned, if need be."""
        fixed = media.fixed_rung(slot)
        if fixed is not None:
            return fixed
        if self._faults.wants_lowest(media.track.id, slot):
            return 0
        if self._instead is not None and self._instead[:2] == (media, slot):
            return self._instead[2]
        return fetch.rung

    def _download(
        self,
        media: TrackMedia,
        slot: int,
        rung: int,
        fetch: Fetch,
        *,
        is_relayed: bool,
        head: HeadStart | None = None,
    ) -> Download:
        download = Download(
            media, slot, rung,
            is_relayed=is_relayed, is_upgrade=fetch.is_upgrade, extra=fetch.extra, head=head,
            opener=self._opener, source=self._source, clock=self._clock,
        )  # fmt: skip
        if self._controller.may_relay(self._transfer(download)):
            download.allow_relay()
        return download

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def perform(self, errand: Errand) -> None:
        """Returns when the request has ended, and after a failure when the next may begin."""
        if isinstance(errand, Download):
            await self._request(errand)
        elif self._recall is not None:
            self._instead = None
            await self._recall.perform(errand)

    async def _request(self, download: Download) -> None:
        task = self._runtime.spawn(download.run(), f"segment {download.slot}")
        self.active, self._task, self._instead = download, task, None
        stopped: PlayerError | None = None
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=KEPT_BACK_TICK_S if download.is_kept_back else TICK_S)
                if not task.done():
                    stopped = self._judge(download)
        finally:
            self.active = self._task = None
            task.cancel()
        self.meter.received_bytes += download.got_bytes
        error = stopped if task.cancelled() else task.result()
        if error is not None:
            await self._failed(download, error)
        elif task.cancelled():
            self._controller.aborted(self._transfer(download))
        else:
            self._finished(download)

    def _judge(self, download: Download) -> PlayerError | None:
        """Cancels what should not go on; the error where that is a failure of the link and no choice."""
        if download.is_trickling():
            self.cancel()
            return NetworkError("the connection all but stopped")
        if not download.is_requested or download.media.fixed_rung(download.slot) is not None:
            return None
        transfer = self._transfer(download)
        rung = self._controller.progress(transfer)
        if rung is None:
            if self._controller.may_relay(transfer):
                download.allow_relay()
            return None
        if rung >= 0:
            self._instead = (download.media, download.slot, rung)
        self.meter.abandoned += 1
        self.cancel()
        return None

    def _finished(self, download: Download) -> None:
        media = download.media
        transfer = self._transfer(download)
        self._controller.done(transfer)
        self._faults.succeeded(media.track.id, download.slot)
        self._holding.is_over()
        fetch = SegmentFetch(
            media.track.id, download.slot, media.kbps(download.rung), download.got_bytes,
            download.started_s, transfer.elapsed_s, transfer.first_byte_s or 0.0, self._source.name,
        )  # fmt: skip
        self.meter.fetched(fetch, media.grid.duration_s(download.slot), is_upgrade=download.is_upgrade)
        if self._recall is not None:
            self._recall.keep(media, download.slot)
        self._on_fetch(fetch)

    def _recalled(self, fetch: SegmentFetch, duration_s: float) -> None:
        """It tells nothing of the link: the controller does not hear of it."""
        self.meter.fetched(fetch, duration_s, is_upgrade=False)
        self._on_fetch(fetch)

    def _transfer(self, download: Download) -> Transfer:
        return download.transfer(self._buffer_s()).at_speed(self.speed)

    async def _failed(self, download: Download, error: PlayerError) -> None:
        media, slot = download.media, download.slot
        self.meter.retries += 1
        self._controller.aborted(self._transfer(download))
        remedy = self._faults.segment_failed(media.track.id, slot, error)
        log.info("segment %d of %s failed (%s): %s", slot, media.track.id, error.code, remedy.value)
        if remedy is Remedy.GIVE_UP:
            await self._opener.distrust(media)
            media.refuse(slot, error)
            return
        if media.fixed_rung(slot) and self._faults.is_stuck(media.track.id, slot, error):
            media.close()  # opened again at the position, the segment may come in another rendition
        if remedy is not Remedy.REOPEN:
            await self._holding.wait(error)
        if remedy is not Remedy.RETRY:
            await self._reopen(media, slot)

    async def _reopen(self, media: TrackMedia, slot: int) -> None:
        try:
            await self._opener.reopen(media)
        except PlayerError as error:
            if self._faults.opening_failed(media.track.id, error) is Remedy.GIVE_UP:
                media.refuse(slot, error)
            else:
                await self._holding.wait(error)
