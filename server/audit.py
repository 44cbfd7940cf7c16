"""The log of every decision about devices and licences, yes or no. Written by `server/devices/decisions.py` in the
transaction of the decision itself, read by `python -m server.admin audit`.

Each entry holds the SHA-256 of its own fields and of the entry before it, so an entry that is changed, inserted or
left out breaks the chain at that place. Who can write the whole table can also write a whole new chain: the head is
therefore told at every start (log) and by `audit verify`, and `verify` takes a head noted earlier, which must still
be in the chain. Entries hold ids and codes, never keys or tokens.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.models import AuditEntry, AuditHead
from server.db.session import Database
from server.jws import canonical

log = logging.getLogger("server.audit")

_HEAD_ROW = 1
_CHUNK = 1000
EMPTY_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    seq: int
    hash: str


class AuditBroken(Exception):
    """The text says at which entry the chain does not hold."""


class AuditLog:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def record(
        self,
        session: Session,
        action: str,
        outcome: str,
        *,
        user_id: str | None = None,
        device_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Appends one entry in the caller's writing session; `outcome` is OK or the code of the refusal."""
        # the lock on the head (a no-op on SQLite, whose writers wait anyway) keeps the chain from forking
        head = session.get(AuditHead, _HEAD_ROW, with_for_update=True, populate_existing=True)
        assert head is not None, "the migration makes the head"
        entry = AuditEntry(
            seq=head.seq + 1,
            at_ms=int(self._clock() * 1000),
            action=action,
            outcome=outcome,
            user_id=user_id,
            device_id=device_id,
            details=canonical(details or {}).decode(),
            previous_hash=head.hash,
        )
        entry.hash = _hash(entry)
        session.add(entry)
        head.seq, head.hash = entry.seq, entry.hash
        session.flush()


def head_of(session: Session) -> Head:
    row = session.get(AuditHead, _HEAD_ROW)
    assert row is not None, "the migration makes the head"
    return Head(row.seq, row.hash)


def tell_head(database: Database) -> None:
    """Where the database cannot reach: a log of the process that names the head shows what was written anew since."""
    with database.reading() as session:
        head = head_of(session)
    log.info("the audit log has %d entries; its head is %s", head.seq, head.hash)


def entries(session: Session, *, after: int = 0) -> Iterator[AuditEntry]:
    while chunk := session.scalars(
        select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(_CHUNK)
    ).all():
        yield from chunk
        after = chunk[-1].seq
        session.expunge_all()


def verify(session: Session, *, known: str | None = None) -> Head:
    """The head of a chain that holds from its first entry; AuditBroken otherwise, also where `known`, a hash told
    earlier, is not in it."""
    head = head_of(session)
    last = Head(0, EMPTY_HASH)
    is_known = known in (None, EMPTY_HASH)
    for entry in entries(session):
        if entry.seq != last.seq + 1:
            raise AuditBroken(f"Entry {last.seq + 1} is missing.")
        if entry.previous_hash != last.hash:
            raise AuditBroken(f"Entry {entry.seq} does not follow the entry before it.")
        if entry.hash != _hash(entry):
            raise AuditBroken(f"Entry {entry.seq} was changed.")
        last = Head(entry.seq, entry.hash)
        is_known = is_known or entry.hash == known
    if last != head:
        raise AuditBroken(f"The log ends at entry {last.seq}; its head says {head.seq}.")
    if not is_known:
        raise AuditBroken("The head that was noted is not in the log: the log was written anew.")
    return head


def _hash(entry: AuditEntry) -> str:
    fields = {
        "seq": entry.seq,
        "at_ms": entry.at_ms,
        "action": entry.action,
        "outcome": entry.outcome,
        "user_id": entry.user_id,
        "device_id": entry.device_id,
        "details": entry.details,
        "previous_hash": entry.previous_hash,
    }
    return hashlib.sha256(b"segue audit v1\0" + canonical(fields)).hexdigest()


def details_of(entry: AuditEntry) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(entry.details)
    return details
