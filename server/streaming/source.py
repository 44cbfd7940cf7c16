"""Sample-exact access to a file of music in any format: its length, and the samples from anywhere. Called by the
packager, on request and job threads; keeps no state.

Every stretch is decoded by a fresh decoder that starts at a fixed distance before it, found by the packets' own
time stamps: the answer depends on the file and the position alone, not on what was read before. MP3 files are walked
from their start (their seek tables are estimates); the others are sought in, and walked if the seek lands late.
Figures: docs/decisions/0003-sample-exact-sources.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from server.streaming.source_format import SourceFormat, SourceUnreadable

Samples = NDArray[np.float32]
"""shape (samples, channels), full scale 1.0"""

_PRE_ROLL_S = Fraction(1, 2)
"""longer than any codec here remembers: Opus asks for 80 ms, an MP3 bit reservoir lasts some 10 frames"""
_RESAMPLER_MARGIN = 256
"""input samples around a stretch that the resampling filter may look at, per unit of the rates' ratio"""
_WALKED = frozenset({"mp3"})


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceUnreadable(f"“{path.name}” cannot be opened as music: {_reason(error)}.") from error
    with container:
        if not container.streams.audio:
            raise SourceUnreadable(f"“{path.name}” holds no sound.")
        stream = container.streams.audio[0]
        if not stream.rate or not stream.channels:
            raise SourceUnreadable(f"“{path.name}” names no sample rate.")
        yield container, stream


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".").lower()


def probe(path: Path) -> SourceFormat:
    """Rate, channels and exact length, without decoding."""
    with _opened(path) as (container, stream):
        count = _declared_samples(stream)
        if container.format.name in _WALKED or count is None:
            walked = _walked_samples(container, stream)
            # the header's length is exact where it agrees with the packets: it knows the padding
            if count is None or abs(walked - count) > 4 * max(1, stream.codec_context.frame_size or 1152):
                count = walked
        if count <= 0:
            raise SourceUnreadable(f"“{path.name}” is empty.")
        return SourceFormat(stream.rate, stream.channels, count)


def _declared_samples(stream: AudioStream) -> int | None:
    if stream.duration is None or stream.time_base is None:
        return None
    delay = stream.codec_context.delay if stream.codec_context.name == "opus" else 0
    return round(stream.duration * stream.time_base * stream.rate) - delay


def _walked_samples(container: InputContainer, stream: AudioStream) -> int:
    end = Fraction(0)
    assert stream.time_base is not None
    for packet in container.demux(stream):
        if packet.pts is not None and packet.duration:
            end = max(end, (packet.pts + packet.duration) * stream.time_base)
    return round(end * stream.rate) - _start_samples(stream)


def _start_samples(stream: AudioStream) -> int:
    if stream.start_time is None or stream.time_base is None:
        return 0
    return round(stream.start_time * stream.time_base * stream.rate)


def read(path: Path, source: SourceFormat, first: int, count: int) -> Samples:
    """`count` samples from `first` at the output rate, one or two channels; silence outside the song."""
    if source.rate == source.output_rate:
        return _downmixed(_read_native(path, source, first, count), source)
    ratio = Fraction(source.rate, source.output_rate)
    # begin where an output sample meets an input sample, so that the filter's phase is that of a walk from the start
    margin = int(_RESAMPLER_MARGIN * max(ratio, Fraction(1)))
    aligned = max(0, (first - margin) // ratio.denominator) * ratio.denominator
    native_first = int(aligned * ratio)
    native_count = int((first + count - aligned) * ratio) + 2 * margin
    native = _read_native(path, source, native_first, native_count)
    converted = _converted(native, source)
    out = np.zeros((count, source.output_channels), np.float32)
    _place(out, converted[: source.output_sample_count - aligned], aligned - first)
    return out


def _read_native(path: Path, source: SourceFormat, first: int, count: int) -> Samples:
    out = np.zeros((count, source.channels), np.float32)
    if first >= source.sample_count or first + count <= 0:
        return out
    for position, block in _blocks(path, max(first, 0), source):
        if position >= first + count:
            break
        _place(out, block, position - first)
    if first + count > source.sample_count:
        out[source.sample_count - first :] = 0
    return out


def _place(out: Samples, block: Samples, at: int) -> None:
    start, stop = max(at, 0), min(at + len(block), len(out))
    if stop > start:
        out[start:stop] = block[start - at : stop - at]


def blocks(path: Path, source: SourceFormat) -> Iterator[Samples]:
    """The whole song from its start at the source's rate and channels, for analysis."""
    return (block for _, block in _blocks(path, 0, source))


def _blocks(path: Path, first: int, source: SourceFormat) -> Iterator[tuple[int, Samples]]:
    """Decoded (position, samples) from the pre-roll before `first` on. A damaged packet leaves a hole."""
    with _opened(path) as (container, stream):
        if stream.rate != source.rate or stream.channels != source.channels:
            raise SourceUnreadable(f"“{path.name}” is not the file that was analysed.")
        start = _start_samples(stream)
        # whole numbers: fractions for every frame took a fifth of the walk
        assert stream.time_base is not None
        per_pts, divisor = (stream.time_base * source.rate).as_integer_ratio()
        for packet in _packets_from(container, stream, first):
            try:
                frames = stream.decode(packet)
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if frame.pts is None or frame.time_base != stream.time_base:
                    continue
                if frame.sample_rate != source.rate or frame.layout.nb_channels != source.channels:
                    continue
                yield (2 * frame.pts * per_pts + divisor) // (2 * divisor) - start, as_float(frame)


def _packets_from(container: InputContainer, stream: AudioStream, first: int) -> Iterator[av.Packet[AudioStream]]:
    assert stream.time_base is not None
    wanted = Fraction(first + _start_samples(stream), stream.rate) - _PRE_ROLL_S
    wanted_pts = int(wanted / stream.time_base)
    packets = container.demux(stream)
    if wanted <= 0:
        yield from packets
        return
    if container.format.name not in _WALKED:
        container.seek(wanted_pts, stream=stream, backward=True)
        packets = container.demux(stream)
        landed = next(packets, None)
        if landed is None or landed.pts is None or landed.pts > wanted_pts:
            container.seek(0, stream=stream, backward=True)
            packets = container.demux(stream)
        else:
            yield landed
    for packet in packets:
        if packet.pts is None or packet.pts + (packet.duration or 0) > wanted_pts:
            yield packet
            break
    yield from packets


def as_float(frame: av.AudioFrame) -> Samples:
    """Any sample format as float32 in (samples, channels); integers of more than 24 bits lose their last ones."""
    data: NDArray[Any] = frame.to_ndarray()
    samples = data.T if frame.format.is_planar else data.reshape(-1, frame.layout.nb_channels)
    if samples.dtype == np.uint8:
        return ((samples.astype(np.float32) - 128) / 128).astype(np.float32)
    if np.issubdtype(samples.dtype, np.integer):
        return (samples / float(1 << (8 * samples.dtype.itemsize - 1))).astype(np.float32)
    return samples.astype(np.float32)


def _downmixed(samples: Samples, source: SourceFormat) -> Samples:
    return samples if source.channels <= 2 else _converted(samples, source)


_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def _converted(samples: Samples, source: SourceFormat) -> Samples:
    """Rate and channels of the renditions, by swresample with a longer filter than its default."""
    layout_in = _LAYOUTS.get(source.channels, "7.1")
    if source.channels not in _LAYOUTS:
        samples = samples[:, :8]
    layout_out = _LAYOUTS[source.output_channels]
    graph = av.filter.Graph()
    chain = (
        graph.add_abuffer(
            sample_rate=source.rate, format="fltp", layout=layout_in, time_base=Fraction(1, source.rate)
        ),
        graph.add(
            "aresample",
            f"{source.output_rate}:filter_size=64:cutoff=0.98:rematrix_maxval=1.0:out_chlayout={layout_out}",
        ),
        graph.add("aformat", f"sample_fmts=fltp:channel_layouts={layout_out}"),
        graph.add("abuffersink"),
    )
    graph.link_nodes(*chain).configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout_in)
    frame.sample_rate, frame.pts, frame.time_base = source.rate, 0, Fraction(1, source.rate)
    graph.push(frame)
    graph.push(None)
    parts: list[Samples] = []
    while True:
        try:
            pulled = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            break
        assert isinstance(pulled, av.AudioFrame)
        parts.append(as_float(pulled))
    return np.concatenate(parts) if parts else np.zeros((0, source.output_channels), np.float32)
