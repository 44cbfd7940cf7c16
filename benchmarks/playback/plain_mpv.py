"""mpv as it comes, a program of its own, on the backend's HLS: the reference of the playback benchmark. It is told
what to do, and watched, over its JSON IPC; its null output keeps the time of a sound card."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.playback.sounding import Sounding

START_LIMIT_S = 20.0
ANSWER_LIMIT_S = 10.0


class PlainMpv:
    """`sounding` hears of every start and end of sound."""

    def __init__(self, address: Path, sounding: Sounding) -> None:
        self._sounding = sounding
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(address))
        self._answers: dict[int, Any] = {}
        self._came = threading.Condition()
        self._asked = 0
        threading.Thread(target=self._listen, name="mpv ipc", daemon=True).start()
        self.command("observe_property", 1, "core-idle")

    def play(self, addresses: Sequence[str]) -> None:
        for number, address in enumerate(addresses):
            self.command("loadfile", address, "append" if number else "replace")

    def command(self, *words: object) -> Any:
        with self._came:
            self._asked += 1
            number = self._asked
        self._socket.sendall(json.dumps({"command": words, "request_id": number}).encode() + b"\n")
        with self._came:
            if not self._came.wait_for(lambda: number in self._answers, ANSWER_LIMIT_S):
                raise SystemExit(f"mpv does not answer {words[0]}")
            return self._answers.pop(number)

    def value(self, name: str) -> Any:
        return self.command("get_property", name)

    def played_s(self, durations_s: Sequence[float]) -> float:
        """Of all songs together; they are played in their order."""
        number = self.value("playlist-pos")
        if number is None or number < 0:
            return 0.0
        return sum(durations_s[:number]) + float(self.value("time-pos") or 0.0)

    def _listen(self) -> None:
        try:
            for line in self._socket.makefile("rb"):
                self._hear(json.loads(line))
        except OSError:
            return

    def _hear(self, said: dict[str, Any]) -> None:
        if said.get("event") == "property-change" and said.get("name") == "core-idle":
            self._sounding.observe(time.monotonic(), is_sounding=said.get("data") is False)
        elif "request_id" in said:
            with self._came:
                self._answers[said["request_id"]] = said.get("data")
                self._came.notify_all()

    def close(self) -> None:
        self._socket.close()


@contextmanager
def plain_mpv(*options: str) -> Iterator[tuple[PlainMpv, Sounding]]:
    sounding = Sounding()
    with tempfile.TemporaryDirectory(prefix="segue-mpv-") as folder:
        address = Path(folder) / "ipc"
        quiet = ("--no-config", "--no-terminal", "--no-video", "--idle=yes", "--ao=null")
        with subprocess.Popen(["mpv", *quiet, *options, f"--input-ipc-server={address}"]) as process:
            try:
                mpv = _connected(address, sounding)
                yield mpv, sounding
                mpv.close()
            finally:
                process.terminate()


def _connected(address: Path, sounding: Sounding) -> PlainMpv:
    end_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end_s:
        try:
            return PlainMpv(address, sounding)
        except OSError:
            time.sleep(0.05)
    raise SystemExit("mpv does not start; `python3 dev.py bench` installs it")
