"""The texts that describe a stream: HLS master and media playlists (RFC 8216), and a static DASH manifest (ISO/IEC
23009-1) over the same segments. Pure; called by the routes."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from server.streaming.ladder import CODECS, FRAME_SAMPLES, PRIMING_SAMPLES, Rendition, Timeline

_HLS_VERSION = 7


def hls_master(renditions: Sequence[Rendition], *, base: str, query: str) -> str:
    """`base` is the folder of the song's media, ending in '/'."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_HLS_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rendition in renditions:
        bounds = f"BANDWIDTH={rendition.peak_bps},AVERAGE-BANDWIDTH={rendition.average_bps}"
        lines.append(f'#EXT-X-STREAM-INF:{bounds},CODECS="{CODECS}"')
        lines.append(f"{base}{rendition.kbps}/index.m3u8?{query}")
    return "\n".join(lines) + "\n"


def hls_media(timeline: Timeline, *, query: str) -> str:
    target_s = -(-timeline.frames_per_segment * FRAME_SAMPLES // timeline.rate)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_HLS_VERSION}",
        f"#EXT-X-TARGETDURATION:{target_s}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-SEGUE-SAMPLES:{timeline.sample_count}",
        f"#EXT-X-SEGUE-PRIMING:{PRIMING_SAMPLES}",
        f'#EXT-X-MAP:URI="init.mp4?{query}"',
    ]
    for segment in range(timeline.segment_count):
        lines += [f"#EXTINF:{timeline.samples_of(segment) / timeline.rate:.6f},", f"{segment}.m4s?{query}"]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def dash(renditions: Sequence[Rendition], timeline: Timeline, *, channels: int, base: str, query: str) -> str:
    """One period; the presentation begins after the priming (presentationTimeOffset), as the edit list says."""
    repeats = timeline.segment_count - 2
    entries = [f'<S t="0" d="{timeline.samples_of(0)}"' + (f' r="{repeats}"/>' if repeats > 0 else "/>")]
    if timeline.segment_count > 1:
        entries.append(f'<S d="{timeline.samples_of(timeline.segment_count - 1)}"/>')
    media, init = (quoteattr(f"{base}$RepresentationID$/{name}?{query}") for name in ("$Number$.m4s", "init.mp4"))
    representations = "\n".join(
        f'      <Representation id="{rendition.kbps}" bandwidth="{rendition.peak_bps}"/>' for rendition in renditions
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-live:2011"\
 minBufferTime="PT4S" mediaPresentationDuration="PT{timeline.sample_count / timeline.rate:.6f}S">
  <Period id="0" start="PT0S">
    <AdaptationSet id="0" contentType="audio" mimeType="audio/mp4" codecs="{CODECS}"\
 audioSamplingRate="{timeline.rate}" segmentAlignment="true" startWithSAP="1">
      <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="{channels}"/>
      <SegmentTemplate timescale="{timeline.rate}" startNumber="0" presentationTimeOffset="{PRIMING_SAMPLES}"\
 initialization={init} media={media}>
        <SegmentTimeline>{"".join(entries)}</SegmentTimeline>
      </SegmentTemplate>
{representations}
    </AdaptationSet>
  </Period>
</MPD>
"""
