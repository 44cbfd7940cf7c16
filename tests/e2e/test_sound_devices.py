"""Real devices: a sound server of the test's own with two of them. Part of the full run; it needs PulseAudio, and
says so where that is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.domain.playback import Status
from player.domain.sound import OutputChoice, SleepTimer
from player.errors import AudioDeviceError
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import PlayerOptions
from tests.unit.player.playback.bench import LIMIT_S, PlayerBench, running
from tests.unit.player.playback.songs import track

pytestmark = pytest.mark.soak

PULSE = EngineConfig(Output.DEVICE, device_driver="pulse")
SPEAKERS, HEADPHONES = "pulse/speakers", "pulse/headphones"


class SoundServer:
    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        self._modules: dict[str, str] = {}
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--load=module-native-protocol-unix"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def plug_in(self, name: str) -> None:
        self._modules[name] = self._control("load-module", "module-null-sink", f"sink_name={name}")

    def pull_out(self, name: str) -> None:
        self._control("unload-module", self._modules.pop(name))

    def heard_through(self) -> set[str]:
        """The devices that streams go to."""
        names = {line.split()[0]: line.split()[1] for line in self._control("list", "short", "sinks").splitlines()}
        return {names[line.split()[1]] for line in self._control("list", "short", "sink-inputs").splitlines()}

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(LIMIT_S)

    def is_up(self) -> bool:
        return (
            subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode == 0
        )

    def _control(self, *words: str) -> str:
        answer = subprocess.run(
            ["pactl", *words], env=self.environment, capture_output=True, text=True, check=True, timeout=LIMIT_S
        )
        return answer.stdout.strip()


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


def wait_for(claim: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + LIMIT_S
    while not claim():
        assert time.monotonic() < ends_s
        time.sleep(0.05)


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
