"""A PulseAudio of the test's own, with devices that come and go and nobody hears, and an ear at one of them."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LIMIT_S = 20.0
RATE = 44_100


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

    def listen(self, name: str) -> Ear:
        ear = Ear(name, self.environment)
        wait_for(lambda: ear.is_listening)
        return ear

    def is_up(self) -> bool:
        return (
            subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode == 0
        )

    def _control(self, *words: str) -> str:
        answer = subprocess.run(
            ["pactl", *words], env=self.environment, capture_output=True, text=True, check=True, timeout=LIMIT_S
        )
        return answer.stdout.strip()


class Ear:
    """Records what goes through a device, from now until `close`."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["parec", f"--device={name}.monitor", "--format=float32le", f"--rate={RATE}", "--channels=2", "--raw"],
            env=environment,
            stdout=subprocess.PIPE,
        )
        self._heard: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, name="ear", daemon=True)
        self._thread.start()

    @property
    def is_listening(self) -> bool:
        return bool(self._heard)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while data := self._process.stdout.read(4096):
            self._heard.append(data)

    def close(self) -> NDArray[np.float32]:
        self._process.terminate()
        self._thread.join(LIMIT_S)
        self._process.wait(LIMIT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        whole = b"".join(self._heard)
        samples: NDArray[np.float32] = np.frombuffer(whole[: len(whole) // 8 * 8], "<f4").reshape(-1, 2)
        return samples


def wait_for(claim: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + LIMIT_S
    while not claim():
        assert time.monotonic() < ends_s
        time.sleep(0.05)
