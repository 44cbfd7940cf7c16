"""Addresses that follow from others. On Segue's backend (docs/api.md) all that belongs to a rendition lies in one
folder, under one signature, in files named by number; so one media playlist tells where the segments of every other
rendition are, and a first request of another rung is spared the round trip for its playlist. Pure; called by
player/streaming/opening.py.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from player.streaming.playlists import Address, MediaPlaylist

INIT_NAME = "init.mp4"


def segment_name(slot: int) -> str:
    return f"{slot}.m4s"


def beside(playlist_url: str, name: str) -> Address:
    """The file of that name in the playlist's folder, under the playlist's signature."""
    before, after = _around(playlist_url)
    return Address(f"{before}{name}{after}")


def sibling(playlist: MediaPlaylist, its_url: str, other_url: str) -> MediaPlaylist | None:
    """What the media playlist at `other_url` will hold, by the one at `its_url`; None where that one is laid out
    otherwise, so that nothing follows from it."""
    count = len(playlist.segments)
    if playlist.init != beside(its_url, INIT_NAME) or playlist.segments != _numbered(its_url, count):
        return None
    return replace(playlist, init=beside(other_url, INIT_NAME), segments=_numbered(other_url, count))


def _numbered(playlist_url: str, count: int) -> tuple[Address, ...]:
    before, after = _around(playlist_url)  # once: a long song has thousands
    return tuple(Address(f"{before}{segment_name(slot)}{after}") for slot in range(count))


def _around(playlist_url: str) -> tuple[str, str]:
    parts = urlsplit(playlist_url)
    folder = parts.path[: parts.path.rfind("/") + 1]
    return urlunsplit((parts.scheme, parts.netloc, folder, "", "")), f"?{parts.query}" if parts.query else ""
