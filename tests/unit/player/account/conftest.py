from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from player.library.database import LocalDatabase
from tests.support.looping import Looping, looping


@pytest.fixture
def loop() -> Iterator[Looping]:
    with looping() as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> Iterator[LocalDatabase]:
    opened = LocalDatabase.open(tmp_path / "player" / "player.db")
    yield opened
    opened.close()
