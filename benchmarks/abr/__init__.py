"""`python3 dev.py bench abr`: the shipped bitrate controller against published rules and against what is possible."""

from __future__ import annotations


def main() -> int:
    from benchmarks.abr.comparison import main as compare

    return compare()
