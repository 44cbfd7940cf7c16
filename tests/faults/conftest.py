from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.behind_faults import BehindFaults, behind_faults


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BehindFaults]:
    with behind_faults(tmp_path_factory.mktemp("faults")) as made:
        yield made
