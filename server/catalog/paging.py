"""Pages by keyset: the cursor names the last row seen, so a page costs the same at the end of a list as at its
beginning, and rows that come or go in between shift nothing.

A cursor is base64url of [order, key values]; it is opaque to clients and checked as foreign input.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.problems import Problem

_MAX_CURSOR_CHARS = 2048

Cursor = Annotated[str | None, Query(max_length=_MAX_CURSOR_CHARS, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Key = tuple[Column, ...]
"""columns that are never null, the last of them unique"""


@dataclass(frozen=True, slots=True)
class Order:
    name: str
    """as the client wrote it: a cursor of another order is refused"""
    key: Key
    is_descending: bool


def order_named(sort: str, orders: Mapping[str, Key]) -> Order:
    key = orders.get(sort.removeprefix("-"))
    if key is None:
        known = ", ".join(orders)
        raise Problem(400, "VALIDATION", f"There is no order '{sort[:40]}'; known are {known}, each with '-' before.")
    return Order(sort, key, sort.startswith("-"))


@dataclass(frozen=True, slots=True)
class IdPage:
    ids: list[str]
    next: str | None
    total: int


def id_page(session: Session, rows: Select[Any], order: Order, *, cursor: str | None, limit: int) -> IdPage:
    """`rows` selects from the tables with every condition set; the last column of the order's key is the id."""
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(order.key[-1]).subquery()))
    page = rows.with_only_columns(*order.key).limit(limit + 1)
    page = page.order_by(*((part.desc() for part in order.key) if order.is_descending else order.key))
    if cursor is not None:
        seen = tuple_(*(literal(value) for value in _decoded(cursor, order)))
        here = tuple_(*order.key)
        page = page.where(here < seen if order.is_descending else here > seen)
    found = session.execute(page).all()
    shown = found[:limit]
    following = _encoded(order, shown[-1]) if len(found) > limit else None
    return IdPage([str(row[-1]) for row in shown], following, total or 0)


def _encoded(order: Order, row: Sequence[Any]) -> str:
    payload = json.dumps([order.name, *row], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")


def _decoded(cursor: str, order: Order) -> list[Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        payload = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _refused() from error
    if not isinstance(payload, list) or len(payload) != len(order.key) + 1 or payload[0] != order.name:
        raise _refused()
    values = payload[1:]
    if not all(_fits(value, column) for value, column in zip(values, order.key, strict=True)):
        raise _refused()
    return values


def _fits(value: object, column: Column) -> bool:
    if column.type.python_type is str:
        return isinstance(value, str)
    # an integer past 64 bits is none of ours, and SQLite would refuse it
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**63


def _refused() -> Problem:
    return Problem(400, "CURSOR_INVALID", "The cursor is not one of this list; begin again without it.")
