"""Reads JSON that a server sent: strict about what is used, deaf to what is not. A wrong or missing field is a
ProtocolError that names it (`songs.items[3].title`). Pure; used by `parsing`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TypeVar

from player.errors import ProtocolError

T = TypeVar("T")

TEXT_LIMIT = 10_000  # letters; longer text is cut, it is shown and never compared
ID_LIMIT = 200
LIST_LIMIT = 10_000


def parse_json(body: bytes, where: str) -> Fields:
    """The object in `body`; ProtocolError for anything else, NaN and bottomless nesting included."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the server's answer to {where} is not JSON") from error
    return Fields(value, where)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


class Fields:
    """One JSON object; `where` is its path, for errors."""

    __slots__ = ("_values", "where")

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise ProtocolError(f"{where} is not an object")
        self._values: dict[str, object] = value
        self.where = where

    def wrong(self, name: str, expected: str) -> ProtocolError:
        found = "missing" if name not in self._values else f"not {expected}"
        return ProtocolError(f"the server's answer is wrong: {self.where}.{name} is {found}")

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if not isinstance(value, str):
            raise self.wrong(name, "text")
        return value[:TEXT_LIMIT]

    def optional_text(self, name: str) -> str:
        return self.text(name) if self.has(name) else ""

    def id(self, name: str = "id") -> str:
        value = self._values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= ID_LIMIT:
            raise self.wrong(name, "an id")
        return value

    def number(self, name: str) -> float:
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
            raise self.wrong(name, "a number")
        return float(value)

    def optional_number(self, name: str) -> float | None:
        return self.number(name) if self.has(name) else None

    def length_s(self, name: str) -> float:
        """Seconds of music: a number from 0."""
        value = self.number(name)
        if value < 0:
            raise self.wrong(name, "0 or more")
        return value

    def count(self, name: str) -> int:
        """A whole number from 0."""
        value = self.whole(name)
        if value < 0:
            raise self.wrong(name, "0 or more")
        return value

    def whole(self, name: str) -> int:
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
            raise self.wrong(name, "a whole number")
        return value

    def optional_whole(self, name: str) -> int | None:
        return self.whole(name) if self.has(name) else None

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        value = self._values.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def object(self, name: str) -> Fields:
        if not isinstance(self._values.get(name), dict):
            raise self.wrong(name, "an object")
        return Fields(self._values[name], f"{self.where}.{name}")

    def optional_object(self, name: str) -> Fields | None:
        return self.object(name) if self.has(name) else None

    def list(self, name: str, parse: Callable[[Fields], T], *, limit: int = LIST_LIMIT) -> tuple[T, ...]:
        values = self._values.get(name)
        if not isinstance(values, list):
            raise self.wrong(name, "a list")
        if len(values) > limit:
            raise ProtocolError(f"the server's answer is wrong: {self.where}.{name} has over {limit} items")
        return tuple(parse(Fields(value, f"{self.where}.{name}[{place}]")) for place, value in enumerate(values))

    def texts(self, name: str, *, limit: int = 100) -> tuple[str, ...]:
        values = self._values.get(name)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.wrong(name, "a list of text")
        return tuple(str(value)[:TEXT_LIMIT] for value in values[:limit])


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False
