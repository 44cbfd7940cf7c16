"""Ordered edits of a playlist: pure, on a list of items, so that their laws can be tested on their own.

Positions count in the list as it is when that edit begins (docs/api.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from server.problems import Problem

MAX_ITEMS = 10_000
MAX_EDITS = 100
_MAX_IDS = 1_000

Id = Annotated[str, Field(max_length=64)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=_MAX_IDS)]
_Position = Annotated[int, Field(ge=0, le=MAX_ITEMS)]


class Insert(BaseModel):
    op: Literal["insert"]
    song_ids: Ids
    position: _Position | None = None


class Move(BaseModel):
    op: Literal["move"]
    item_ids: Ids
    position: _Position | None = None


class Remove(BaseModel):
    op: Literal["remove"]
    item_ids: Ids


Edit = Annotated[Insert | Move | Remove, Field(discriminator="op")]


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    song_id: str


def edited(items: Sequence[Item], edits: Sequence[Insert | Move | Remove], new_id: Callable[[], str]) -> list[Item]:
    """All edits one after another; a Problem when one does not fit, and then none has happened."""
    result = list(items)
    for edit in edits:
        match edit:
            case Insert():
                added = [Item(new_id(), song_id) for song_id in edit.song_ids]
                at = _place(result, edit.position)
                result = [*result[:at], *added, *result[at:]]
            case Move():
                result = _moved(result, edit)
            case Remove():
                gone = _known(result, edit.item_ids)
                result = [item for item in result if item.id not in gone]
    if len(result) > MAX_ITEMS:
        raise _refused(f"A playlist has at most {MAX_ITEMS} songs.")
    return result


def _moved(items: list[Item], edit: Move) -> list[Item]:
    wanted = _known(items, edit.item_ids)
    at = _place(items, edit.position)
    taken = [item for item in items if item.id in wanted]
    # what stays before and after the place keeps its order; a moved item at the place itself just gives way
    before = [item for item in items[:at] if item.id not in wanted]
    after = [item for item in items[at:] if item.id not in wanted]
    return [*before, *taken, *after]


def _place(items: list[Item], position: int | None) -> int:
    if position is None:
        return len(items)
    if position > len(items):
        raise _refused(f"There is no position {position}: the playlist has {len(items)} songs at that point.")
    return position


def _known(items: list[Item], item_ids: Sequence[str]) -> set[str]:
    wanted = set(item_ids)
    unknown = wanted - {item.id for item in items}
    if unknown:
        raise _refused(f"The playlist has no item '{min(unknown)}'.")
    return wanted


def _refused(sentence: str) -> Problem:
    return Problem(422, "VALIDATION", sentence)
