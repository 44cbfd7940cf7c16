"""Faults make the bitrate fall and rise, and what is heard is what a decoder makes of exactly these segments."""

from __future__ import annotations

import io

import av
import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from player.domain.playback import Status
from player.streaming.abr.fixed import FixedRendition
from player.streaming.track_stream import TrackStream
from tests.support.behind_faults import BehindFaults
from tests.support.faulty_link import Fault

LARGEST_ROUNDING = 1  # of 16 bits: FFmpeg's builds differ in the last bit of a decode


def decoded(behind: BehindFaults, stream: TrackStream) -> NDArray[np.int16]:
    """The song as the renditions that were served, one segment behind the other."""
    document = behind.loop.do(behind.open_stream(stream.track_id))
    line = next(line for line in document.text.splitlines() if "/24/index.m3u8" in line)
    rates = stream.renditions()
    names = [f"{rates[0]}/init.mp4", *(f"{kbps}/{number}.m4s" for number, kbps in enumerate(rates))]
    with httpx.Client(base_url=behind.backend.url, trust_env=False) as client:
        parts = [client.get(line.replace("24/index.m3u8", name)).raise_for_status().content for name in names]
    with av.open(io.BytesIO(b"".join(parts)), "r") as container:
        frames = list(container.decode(audio=0))
    samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T
    begin = max(0, -(frames[0].pts or 0))  # of the priming, which FFmpeg drops itself or gives before time 0
    heard = samples[begin : begin + stream.sample_count]
    pcm: NDArray[np.int16] = np.clip(np.rint(heard * 32768), -32768, 32767).astype(np.int16)
    return pcm


@pytest.mark.parametrize("kind", ["half", "forged", "status"])
def test_what_is_heard_through_changes_of_rendition_is_what_was_fetched(behind: BehindFaults, kind: str) -> None:
    behind.link.forget()
    behind.link.expect(*(Fault(kind, rf"/{number}\.m4s$", times=3, status=503) for number in (1, 2)))
    heard = behind.record(controller=FixedRendition(is_top=True))
    assert heard.has_ended
    assert Status.FAILED not in heard.statuses
    expected = np.concatenate([decoded(behind, stream) for stream in heard.streams])
    rates = {kbps for stream in heard.streams for kbps in stream.renditions()}
    assert rates == {24, 320}
    assert heard.samples.shape == expected.shape
    assert np.abs(heard.samples.astype(int) - expected).max() <= LARGEST_ROUNDING
