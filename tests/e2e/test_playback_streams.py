"""Songs from a real HLS origin through the look-ahead and libmpv: what is recorded is what the segments hold, to the
sample, and faults of the network never cost the place in the song."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.playback import PlaybackState, QueueState, Status
from player.network.client import build_client
from player.network.retry import Backoff
from player.playback.crossfading import CrossfadingEngine
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import Player, PlayerOptions
from player.playback.recording import HEADER_BYTES
from player.runtime import Runtime
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.controller import Controller
from player.streaming.abr.fixed import FixedRendition
from player.streaming.look_ahead import LookAhead
from tests.support.media_server import Fault, MediaServer, Song, running_media_server, song

LIMIT_S = 40.0
TOP = 3


class Listening:
    """A player over a media server, and what it published."""

    def __init__(
        self, server: MediaServer, runtime: Runtime, http: httpx.AsyncClient, config: EngineConfig, abr: Controller
    ) -> None:
        self.server = server
        self.runtime = runtime
        self.clock = SystemClock()
        self.ahead = LookAhead(
            runtime=runtime,
            clock=self.clock,
            open_stream=server.open_stream,
            client=http,
            controller=abr,
            backoff=Backoff(first_s=0.02, limit_s=0.1, rng=random.Random(1)),
        )
        self.player = Player(
            runtime=runtime,
            streams=self.ahead,
            engine=CrossfadingEngine(config, runtime.loop.call_soon_threadsafe, runtime),
            clock=self.clock,
            options=PlayerOptions(failed_pause_s=0.05),
        )
        self.seen: list[PlaybackState] = []
        self._changed = threading.Condition()
        self.player.subscribe(self._note)

    def _note(self, event: PlaybackState | QueueState) -> None:
        with self._changed:
            if isinstance(event, PlaybackState):
                self.seen.append(event)
            self._changed.notify_all()

    def play(self, *names: str) -> None:
        self.runtime.call(self.player.play(self.tracks(names))).result(LIMIT_S)

    def tracks(self, names: Sequence[str]) -> list[Track]:
        return [self.server.track(name) for name in names]

    def seek(self, position_s: float) -> None:
        self.runtime.call(self.player.seek(position_s)).result(LIMIT_S)

    def until(self, claim: Callable[[PlaybackState], bool]) -> PlaybackState:
        with self._changed:
            met = self._changed.wait_for(lambda: claim(self.player.state), LIMIT_S)
        assert met, f"never came true; the last state was {self.player.state}"
        return self.player.state

    def until_hears(self, name: str) -> PlaybackState:
        return self.until(
            lambda state: state.is_advancing and state.entry is not None and state.entry.track.id == name
        )

    def close(self) -> None:
        self.runtime.call(self.player.aclose()).result(LIMIT_S)
        self.runtime.call(self.ahead.aclose()).result(LIMIT_S)


@contextmanager
def listening(config: EngineConfig, abr: Controller, **songs: Song) -> Iterator[Listening]:
    async def client() -> httpx.AsyncClient:
        return build_client()

    with running_media_server(**songs) as server:
        runtime = Runtime()
        runtime.start()
        http = runtime.call(client()).result(LIMIT_S)
        listener = Listening(server, runtime, http, config, abr)
        try:
            yield listener
        finally:
            listener.close()
            runtime.call(http.aclose()).result(LIMIT_S)
            runtime.stop()


def decoded(known: Song, rungs: list[int], folder: Path) -> NDArray[np.int16]:
    """What libmpv itself makes of init and segments as one plain file, cut to the song's true length. The same
    libmpv, because each version of FFmpeg rounds AAC in its own way."""
    import mpv

    plain, pcm = folder / "plain.mp4", folder / "plain.pcm"
    plain.write_bytes(known.plain_file(rungs))
    pcm.unlink(missing_ok=True)
    player = mpv.MPV(
        config="no", vid="no", ao="pcm", ao_pcm_file=str(pcm), ao_pcm_waveheader="no", audio_format="s16"
    )
    with player.prepare_and_wait_for_event("end_file", timeout=LIMIT_S):
        player.play(str(plain))
    player.terminate()
    samples: NDArray[np.int16] = np.frombuffer(pcm.read_bytes(), "<i2").reshape(-1, known.channels)
    assert len(samples) >= known.timeline.sample_count
    return samples[: known.timeline.sample_count]


def recorded(path: Path, channels: int = 2) -> NDArray[np.int16]:
    samples: NDArray[np.int16] = np.frombuffer(path.read_bytes()[HEADER_BYTES:], "<i2").reshape(-1, channels)
    return samples


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
