"""HLS playlists (RFC 8216) as far as Segue plays them: `m3u8` parses, this module distrusts.

A playlist comes from the network, so everything in it has a bound: its size, the number of segments, their
durations, and above all where its addresses lead: the same scheme, host and port as the document, http or https
only. Pure; called by player/streaming/opening.py on the `net` loop. Whatever is wrong raises ProtocolError with the
reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import m3u8

from player.domain.stream import Rendition
from player.errors import ProtocolError

MAX_PLAYLIST_BYTES = 1024 * 1024
MAX_SEGMENTS = 5_000  # 5 h 33 min of 4 s segments; longer songs are refused by the packager too
MAX_RENDITIONS = 32
MIN_SEGMENT_S, MAX_SEGMENT_S = 0.0, 30.0
MIN_BPS, MAX_BPS = 1_000, 20_000_000
FRAME_SAMPLES = {"mp4a.40.2": 1024}  # samples in one coded frame: the grid on which segments begin
SAMPLES_TAG = re.compile(r"^#EXT-X-SEGUE-SAMPLES:(\d{1,15})\s*$", re.MULTILINE)
PRIMING_TAG = re.compile(r"^#EXT-X-SEGUE-PRIMING:(\d{1,9})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where bytes lie: a whole resource, or a range of it."""

    url: str
    byte_range: ByteRange | None = None


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """One rendition. `sample_count` and `priming` are Segue's own tags; None where another server packs."""

    init: Address
    segments: tuple[Address, ...]
    durations_s: tuple[float, ...]
    sample_count: int | None
    priming: int | None


@dataclass(frozen=True, slots=True)
class MasterPlaylist:
    """`renditions` slowest first, `urls` beside them."""

    renditions: tuple[Rendition, ...]
    urls: tuple[str, ...]
    frame_samples: int


def parse_master(text: str, url: str) -> MasterPlaylist:
    document = _parsed(text, "master")
    if not document.playlists:
        raise ProtocolError("the master playlist names no rendition")
    if len(document.playlists) > MAX_RENDITIONS:
        raise ProtocolError(f"the master playlist names over {MAX_RENDITIONS} renditions")
    rungs: dict[int, tuple[int, str, str]] = {}
    for entry in document.playlists:
        info = entry.stream_info
        peak = _bounded(info.bandwidth, MIN_BPS, MAX_BPS, "BANDWIDTH")
        average = _bounded(info.average_bandwidth or peak, MIN_BPS, MAX_BPS, "AVERAGE-BANDWIDTH")
        codecs = info.codecs or "mp4a.40.2"
        if codecs not in FRAME_SAMPLES:
            raise ProtocolError(f"renditions are coded as {codecs[:40]!r}, which Segue does not play")
        rungs.setdefault(min(average, peak), (peak, codecs, _resolved(url, entry.uri)))
    ordered = sorted(rungs.items())
    renditions = tuple(
        Rendition(index, peak, average, codecs) for index, (average, (peak, codecs, _)) in enumerate(ordered)
    )
    kinds = {FRAME_SAMPLES[rendition.codecs] for rendition in renditions}
    return MasterPlaylist(renditions, tuple(address for _, (_, _, address) in ordered), kinds.pop())


def parse_media(text: str, url: str) -> MediaPlaylist:
    document = _parsed(text, "media")
    if not document.segments:
        raise ProtocolError("the media playlist has no segments")
    if len(document.segments) > MAX_SEGMENTS:
        raise ProtocolError(f"the media playlist has over {MAX_SEGMENTS} segments")
    if not document.is_endlist:
        raise ProtocolError("the media playlist has no end: live streams are not played")
    if any(segment.discontinuity for segment in document.segments):
        raise ProtocolError("the media playlist has a discontinuity")
    if any(key is not None and key.method not in (None, "NONE") for key in document.keys):
        raise ProtocolError("the media playlist asks for decryption, which Segue leaves to its vault")
    if len(document.segment_map) != 1 or not document.segment_map[0].uri:
        raise ProtocolError("the media playlist needs exactly one init segment")
    init = document.segment_map[0]
    return MediaPlaylist(
        init=Address(_resolved(url, init.uri), _byte_range(init.byterange, 0)),
        segments=_addresses(document.segments, url),
        durations_s=tuple(_duration(segment.duration) for segment in document.segments),
        sample_count=_tag(SAMPLES_TAG, text),
        priming=_tag(PRIMING_TAG, text),
    )


def _parsed(text: str, kind: str) -> m3u8.M3U8:
    if len(text) > MAX_PLAYLIST_BYTES:
        raise ProtocolError(f"the {kind} playlist is larger than {MAX_PLAYLIST_BYTES} bytes")
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise ProtocolError(f"the {kind} playlist is no HLS playlist (a sign-in page of the network, perhaps)")
    try:
        document = m3u8.loads(text)
    except Exception as error:
        raise ProtocolError(f"the {kind} playlist cannot be read: {error}") from error
    if document.is_variant is not (kind == "master"):
        raise ProtocolError(f"a {kind} playlist was expected, another kind came")
    return document


def _addresses(segments: m3u8.SegmentList, url: str) -> tuple[Address, ...]:
    """Resolves every address; a byte range without an offset goes on where the one before ended."""
    found: list[Address] = []
    follows: dict[str, int] = {}
    for segment in segments:
        address = _resolved(url, segment.uri)
        byte_range = _byte_range(segment.byterange, follows.get(address, 0))
        if byte_range is not None:
            follows[address] = byte_range.offset + byte_range.count
        found.append(Address(address, byte_range))
    return tuple(found)


def _byte_range(text: str | None, follows: int) -> ByteRange | None:
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,15})(?:@(\d{1,15}))?", text.strip())
    if match is None or int(match[1]) == 0:
        raise ProtocolError("the media playlist has an unreadable byte range")
    return ByteRange(int(match[2]) if match[2] else follows, int(match[1]))


def _duration(value: object) -> float:
    if not isinstance(value, (int, float)) or not MIN_SEGMENT_S < value <= MAX_SEGMENT_S:
        raise ProtocolError(f"a segment lasts {value!r} s; up to {MAX_SEGMENT_S:g} s is sane")
    return float(value)


def _bounded(value: int, low: int, high: int, name: str) -> int:
    if not isinstance(value, int) or not low <= value <= high:
        raise ProtocolError(f"{name} is {value!r}, outside {low}..{high}")
    return value


def _tag(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return None if match is None else int(match[1])


def _resolved(base: str, uri: str | None) -> str:
    """The absolute address, on the document's own origin; RFC 8216 4.1 lets a playlist point anywhere, we do not."""
    if not uri:
        raise ProtocolError("the playlist has an empty address")
    try:
        address = urljoin(base, uri)
        same = origin(address) == origin(base)
    except ValueError as error:
        raise ProtocolError("the playlist has an unreadable address") from error
    if not same:
        raise ProtocolError("the playlist points to another host than the one it came from")
    return address


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; ValueError for anything but http and https."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{parts.scheme or 'no'} scheme")
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
