"""Encodes one segment by itself, as AAC-LC frames. Pure: samples in, frames out; called by the packager.

The encoder is started `PRE_ROLL_FRAMES` before the segment on the samples that really precede it, and those frames
are dropped. So the segment's first frame overlaps its predecessor as in one long encode, and the segment is a
function of the samples and the rendition alone: it may be made in any order, by anyone, with the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from server.streaming.cmaf import container_bytes
from server.streaming.ladder import FRAME_SAMPLES, LADDER, Rendition, Timeline
from server.streaming.source import Samples

PRE_ROLL_FRAMES = 8
_CODER = "fast"
"""FFmpeg's quantiser: four times as fast as `twoloop`, and no worse where bits are short (docs/decisions/0002)"""
_NOISE_SUBSTITUTION = "0"
"""off: what is decoded would depend on where decoding began, since the decoder draws the noise from a generator that
runs on; and at a given rate the music comes no closer to its source with it (docs/decisions/0002)"""
_SMALLEST_BPS = 8_000
_MOST_ATTEMPTS = 6


def samples_needed(timeline: Timeline, segment: int) -> range:
    """Which of the song's samples the segment is encoded from: pre-roll, its frames, one frame of look-ahead."""
    span = timeline.frames_of(segment)
    return range(max(0, span.start - PRE_ROLL_FRAMES) * FRAME_SAMPLES, (span.stop + 1) * FRAME_SAMPLES)


def encode_segment(samples: Samples, timeline: Timeline, segment: int, rendition: Rendition) -> list[bytes]:
    """`samples` are those that `samples_needed` names. The frames fit the rendition's BANDWIDTH: a stretch that
    runs over is encoded again at a lower rate."""
    span = timeline.frames_of(segment)
    dropped = min(span.start, PRE_ROLL_FRAMES)
    span_s = len(span) * FRAME_SAMPLES / timeline.rate
    container = container_bytes(len(span))
    budget = int(rendition.peak_bps * timeline.samples_of(segment) / timeline.rate / 8) - container - 4 * len(span)
    bit_rate = rendition.average_bps - round(container * 8 / span_s)
    for _ in range(_MOST_ATTEMPTS):
        rate = max(bit_rate, _SMALLEST_BPS)
        frames = _encode(samples, timeline.rate, rate, dropped + len(span))[dropped:]
        size = sum(map(len, frames))
        if size <= budget or bit_rate <= _SMALLEST_BPS:
            break
        bit_rate = round(rate * max(0.3, 0.95 * budget / size))
    return frames


def warm_up() -> None:
    """The first encode of a process fills FFmpeg's tables."""
    timeline = Timeline(44_100, FRAME_SAMPLES)
    encode_segment(np.zeros((len(samples_needed(timeline, 0)), 2), np.float32), timeline, 0, LADDER[0])


def _encode(samples: Samples, rate: int, bit_rate: int, frame_count: int) -> list[bytes]:
    context = av.CodecContext.create("aac", "w")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate = rate
    context.layout = "mono" if samples.shape[1] == 1 else "stereo"
    context.format = "fltp"
    context.bit_rate = bit_rate
    context.time_base = Fraction(1, rate)
    context.options = {"aac_coder": _CODER, "aac_pns": _NOISE_SUBSTITUTION}
    frames: list[bytes] = []
    for start in range(0, len(samples), FRAME_SAMPLES):
        frames += _packets(context, _frame(samples[start : start + FRAME_SAMPLES], start, context))
    frames += _packets(context, None)
    return frames[:frame_count]


def _packets(context: AudioCodecContext, frame: av.AudioFrame | None) -> Sequence[bytes]:
    return [bytes(packet) for packet in context.encode(frame)]


def _frame(samples: Samples, pts: int, context: AudioCodecContext) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=context.layout.name)
    frame.sample_rate, frame.pts, frame.time_base = context.sample_rate, pts, context.time_base
    return frame
