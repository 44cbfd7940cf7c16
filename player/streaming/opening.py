"""Opens a song: master playlist, the media playlist of the rendition it will start with, and the init segment; and
gets further media playlists when their rendition is first wanted. Used by player/streaming/songs.py on the `net`
loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import httpx

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.errors import NotFound, ProtocolError
from player.network.client import status_error
from player.network.exchange import exchange
from player.service.port import StreamDocument
from player.streaming.abr.state import Ladder
from player.streaming.init_segment import MAX_INIT_BYTES, patch_init, read_init
from player.streaming.playlists import (
    MAX_PLAYLIST_BYTES,
    Address,
    MasterPlaylist,
    MediaPlaylist,
    parse_master,
    parse_media,
)
from player.streaming.song_grid import song_grid
from player.streaming.track_media import TrackMedia
from player.streaming.virtual_mp4 import Layout, slot_bound

DOCUMENT_S = 30.0  # a playlist of a long song on the slowest link
SPARE_BYTES = 8  # room for an empty `free` box

OpenStream = Callable[[TrackId], Awaitable[StreamDocument]]
Tags = Callable[[Track], Sequence[tuple[str, str]]]


class Opener:
    """Stateless apart from what it was built with; PlayerErrors say why a song cannot be opened."""

    def __init__(self, client: httpx.AsyncClient, open_stream: OpenStream, tags: Tags) -> None:
        self._client = client
        self._open_stream = open_stream
        self._tags = tags

    async def open(self, track: Track, opening_rung: Callable[[Ladder], int]) -> TrackMedia:
        master = await self._master(track.id)
        ladder = Ladder(tuple(rendition.average_bps / 1000 for rendition in master.renditions))
        rung = opening_rung(ladder)
        first = await self._media(master, rung)
        init = read_init(await self._read(first.init, MAX_INIT_BYTES))
        grid = song_grid(first, init, master.frame_samples)
        playlists = {rung: first}
        if all(segment.byte_range for segment in first.segments):
            for other in range(len(master.renditions)):
                if other not in playlists:
                    playlists[other] = same_grid(await self._media(master, other), first)
            sizes = _exact_sizes(list(playlists.values()))
        else:
            peak = max(rendition.peak_bps for rendition in master.renditions)
            sizes = [slot_bound(peak, duration / grid.sample_rate_hz) for duration in grid.durations]
        head = patch_init(init, priming=grid.priming, tags=self._tags(track))
        layout = Layout(head, grid.sample_rate_hz, grid.durations, sizes)
        return TrackMedia(track, master, ladder, grid, init.defaults, init.channels, layout, first, playlists)

    async def reopen(self, media: TrackMedia) -> None:
        """Fresh addresses for a song whose signed ones have expired; ProtocolError where it is no longer the same."""
        master = await self._master(media.track.id)
        if [r.average_bps for r in master.renditions] != [r.average_bps for r in media.master.renditions]:
            raise ProtocolError("the song has other renditions than when it was opened")
        media.master = master
        media.playlists.clear()

    async def playlist(self, media: TrackMedia, rung: int) -> MediaPlaylist:
        """The media playlist of a rendition, from memory where it is known."""
        known = media.playlists.get(rung)
        if known is None:
            known = same_grid(await self._media(media.master, rung), media.reference)
            media.playlists[rung] = known
        return known

    async def _master(self, track_id: TrackId) -> MasterPlaylist:
        document = await self._open_stream(track_id)
        return parse_master(document.text, document.url)

    async def _media(self, master: MasterPlaylist, rung: int) -> MediaPlaylist:
        body = await self._read(Address(master.urls[rung]), MAX_PLAYLIST_BYTES)
        try:
            return parse_media(body.decode(), master.urls[rung])
        except UnicodeDecodeError as error:
            raise ProtocolError("the media playlist is no text") from error

    async def _read(self, address: Address, limit_bytes: int) -> bytes:
        span = address.byte_range
        headers = {} if span is None else {"Range": f"bytes={span.offset}-{span.offset + span.count - 1}"}
        request = self._client.build_request("GET", address.url, headers=headers)
        answer = await exchange(self._client, request, limit_bytes=limit_bytes, total_s=DOCUMENT_S)
        if answer.status == 410:
            raise NotFound("the song is gone")
        if answer.status not in (200, 206):
            raise status_error(answer.response)
        if span is not None and answer.status == 200:
            return answer.body[span.offset : span.offset + span.count]
        return answer.body


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
