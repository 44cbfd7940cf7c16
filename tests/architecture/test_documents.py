"""Documents made from code are what the code says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.generate import PAGES
from player.headless.command_line import EXIT_MEANINGS, EXIT_OF_ERROR, ExitCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_fresh(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python3 dev.py docs` writes them anew."""
    monkeypatch.setenv("COLUMNS", "100")
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_every_exit_code_has_a_meaning() -> None:
    assert set(EXIT_MEANINGS) == set(ExitCode)
    assert set(EXIT_OF_ERROR.values()) <= set(ExitCode)
