"""What a process costs the machine: memory, threads, descriptors, processor time, from Linux' /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Footprint:
    """`private_mb` is what would be freed if the process ended; `resident_mb` counts shared pages whole."""

    resident_mb: float
    private_mb: float
    threads: int
    descriptors: int


def footprint(process_id: int) -> Footprint:
    place = PROC / str(process_id)
    kib = {
        line.split(":")[0]: int(line.split()[1])
        for line in (place / "smaps_rollup").read_text().splitlines()
        if line.endswith(" kB")
    }
    return Footprint(
        resident_mb=kib["Rss"] / 1024,
        private_mb=(kib["Private_Dirty"] + kib["Private_Clean"]) / 1024,
        threads=len(list((place / "task").iterdir())),
        descriptors=len(list((place / "fd").iterdir())),
    )


def cpu_s(process_id: int) -> float:
    """Processor seconds of all its threads since it began; children apart."""
    fields = (PROC / str(process_id) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_by_thread(process_id: int) -> dict[str, float]:
    """Processor seconds by thread name; threads of one name together."""
    spent: dict[str, float] = {}
    for task in (PROC / str(process_id) / "task").iterdir():
        try:
            name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
            continue
        fields = rest.split()
        spent[name] = spent.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def cpu_share(process_id: int, seconds: float) -> float:
    """Percent of one core over the next `seconds`."""
    began_s, spent_s = time.monotonic(), cpu_s(process_id)
    time.sleep(seconds)
    return 100.0 * (cpu_s(process_id) - spent_s) / (time.monotonic() - began_s)
