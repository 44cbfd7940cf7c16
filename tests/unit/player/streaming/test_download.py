"""One request, with a source and a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from player.errors import NetworkError, PlayerError, ProtocolError
from player.network.client import build_client
from player.streaming.download import TRICKLE_BYTES, TRICKLE_WINDOW_S, Download
from player.streaming.opening import Opener
from player.streaming.sources import SegmentRequest
from player.streaming.track_media import TrackMedia
from tests.support.media_server import MediaServer, running_media_server, song


@dataclass
class HandClock:
    now_s: float = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


class Pieces:
    """Gives these pieces, each a tenth of a second after the other, then fails if told so."""

    name = "test"

    def __init__(self, clock: HandClock, pieces: list[bytes], error: PlayerError | None = None) -> None:
        self._clock = clock
        self._pieces = pieces
        self._error = error
        self.resumed_at: list[int] = []

    async def chunks(self, request: SegmentRequest, resume_at: int = 0) -> AsyncGenerator[bytes, None]:
        self.resumed_at.append(resume_at)
        for piece in self._pieces:
            self._clock.now_s += 0.1
            yield piece
        if self._error is not None:
            raise self._error


async def opened(server: MediaServer) -> tuple[Opener, TrackMedia]:
    async with build_client() as client:
        opener = Opener(client, server.open_stream)
        return opener, await opener.open(server.track("one"), lambda ladder: ladder.top)


def download(media: TrackMedia, opener: Opener, source: Pieces, clock: HandClock, slot: int = 1) -> Download:
    rung = next(iter(media.playlists))
    return Download(media, slot, rung, is_relayed=False, is_upgrade=False, opener=opener, source=source, clock=clock)


def test_a_broken_transfer_goes_on_and_a_wrong_one_starts_again() -> None:
    async def scenario(server: MediaServer) -> None:
        opener, media = await opened(server)
        clock, data = HandClock(), song(1).segments[3][1]
        broken = Pieces(clock, [data[:5000]])
        assert isinstance(await download(media, opener, broken, clock).run(), NetworkError)
        wrong = Pieces(clock, [bytes(5000)])
        assert isinstance(await download(media, opener, wrong, clock, slot=2).run(), ProtocolError)
        assert media.partial is None
        assert isinstance(await download(media, opener, broken, clock).run(), NetworkError)
        rest = Pieces(clock, [data[5000:9000], data[9000:]])
        last = download(media, opener, rest, clock)
        assert await last.run() is None
        assert rest.resumed_at == [5000]
        held = media.held(1)
        assert held is not None
        assert data.endswith(held.data)
        transfer = last.transfer(3.0)
        assert transfer.first_byte_s == pytest.approx(0.1)
        assert transfer.elapsed_s == pytest.approx(0.2)
        assert transfer.got_kbit == pytest.approx((len(data) - 5000) * 0.008)

    with running_media_server(one=song(1)) as server:
        asyncio.run(scenario(server))


def test_a_connection_that_all_but_stops_is_noticed_a_slow_link_is_not() -> None:
    async def scenario(server: MediaServer) -> None:
        opener, media = await opened(server)
        clock = HandClock()
        idle = download(media, opener, Pieces(clock, []), clock)
        assert not idle.is_trickling()
        idle.is_requested = True
        for bytes_per_s, is_dead in ((TRICKLE_BYTES, False), (100, True)):
            verdicts = []
            for _ in range(int(TRICKLE_WINDOW_S) + 2):
                verdicts.append(idle.is_trickling())
                clock.now_s += 1.0
                idle.got_bytes += bytes_per_s
            assert verdicts[-1] is is_dead
            assert not verdicts[0]

    with running_media_server(one=song(1)) as server:
        asyncio.run(scenario(server))


def test_readers_get_nothing_before_the_controller_allows_it() -> None:
    async def scenario(server: MediaServer) -> None:
        opener, media = await opened(server)
        clock, data = HandClock(), song(1).segments[3][1]
        rung = next(iter(media.playlists))
        seen: list[bool] = []

        class Judged(Pieces):
            async def chunks(self, request: SegmentRequest, resume_at: int = 0) -> AsyncGenerator[bytes, None]:
                async for piece in super().chunks(request, resume_at):
                    yield piece
                    if trial.transfer(0.0).download_s >= 0.15:
                        trial.allow_relay()
                    seen.append(media.partial is not None and media.partial.is_relayed)

        source = Judged(clock, [data[:100], data[100:200], data[200:300], data[300:400], data[400:]])
        trial = Download(
            media, 1, rung,
            is_relayed=False, is_upgrade=False, opener=opener, source=source, clock=clock,
        )  # fmt: skip
        trial.relay()
        assert not trial.is_relayed
        assert await trial.run() is None
        assert seen[:4] == [False, False, True, True]

    with running_media_server(one=song(1)) as server:
        asyncio.run(scenario(server))
