"""How a song was opened, remembered beside its segments: its playlists and init, so that hearing it again asks the
server for nothing while its signed addresses hold, and for nothing but fresh ones later. Used by
player/streaming/opening.py on the `net` loop.

The server's own limit is obeyed: past it the song is asked for again, and one that was withdrawn goes from here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from player.clock import Clock
from player.domain.ids import TrackId
from player.service.port import StreamDocument
from player.streaming.playlists import Address
from player.streaming.recent.content import content_address, opening_identity, resigned, valid_until_s
from player.streaming.recent.segments import RecentSegments

MARGIN_S = 600.0  # addresses that end sooner are not begun with: a song is to be heard to its end with them


@dataclass(frozen=True, slots=True)
class Document:
    """What lay at `url` when it was read."""

    url: str
    body: bytes


class Opening:
    """What one opening of a song reads: from what is remembered of the last one, or from the network and then added.
    `documents` are media playlists and inits, by content."""

    def __init__(self, master: str = "", documents: Mapping[str, Document] | None = None) -> None:
        self.master = master
        self._documents = dict(documents or {})
        self._read: dict[str, Document] = {}

    def knows(self, url: str) -> bool:
        return content_address(url) in self._documents

    def playlist(self, url: str) -> str | None:
        """A media playlist, its addresses signed as `url` is."""
        known = self._known(content_address(url))
        return None if known is None else resigned(known.body.decode(), known.url, url)

    def init(self, address: Address) -> bytes | None:
        known = self._known(_place(address))
        return None if known is None else known.body

    def add(self, address: Address, body: bytes) -> None:
        self._read[_place(address)] = Document(address.url, body)

    def differs(self, master: str) -> bool:
        """Whether this opening found anything that was not remembered."""
        return master != self.master or self._read != self._documents

    def written(self, master: str) -> bytes:
        """Only what was read this time: the playlists of a file since replaced go."""
        documents = {
            place: [document.url, base64.b64encode(document.body).decode()] for place, document in self._read.items()
        }
        return json.dumps({"master": master, "documents": documents}).encode()

    def _known(self, place: str) -> Document | None:
        known = self._documents.get(place)
        if known is not None:
            self._read[place] = known
        return known


class NothingRemembered:
    """Where no cache is kept: every opening asks the server."""

    async def recall(self, track_id: TrackId) -> Opening | None:
        return None

    def master(self, track_id: TrackId, opening: Opening) -> StreamDocument | None:
        return None

    def remember(self, track_id: TrackId, opening: Opening, master: str) -> None:
        """Nothing."""

    async def forget(self, track_id: TrackId) -> None:
        """There is nothing."""

    async def forget_song(self, track_id: TrackId) -> None:
        """There is nothing."""


class Openings(NothingRemembered):
    """`stream_url` is where the service would be asked for a song now: what is remembered of it belongs there,
    wherever it was read."""

    def __init__(self, recent: RecentSegments, clock: Clock, stream_url: Callable[[TrackId], str | None]) -> None:
        self._recent = recent
        self._clock = clock
        self._stream_url = stream_url

    async def recall(self, track_id: TrackId) -> Opening | None:
        """What is remembered, and from now on also which segments of the song are kept."""
        await self._recent.learn(track_id)
        data = await self._recent.read(track_id, opening_identity(track_id))
        return None if data is None else _read(data)

    def master(self, track_id: TrackId, opening: Opening) -> StreamDocument | None:
        """The master playlist while its addresses hold for long enough."""
        until_s, url = valid_until_s(opening.master), self._stream_url(track_id)
        if url is None or until_s is None or until_s - MARGIN_S < self._clock.wall_s():
            return None
        return StreamDocument(url, opening.master)

    def remember(self, track_id: TrackId, opening: Opening, master: str) -> None:
        """Once everything in it has proved good."""
        if opening.differs(master) and valid_until_s(master) is not None:
            self._recent.keep(track_id, opening_identity(track_id), opening.written(master))

    async def forget(self, track_id: TrackId) -> None:
        """Its addresses were refused: the next opening asks the server."""
        await self._recent.forget(track_id, opening_identity(track_id))

    async def forget_song(self, track_id: TrackId) -> None:
        """It is gone."""
        await self._recent.forget_song(track_id)


def _place(address: Address) -> str:
    place, span = content_address(address.url), address.byte_range
    return place if span is None else f"{place}#{span.offset}+{span.count}"


def _read(data: bytes) -> Opening | None:
    """None for what another version of Segue wrote otherwise."""
    try:
        fields = json.loads(data)
        documents = {
            place: Document(url, base64.b64decode(body, validate=True))
            for place, (url, body) in fields["documents"].items()
        }
        return Opening(fields["master"], documents)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None
