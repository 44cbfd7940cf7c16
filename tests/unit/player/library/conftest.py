from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from player.library.database import LocalDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[LocalDatabase]:
    opened = LocalDatabase.open(tmp_path / "player.db")
    yield opened
    opened.close()
