"""What names a piece of music whatever the moment and the address it came by: the entries of the recent-segment cache
are named by content, never by URL. Pure; called by this folder on the `net` loop.

Segue's media addresses hold the content (a hash of the song's file) and the rendition in their path, and a signature
in their query that changes at every opening (docs/api.md, Streaming). Without the signature and the origin, which a
local backend changes at every start, what is left names the bytes for ever. Of another server's addresses every other
part counts: a token that changes costs a hit, never a wrong sample.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from player.domain.ids import TrackId
from player.streaming.track_media import TrackMedia

SIGNATURE = frozenset({"exp", "plan", "sig"})
EXPIRY = re.compile(r"[?&]exp=(\d{1,12})(?!\d)")


@lru_cache(maxsize=1024)
def content_address(url: str) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in SIGNATURE]
    return parts.path + ("?" + urlencode(query) if query else "")


def segment_identity(media: TrackMedia, slot: int, rung: int) -> bytes:
    """Song, content, rendition and place in it. The grid's figures are there for servers whose addresses stay the
    same when a song's file is replaced."""
    grid, rendition = media.grid, media.master.renditions[rung]
    return _identity(
        "segment",
        media.track.id,
        content_address(media.master.urls[rung]),
        rendition.average_bps,
        rendition.peak_bps,
        grid.sample_rate_hz,
        grid.sample_count,
        media.channels,
        slot,
        grid.starts[slot],
        grid.durations[slot],
    )


def opening_identity(track_id: TrackId) -> bytes:
    return _identity("opening", track_id)


def song_identity(track_id: TrackId) -> bytes:
    return _identity("song", track_id)


def valid_until_s(document: str) -> float | None:
    """When the first signature in a playlist ends, UTC seconds; None where no address says."""
    return min((float(expiry) for expiry in EXPIRY.findall(document)), default=None)


def resigned(playlist: str, old_url: str, new_url: str) -> str:
    """A media playlist as it would read under another signature: one serves all of a song's content (docs/api.md)."""
    old, new = urlsplit(old_url).query, urlsplit(new_url).query
    return playlist.replace(old, new) if old else playlist


def _identity(*parts: str | int) -> bytes:
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()
