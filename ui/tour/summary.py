"""The tour's summary as a page of Markdown: what was done, the figures, and the pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any


def write_summary(folder: Path, report: dict[str, Any], missing: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pictures = sorted(path.name for path in folder.glob("*.png"))
    renditions = Counter(segment["kbps"] for segment in report["segments"])
    taken = ", ".join(f"{kbps} kbit/s × {count}" for kbps, count in sorted(renditions.items())) or "none"
    rows = {
        "first sound": _with_unit(report["first_sound_ms"], "ms"),
        "stalls": f"{report['stalls']}, {report['stall_s']} s in all",
        "switches of rendition": str(report["switches"]),
        "mean bitrate heard": _with_unit(report["mean_kbps"], "kbit/s"),
        "segments fetched": taken,
        "errors": ", ".join(error["code"] for error in report["errors"]) or "none",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    outcome = f"It ended early: {missing}." if missing else "Everything came about."
    gallery = "\n\n".join(f"![{name}]({name})" for name in pictures)
    text = f"# Segue's guided tour\n\n{outcome}\n\n| | |\n|---|---|\n{table}\n\n{gallery}\n"
    (folder / "summary.md").write_text(text, encoding="utf-8")


def _with_unit(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:g} {unit}"
