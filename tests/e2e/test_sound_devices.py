"""Real devices: a sound server of the test's own with two of them. Part of the full run; it needs PulseAudio, and
says so where that is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from player.domain.playback import Status
from player.domain.sound import OutputChoice, SleepTimer
from player.errors import AudioDeviceError
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import PlayerOptions
from tests.support.sound_server import RATE, SoundServer, wait_for
from tests.unit.player.playback.bench import PlayerBench, running
from tests.unit.player.playback.fake_streams import FakeStreams
from tests.unit.player.playback.songs import Pcm, WavStream, noise, track

pytestmark = pytest.mark.soak

PULSE = EngineConfig(Output.DEVICE, device_driver="pulse")
SPEAKERS, HEADPHONES = "pulse/speakers", "pulse/headphones"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    assert shutil.which("pulseaudio"), "this test needs PulseAudio: apt install pulseaudio"
    tmp_path.chmod(0o700)
    made = SoundServer(tmp_path)
    try:
        wait_for(made.is_up)
        for name in ("speakers", "headphones"):
            made.plug_in(name)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        yield made
    finally:
        made.close()


def play(bench: PlayerBench) -> None:
    bench.do(bench.player.warm_up())
    bench.do(bench.player.play([track(name, seconds=60.0) for name in "ab"]))
    bench.until_status(Status.PLAYING, "a")


def test_devices_are_listed_and_the_chosen_one_plays(server: SoundServer) -> None:
    with running(config=PULSE) as bench:
        play(bench)
        assert [device.id for device in bench.player.output_devices()] == ["auto", SPEAKERS, HEADPHONES]
        assert not any(device.can_be_exclusive for device in bench.player.output_devices())
        bench.do(bench.player.set_output(HEADPHONES))
        bench.until(lambda state: server.heard_through() == {"headphones"} and state.is_advancing)
        bench.do(bench.player.set_output(SPEAKERS))
        bench.until(lambda state: server.heard_through() == {"speakers"} and state.is_advancing)
        assert bench.player.state.output.is_present


def test_a_chosen_device_that_goes_pauses_and_is_used_again_when_it_is_back(server: SoundServer) -> None:
    with running(config=PULSE) as bench:
        play(bench)
        bench.do(bench.player.set_output(HEADPHONES))
        bench.until(lambda state: server.heard_through() == {"headphones"} and state.position_s > 0.5)
        server.pull_out("headphones")
        state = bench.until_status(Status.PAUSED)
        assert isinstance(state.error, AudioDeviceError)
        assert state.position_s > 0.4
        bench.until(lambda state: not state.output.is_present)
        bench.do(bench.player.resume())
        bench.until(lambda now: now.is_advancing and now.position_s > state.position_s)
        assert server.heard_through() == {"speakers"}
        server.plug_in("headphones")
        bench.until(lambda now: now.output.is_present and server.heard_through() == {"headphones"})
        bench.until(lambda now: now.is_advancing and now.error is None)


def test_another_device_that_goes_changes_nothing(server: SoundServer) -> None:
    with running(config=PULSE) as bench:
        play(bench)
        bench.do(bench.player.set_output(SPEAKERS))
        bench.until(lambda state: server.heard_through() == {"speakers"} and state.is_advancing)
        server.pull_out("headphones")
        bench.until(lambda _: len(bench.player.output_devices()) == 2)
        assert bench.player.state.is_advancing


def test_a_device_chosen_last_time_is_used_from_the_first_sound(server: SoundServer) -> None:
    options = PlayerOptions(output=OutputChoice(HEADPHONES))
    with running(config=PULSE, options=options) as bench:
        play(bench)
        assert server.heard_through() == {"headphones"}


def test_songs_fade_through_one_device_together(server: SoundServer) -> None:
    with running(config=PULSE, options=PlayerOptions(crossfade_s=2.0)) as bench:
        bench.do(bench.player.play([track(name, seconds=7.0) for name in "ab"]))
        bench.until(lambda _: bench.pair.is_fading)
        assert bench.pair.can_fade
        bench.do(bench.player.set_sleep(SleepTimer(songs=1)))
        bench.until_status(Status.ENDED)
        assert bench.titles_heard() == ["a", "b"]
        assert bench.player.stats().stalls == 0


def place(heard: Pcm, song: Pcm, at: int, count: int = 8192) -> int:
    """Where the song's first sample lies in what was heard, by a part of it that is heard alone."""
    part = song[at : at + count, 0]
    size = 1 << (len(heard) + count - 1).bit_length()
    match = np.fft.irfft(np.fft.rfft(heard[:, 0], size) * np.conj(np.fft.rfft(part, size)), size)[: len(heard)]
    return int(np.argmax(match)) - at


def test_a_fade_is_heard_as_one_music_of_even_power(server: SoundServer) -> None:
    fade_s, length_s = 3.0, 10.0
    first, second = noise(length_s, seed=1), noise(length_s, seed=2)
    streams = FakeStreams(lambda song: WavStream(first if song.id == "a" else second, track_id=song.id))
    options = PlayerOptions(crossfade_s=fade_s, output=OutputChoice(SPEAKERS))
    with running(streams, PULSE, options) as bench:
        bench.do(bench.player.warm_up())
        ear = server.listen("speakers")
        bench.do(bench.player.play([track(name, seconds=length_s) for name in "ab"]))
        bench.until_status(Status.ENDED)
        heard = ear.close()
    begins, turns = place(heard, first, 2 * RATE), place(heard, second, 5 * RATE)
    late_s = (turns - begins) / RATE - (length_s - fade_s)
    assert abs(late_s) < 0.1 * fade_s
    assert begins >= 0
    heard, overlap = heard[begins:], turns - begins
    assert np.abs(heard[: overlap - RATE // 2] - first[: overlap - RATE // 2]).max() < 2e-4  # the device has 16 bits
    alone = heard[len(first) + RATE : overlap + len(second)]
    assert np.abs(alone - second[len(first) + RATE - overlap :][: len(alone)]).max() < 2e-4
    window = RATE // 10
    for at in range(overlap, len(first) - window, window):
        both = np.stack([first[at : at + window].ravel(), second[at - overlap :][:window].ravel()], axis=1)
        (out, into), *_ = np.linalg.lstsq(both, heard[at : at + window].ravel(), rcond=None)
        way = (at + window / 2 - (len(first) - fade_s * RATE)) / (fade_s * RATE)
        assert out == pytest.approx(np.cos(np.pi / 2 * way), abs=0.02)
        assert abs(10 * np.log10(out**2 + into**2)) < 1.0
