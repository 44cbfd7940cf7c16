"""Songs from a real HLS origin through the look-ahead and libmpv: what is recorded is what the segments hold, to the
sample, and faults of the network never cost the place in the song."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from player.domain.playback import Status
from player.playback.engine_options import EngineConfig, Output
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.controller import Controller
from player.streaming.abr.fixed import FixedRendition
from tests.support.listening import LIMIT_S, decoded, listening, recorded
from tests.support.media_server import Fault, Song, song

TOP = 3


def record(path: Path, abr: Controller, songs: dict[str, Song], faults: Sequence[Fault] = ()) -> NDArray[np.int16]:
    with listening(EngineConfig(Output.RECORDING, record_to=path), abr, **songs) as listener:
        listener.server.faults.extend(faults)
        listener.play(*songs)
        listener.until(lambda state: state.status is Status.ENDED)
    return recorded(path)


def test_a_recording_is_the_decode_of_its_segments(tmp_path: Path) -> None:
    songs = {"one": song(1), "two": song(2, 9.7), "four": song(4, 13.1)}
    got = record(tmp_path / "album.wav", FixedRendition(is_top=True), songs)
    expected = [decoded(known, [TOP] * known.segment_count, tmp_path) for known in songs.values()]
    assert len(got) == sum(known.timeline.sample_count for known in songs.values())
    assert np.array_equal(got, np.concatenate(expected))


def test_a_recording_over_a_failing_network_is_the_same(tmp_path: Path) -> None:
    songs = {"one": song(1), "two": song(2, 9.7)}
    faults = [Fault("reset", times=2), Fault("half", times=2, skip=3), Fault("status", times=1, skip=5)]
    got = record(tmp_path / "album.wav", FixedRendition(is_top=False), songs, faults)
    expected = [decoded(known, [0] * known.segment_count, tmp_path) for known in songs.values()]
    assert np.array_equal(got, np.concatenate(expected))


def test_plays_seeks_and_goes_on_over_faults() -> None:
    config = EngineConfig(Output.SILENT)
    with listening(config, Adaptive(), one=song(1), two=song(2, 9.7)) as listener:
        listener.play("one", "two")
        state = listener.until(lambda state: state.status is Status.PLAYING)
        assert state.rendition_kbps is not None
        first_ms = listener.player.stats().first_sound_ms
        assert first_ms is not None
        listener.server.faults += [Fault("reset", times=3)]
        listener.seek(15.0)
        state = listener.until(lambda state: state.is_advancing and state.position_s > 15.2)
        assert state.entry is not None
        assert state.entry.track.id == "one"
        listener.seek(21.0)
        listener.until(lambda state: state.entry is not None and state.entry.track.id == "two" and state.is_advancing)
        assert listener.player.stats().mean_kbps is not None


@pytest.mark.allow_log("a song cannot be played: NOT_FOUND")
def test_a_song_the_server_does_not_know_is_passed_over() -> None:
    with listening(EngineConfig(Output.SILENT), Adaptive(), one=song(1), gone=song(2, 9.7)) as listener:
        tracks = listener.tracks(["gone", "one"])
        del listener.server.songs["gone"]
        listener.runtime.call(listener.player.play(tracks)).result(LIMIT_S)
        state = listener.until(lambda state: state.is_advancing)
        assert state.entry is not None
        assert state.entry.track.id == "one"
        assert any(seen.status is Status.FAILED for seen in listener.seen)


def test_songs_fade_into_each_other_without_a_stall() -> None:
    songs = {"a": song(1, seconds=13.0), "b": song(2, seconds=13.0), "c": song(3, seconds=13.0)}
    with listening(EngineConfig(Output.SILENT), FixedRendition(is_top=True), **songs) as listener:
        listener.runtime.call(listener.player.set_crossfade(2.0)).result(LIMIT_S)
        listener.play("a", "b", "c")
        listener.until(lambda state: state.is_advancing)
        for coming in "bc":
            listener.seek(9.5)
            listener.until_hears(coming)
            listener.until(lambda state: state.position_s > 2.5)
        assert listener.player.stats().stalls == 0
        assert not [state for state in listener.seen if state.status in (Status.FAILED, Status.RECONNECTING)]
