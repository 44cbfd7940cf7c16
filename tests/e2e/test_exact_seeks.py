"""Where one seeks to is where it goes on, to the sample: recorded through the whole player and compared with the
decode of the same segments. A recording holds what sounded before the seek, then everything from the target on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from player.domain.playback import Status
from player.playback.engine_options import EngineConfig, Output
from player.playback.queue import Queue
from player.streaming.abr.fixed import FixedRendition
from server.streaming.ladder import FRAME_SAMPLES
from tests.support.held import Held
from tests.support.listening import Listening, decoded, listening, recorded
from tests.support.media_server import RATES_KBPS, song

Pcm = NDArray[np.int16]
SONG = song(1, seconds=40.0)
RATE = SONG.timeline.rate
COUNT = SONG.timeline.sample_count
SEGMENT = SONG.timeline.samples_of(1)
STALLED_IN = 3
"""the segment of which the server gives only half"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Pcm:
    return decoded(SONG, [len(RATES_KBPS) - 1] * SONG.segment_count, tmp_path_factory.mktemp("reference"))


def played(path: Path, work: Callable[[Listening], None]) -> Pcm:
    """What sounded of a song that stood still in its fourth segment while `work` sought."""
    with listening(EngineConfig(Output.RECORDING, record_to=path), FixedRendition(is_top=True), one=SONG) as listener:
        listener.server.gate = gate = Held(STALLED_IN)
        listener.play("one")
        listener.until(lambda state: state.buffered_until_s >= 2 * SEGMENT / RATE)
        work(listener)
        gate.set()
        listener.until(lambda state: state.status is Status.ENDED)
    return recorded(path)


def seek(listener: Listening, sample: int) -> None:
    listener.seek(sample / RATE)


def assert_goes_on_from(sample: int, got: Pcm, reference: Pcm) -> None:
    after = reference[sample:]
    before = got[: len(got) - len(after)]
    assert len(got) >= len(after)
    assert np.array_equal(got[len(got) - len(after) :], after)
    assert np.array_equal(before, reference[: len(before)])


WHERE = {
    "the very start": 0,
    "the second sample": 1,
    "backwards, in what mpv holds": 77_777,
    "a frame's first sample": 40 * FRAME_SAMPLES,
    "a frame's last sample": 40 * FRAME_SAMPLES - 1,
    "a segment's first sample": SEGMENT - FRAME_SAMPLES,
    "just behind a segment's start": 2 * SEGMENT - FRAME_SAMPLES + 17,
    "the segment that stalls": STALLED_IN * SEGMENT + 1_000,
    "far outside the buffer": 8 * SEGMENT + 12_345,
    "near the end": COUNT - 3_001,
    "the last sample but one": COUNT - 2,
}


@pytest.mark.parametrize("sample", WHERE.values(), ids=WHERE.keys())
def test_a_seek_while_the_sound_stalls_is_exact(sample: int, reference: Pcm, tmp_path: Path) -> None:
    got = played(tmp_path / "sought.wav", lambda listener: seek(listener, sample))
    assert_goes_on_from(sample, got, reference)


@pytest.mark.parametrize("sample", [1, 6 * SEGMENT - FRAME_SAMPLES, COUNT - 5_000])
def test_a_song_goes_on_where_it_was_left(sample: int, reference: Pcm, tmp_path: Path) -> None:
    path = tmp_path / "left.wav"
    queue = Queue(random.Random(1))
    with listening(EngineConfig(Output.RECORDING, record_to=path), FixedRendition(is_top=True), one=SONG) as listener:
        queue.replace(listener.tracks(["one"]), start=0, source=None)
        listener.do(listener.player.restore(queue.state, sample / RATE))
        listener.do(listener.player.resume())
        listener.until(lambda state: state.status is Status.ENDED)
    assert np.array_equal(recorded(path), reference[sample:])


def test_of_a_burst_of_seeks_the_last_counts(reference: Pcm, tmp_path: Path) -> None:
    rng = random.Random(5)
    targets = [rng.randrange(COUNT) for _ in range(30)]

    def burst(listener: Listening) -> None:
        for target in targets:
            seek(listener, target)

    got = played(tmp_path / "burst.wav", burst)
    assert len(got) >= COUNT - targets[-1]
    assert np.array_equal(got[len(got) - (COUNT - targets[-1]) :], reference[targets[-1] :])
