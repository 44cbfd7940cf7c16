"""What import-linter cannot say about the tree: sizes, names, and that documents name what exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for folder in ("player", "ui", "server") for path in sorted((ROOT / folder).rglob("*.py"))]
SOURCES += [ROOT / "main.py", ROOT / "dev.py"]
VAGUE = {"utils", "helpers", "manager", "common", "misc", "util"}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_module_is_named_for_nothing() -> None:
    assert not [path for path in SOURCES if VAGUE & {*path.relative_to(ROOT).parts, path.stem}]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_functions_and_classes_stay_readable(path: Path) -> None:
    """A file splits at 600 lines, a function at 60, a class at 300. A migration lists tables: it is data."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 600
    for node in ast.walk(_tree(path)):
        limit = 300 if isinstance(node, ast.ClassDef) or "migrations" in path.parts else 60
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= limit, f"{path.name}:{node.lineno} {node.name} has {size} lines"


def test_every_module_says_why_it_exists() -> None:
    silent = [
        path for path in SOURCES if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(_tree(path))
    ]
    assert not silent


def test_tasks_are_made_by_the_runtime_only() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(r"\b(asyncio|loop)\.(create_task|ensure_future)\(", path.read_text(encoding="utf-8"))
    ]
    assert makers == ["player/runtime.py"]


def test_documents_name_files_that_exist() -> None:
    """Paths in backticks under our folders must be there: a document that lies is worse than none."""
    missing = []
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = document.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:player|ui|server|tests|benchmarks|docs|packaging|resources)/[\w./-]*)`", text):
            if not (ROOT / name).exists():
                missing.append(f"{document.name}: {name}")
    assert not missing
