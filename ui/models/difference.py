"""How one list of rows becomes another with one removal and one insertion, so that a view keeps its place. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows `first` up to `old_end` of the old list are replaced by `first` up to `new_end` of the new one."""

    first: int
    old_end: int
    new_end: int


def difference(old: Sequence[Hashable], new: Sequence[Hashable]) -> Difference:
    shorter = min(len(old), len(new))
    first = 0
    while first < shorter and old[first] == new[first]:
        first += 1
    same_end = 0
    while same_end < shorter - first and old[-1 - same_end] == new[-1 - same_end]:
        same_end += 1
    return Difference(first, len(old) - same_end, len(new) - same_end)
