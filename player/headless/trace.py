"""A bandwidth trace: what a link gives, moment by moment. Pure.

The file is JSON, `[{"duration_ms": 20000, "bandwidth_kbps": 400, "latency_ms": 80}, ...]`, the form that Sabre and
the simulator of the ABR literature use; after its last step it begins again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

MAX_STEPS = 100_000
MAX_BYTES = 16 * 1024 * 1024


class TraceError(ValueError):
    """The trace cannot be used; the message names the step."""


@dataclass(frozen=True, slots=True)
class Step:
    duration_s: float
    rate_bps: float
    latency_s: float


@dataclass(frozen=True, slots=True)
class Trace:
    steps: tuple[Step, ...]
    ends_s: tuple[float, ...]
    """when each step ends, from the start of the trace"""

    @classmethod
    def of(cls, steps: tuple[Step, ...]) -> Trace:
        return cls(steps, tuple(accumulate(step.duration_s for step in steps)))

    def at(self, elapsed_s: float) -> tuple[Step, float]:
        """The step in force after `elapsed_s` and the seconds it still lasts."""
        offset = elapsed_s % self.ends_s[-1]
        for step, end in zip(self.steps, self.ends_s, strict=True):
            if offset < end:
                return step, end - offset
        return self.steps[0], self.steps[0].duration_s  # rounding put the offset on the very end

    def seconds_to_send(self, size_bytes: int, elapsed_s: float) -> float:
        """How long `size_bytes` takes on the link when sending begins at `elapsed_s`."""
        bits, now = size_bytes * 8.0, elapsed_s
        while True:
            step, left_s = self.at(now)
            if bits <= step.rate_bps * left_s:
                return now - elapsed_s + bits / step.rate_bps
            bits -= step.rate_bps * left_s
            now += left_s


def parse_trace(text: str) -> Trace:
    """Read a trace; TraceError says which step is wrong and what is allowed."""
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise TraceError(f"the trace is not JSON ({error})") from error
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_STEPS:
        raise TraceError(f"a trace is a list of 1 to {MAX_STEPS} steps")
    steps = tuple(_step(number, row) for number, row in enumerate(rows, 1))
    if not any(step.rate_bps > 0 for step in steps):
        raise TraceError("the trace never lets a byte through: one step needs bandwidth_kbps above 0")
    return Trace.of(steps)


def _step(number: int, row: object) -> Step:
    if not isinstance(row, dict):
        raise TraceError(f"step {number} is not an object")
    figures = []
    for name, default, low, high in (
        ("duration_ms", None, 1, 86_400_000),
        ("bandwidth_kbps", None, 0, 10_000_000),
        ("latency_ms", 0, 0, 60_000),
    ):
        value = row.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise TraceError(f"step {number}: {name} is a number from {low} to {high}, not {value!r}")
        figures.append(float(value))
    return Step(figures[0] / 1000, figures[1] * 1000, figures[2] / 1000)


def load_trace(path: Path) -> Trace:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TraceError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        return parse_trace(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(f"{path} cannot be read ({error})") from error
