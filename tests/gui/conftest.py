"""What every test of the window needs."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """As `ui.collector` has it: no cycle with a Qt object in it is freed on the loop's thread."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()
