"""Playback outlasts every fault of the link: no song skipped, no stop, no sample other than without the fault
(docs/faults.md)."""

from __future__ import annotations

import pytest

from player.domain.playback import Status
from tests.support import fault_matrix
from tests.support.behind_faults import BehindFaults
from tests.support.fault_matrix import SCENARIOS, Scenario

SEEDS = 20
NAMES = [scenario.name for scenario in SCENARIOS]


def outlasts(behind: BehindFaults, scenario: Scenario, seed: int) -> None:
    heard = fault_matrix.run(behind, scenario, seed)
    assert heard.entries == behind.reference.entries
    assert heard.has_ended
    assert Status.FAILED not in heard.statuses
    assert Status.PAUSED not in heard.statuses
    assert heard.wrong_samples(behind.reference) == 0


@pytest.mark.parametrize(("seed", "scenario"), list(enumerate(SCENARIOS)), ids=NAMES)
def test_playback_outlasts_it(behind: BehindFaults, scenario: Scenario, seed: int) -> None:
    outlasts(behind, scenario, seed)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_playback_outlasts_it_wherever_and_however_long(behind: BehindFaults, scenario: Scenario) -> None:
    for seed in range(SEEDS):
        outlasts(behind, scenario, seed)
