"""The second pass over a song: decodes it whole and measures loudness, peak, waveform and content. Called on a job
thread; pure but for reading the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from server.jobs import StopSignal
from server.streaming.source_format import SourceFormat, SourceUnreadable
from server.streaming.streams import file_hash

_LEAST_DECODED = 0.9
"""of the length the file declares: less means that it was cut off or is damaged"""


@dataclass(frozen=True, slots=True)
class Analysis:
    content_hash: str
    source: SourceFormat
    track_lufs: float
    track_peak_dbtp: float
    waveform: bytes


class AnalysisStopped(Exception):
    """The backend is stopping; the song is analysed another time."""


def analyse(path: Path, stop: StopSignal) -> Analysis:
    """SourceUnreadable for a damaged or unreadable file; the reason is a sentence."""
    from server.ingest.loudness import LoudnessMeter  # codecs and numpy are loaded by the first song
    from server.streaming.source import blocks, probe

    try:
        source = probe(path)
        content_hash = file_hash(path)
    except OSError as error:
        raise SourceUnreadable(f"The file cannot be read: {(error.strerror or 'unknown').lower()}.") from error
    meter = LoudnessMeter(source.rate, source.channels, source.sample_count)
    decoded = 0
    for block in blocks(path, source):
        if stop.is_set():
            raise AnalysisStopped
        meter.feed(block[: max(0, source.sample_count - decoded)])
        decoded += len(block)
    meter.finish()
    if decoded < _LEAST_DECODED * source.sample_count:
        raise SourceUnreadable(
            f"Only {decoded / source.rate:.1f} s of {source.duration_s:.1f} s can be decoded: the file is damaged."
        )
    return Analysis(content_hash, source, round(meter.lufs, 2), round(meter.peak_dbtp, 2), meter.waveform)
