"""Opens a song: master playlist, the media playlist of the rendition it will start with, and the init segment; and
gets further media playlists when their rendition is first wanted. What is remembered of the song's last opening is
not asked for again. Used by player/streaming/songs.py on the `net` loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import httpx

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.errors import NetworkError, NotFound, PlayerError, ProtocolError, SongChanged, UnexpectedPage
from player.network.client import PORTAL, is_sign_in_page
from player.network.exchange import exchange
from player.service.port import StreamDocument
from player.streaming.abr.state import Ladder
from player.streaming.head_start import BeginHead, HeadStart
from player.streaming.init_segment import MAX_INIT_BYTES, patch_init, read_init
from player.streaming.playlists import (
    MAX_PLAYLIST_BYTES,
    Address,
    MasterPlaylist,
    MediaPlaylist,
    parse_master,
    parse_media,
)
from player.streaming.recent.openings import NothingRemembered, Opening
from player.streaming.siblings import INIT_NAME, beside, segment_name, sibling
from player.streaming.song_grid import song_grid
from player.streaming.sources import SegmentRequest, media_error
from player.streaming.track_media import TrackMedia
from player.streaming.virtual_mp4 import Layout, slot_bound

DOCUMENT_S = 30.0  # a playlist of a long song on the slowest link
SPARE_BYTES = 8  # room for an empty `free` box

OpenStream = Callable[[TrackId], Awaitable[StreamDocument]]


class Opener:
    """PlayerErrors say why a song cannot be opened."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        open_stream: OpenStream,
        openings: NothingRemembered | None = None,
    ) -> None:
        self._client = client
        self._open_stream = open_stream
        self._openings = openings or NothingRemembered()
        self._is_laid_out_as_ours = True

    async def open(
        self, track: Track, opening_rung: Callable[[Ladder], int], begin_head: BeginHead | None = None
    ) -> TrackMedia:
        """`begin_head` for a song that is to sound as soon as it can: its first segment is asked for at once."""
        remembered = await self._openings.recall(track.id)
        try:
            return await self._open_with(remembered or Opening(), track, opening_rung, begin_head)
        except NotFound:
            await self._openings.forget_song(track.id)
            raise
        except NetworkError:
            raise
        except PlayerError:
            if remembered is None:
                raise
        await self._openings.forget(track.id)
        return await self._open_with(Opening(), track, opening_rung, begin_head)

    async def _open_with(
        self, opening: Opening, track: Track, opening_rung: Callable[[Ladder], int], begin_head: BeginHead | None
    ) -> TrackMedia:
        document = self._openings.master(track.id, opening) or await self._open_stream(track.id)
        master = parse_master(document.text, document.url)
        ladder = Ladder(tuple(rendition.average_bps / 1000 for rendition in master.renditions))
        head = None
        rung = next((rung for rung, url in enumerate(master.urls) if opening.knows(url)), None)
        if rung is None:
            rung = opening_rung(ladder)
            if begin_head is not None and self._is_laid_out_as_ours:
                first = beside(master.urls[rung], segment_name(0))
                head = begin_head(SegmentRequest(track.id, 0, master.renditions[rung].kbps, first), rung)
        try:
            media = await self._open(opening, track, master, ladder, rung, head)
        except BaseException:
            if head is not None:
                head.cancel()
            raise
        self._openings.remember(track.id, opening, document.text)
        return media

    async def _open(
        self,
        opening: Opening,
        track: Track,
        master: MasterPlaylist,
        ladder: Ladder,
        rung: int,
        head: HeadStart | None,
    ) -> TrackMedia:
        first, init_bytes = await self._media_and_init(opening, master, rung)
        if head is not None and head.request.address != first.segments[0]:
            self._is_laid_out_as_ours = False
            head.cancel()
            head = None
        init = read_init(init_bytes)
        grid = song_grid(first, init, master.frame_samples)
        playlists = {rung: first}
        if all(segment.byte_range for segment in first.segments):
            for other in range(len(master.renditions)):
                if other not in playlists:
                    playlists[other] = same_grid(await self._media(opening, master, other), first)
            sizes = _exact_sizes(list(playlists.values()))
        else:
            peak = max(rendition.peak_bps for rendition in master.renditions)
            sizes = [slot_bound(peak, duration / grid.sample_rate_hz) for duration in grid.durations]
        file_head = patch_init(init, priming=grid.priming)
        layout = Layout(file_head, grid.sample_rate_hz, grid.durations, sizes)
        return TrackMedia(track, master, ladder, grid, init.defaults, init.channels, layout, first, playlists, head)

    async def reopen(self, media: TrackMedia) -> None:
        """Fresh addresses for a song whose signed ones have expired; SongChanged where they lead elsewhere: what
        lies there cannot be joined to what has been played."""
        await self.distrust(media)
        document = await self._open_stream(media.track.id)
        master = parse_master(document.text, document.url)
        if [urlsplit(url).path for url in master.urls] != [urlsplit(url).path for url in media.master.urls]:
            raise SongChanged("the song is another than when it was opened")
        media.master = master
        media.playlists.clear()

    async def distrust(self, media: TrackMedia) -> None:
        """Its addresses failed: whatever opens the song next asks the server."""
        await self._openings.forget(media.track.id)

    async def playlist(self, media: TrackMedia, rung: int) -> MediaPlaylist:
        """The media playlist of a rendition, from memory where it is known or follows from one that is."""
        known = media.playlists.get(rung)
        if known is None:
            known = media.playlists[rung] = _following(media, rung) or await self._playlist(media, rung)
        return known

    async def _playlist(self, media: TrackMedia, rung: int) -> MediaPlaylist:
        found = await self._media(Opening(), media.master, rung)
        try:
            return same_grid(found, media.reference)
        except ProtocolError as error:
            raise SongChanged("the song is cut differently from when it was opened") from error

    async def _media(self, opening: Opening, master: MasterPlaylist, rung: int) -> MediaPlaylist:
        url = master.urls[rung]
        text = opening.playlist(url)
        if text is None:
            body = await self._read(Address(url), MAX_PLAYLIST_BYTES)
            try:
                text = body.decode()
            except UnicodeDecodeError as error:
                raise ProtocolError("the media playlist is no text") from error
            opening.add(Address(url), body)
        return parse_media(text, url)

    async def _init(self, opening: Opening, address: Address) -> bytes:
        body = opening.init(address)
        if body is None:
            body = await self._read(address, MAX_INIT_BYTES)
            opening.add(address, body)
        return body

    async def _media_and_init(
        self, opening: Opening, master: MasterPlaylist, rung: int
    ) -> tuple[MediaPlaylist, bytes]:
        """Both at once where the init lies beside its playlist, which spares a round trip; one after the other with
        servers that keep it elsewhere."""
        if not self._is_laid_out_as_ours:
            playlist = await self._media(opening, master, rung)
            return playlist, await self._init(opening, playlist.init)
        expected = beside(master.urls[rung], INIT_NAME)
        playlist_or_error, init_or_error = await asyncio.gather(
            self._media(opening, master, rung), self._init(opening, expected), return_exceptions=True
        )
        if isinstance(playlist_or_error, BaseException):
            raise playlist_or_error
        if isinstance(init_or_error, bytes) and playlist_or_error.init == expected:
            return playlist_or_error, init_or_error
        self._is_laid_out_as_ours = self._is_laid_out_as_ours and playlist_or_error.init == expected
        return playlist_or_error, await self._init(opening, playlist_or_error.init)

    async def _read(self, address: Address, limit_bytes: int) -> bytes:
        span = address.byte_range
        headers = {} if span is None else {"Range": f"bytes={span.offset}-{span.offset + span.count - 1}"}
        request = self._client.build_request("GET", address.url, headers=headers)
        answer = await exchange(self._client, request, limit_bytes=limit_bytes, total_s=DOCUMENT_S)
        if answer.status not in (200, 206):
            raise media_error(answer.response)
        if is_sign_in_page(answer.response):
            raise UnexpectedPage(PORTAL)
        if span is not None and answer.status == 200:
            return answer.body[span.offset : span.offset + span.count]
        return answer.body


def _following(media: TrackMedia, rung: int) -> MediaPlaylist | None:
    """None too once the song was opened again: then each rendition's own playlist is asked, in case it was the guess
    that failed."""
    for known, playlist in media.playlists.items():
        return sibling(playlist, media.master.urls[known], media.master.urls[rung])
    return None


def same_grid(playlist: MediaPlaylist, reference: MediaPlaylist) -> MediaPlaylist:
    """Renditions can replace each other only where their segments are the same stretches of the song."""
    if len(playlist.durations_s) != len(reference.durations_s) or any(
        abs(mine - other) > 0.02 for mine, other in zip(playlist.durations_s, reference.durations_s, strict=True)
    ):
        raise ProtocolError("the renditions of the song are cut differently")
    if (playlist.sample_count, playlist.priming) != (reference.sample_count, reference.priming):
        raise ProtocolError("the renditions of the song differ in length")
    return playlist


def _exact_sizes(playlists: Sequence[MediaPlaylist]) -> list[int]:
    if not all(segment.byte_range for playlist in playlists for segment in playlist.segments):
        raise ProtocolError("only some renditions have byte ranges")
    counts = zip(*([s.byte_range.count for s in p.segments if s.byte_range] for p in playlists), strict=True)
    return [max(sizes) + SPARE_BYTES for sizes in counts]
