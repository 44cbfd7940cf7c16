"""Playback behind a link that goes wrong: every fault of tests/support/fault_matrix.py, `RUNS` times each at another
place and of another length, by the real backend, sign-in, player and libmpv. What was heard is compared sample for
sample with a run without faults.

The songs are played into a file as fast as they come, with no look-ahead to live on, so `held` is how much longer the
run took than the reference: what the fault costs a listener who has nothing buffered. The limits after which a
connection counts as dead are a tenth of the product's (0.6 s for 6 s).
"""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import warnings
from pathlib import Path

from tests.support import fault_matrix
from tests.support.behind_faults import BehindFaults, Heard, behind_faults
from tests.support.fault_matrix import SCENARIOS, Scenario

RUNS = 20
HEAD = "| fault | runs | skips | stops | wrong samples | held s, median | longest |\n|---|---|---|---|---|---|---|"


def main() -> int:
    logging.disable(logging.ERROR)  # what goes wrong is the subject
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder, behind_faults(Path(folder)) as behind:
        base_s = statistics.median(behind.record().took_s for _ in range(5))
        print(f"three songs, {len(behind.reference.samples):,} samples; {base_s:.2f} s without faults\n\n{HEAD}")
        results = [_row(behind, scenario, base_s) for scenario in SCENARIOS]
    return int(not all(results))


def _row(behind: BehindFaults, scenario: Scenario, base_s: float) -> bool:
    """Prints the figures of one fault; whether they are what they should be."""
    heard: list[Heard] = [fault_matrix.run(behind, scenario, seed) for seed in range(RUNS)]
    skips = sum(each.skips(behind.reference) for each in heard)
    stops = sum(each.stops for each in heard)
    wrong = sum(each.wrong_samples(behind.reference) for each in heard)
    held_s = [max(0.0, each.took_s - base_s) for each in heard]
    figures = f"{statistics.median(held_s):.2f} | {max(held_s):.2f}"
    print(f"| {scenario.name} | {len(heard)} | {skips} | {stops} | {wrong} | {figures} |", flush=True)
    return not (skips or stops or wrong)


if __name__ == "__main__":
    sys.exit(main())
