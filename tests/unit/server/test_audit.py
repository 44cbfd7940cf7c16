"""The audit log's chain: every kind of tampering is named, and the database itself refuses the plain ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.exc import DatabaseError

from server.audit import EMPTY_HASH, AuditBroken, AuditLog, Head, details_of, entries, verify
from server.db.models import AuditEntry
from server.db.session import Database
from tests.support.settable_time import SettableTime

COUNT = 25


@pytest.fixture
def filled_log(database: Database, clock: SettableTime) -> AuditLog:
    audit = AuditLog(clock)
    for number in range(COUNT):
        with database.session() as session:
            audit.record(session, "leaf.issue", "OK", user_id="us_1", details={"song": f"so_{number}", "é": None})
    return audit


def verified(database: Database, known: str | None = None) -> Head:
    with database.reading() as session:
        return verify(session, known=known)


def test_an_empty_log_holds(database: Database) -> None:
    assert verified(database) == verified(database, EMPTY_HASH) == Head(0, EMPTY_HASH)


def test_the_chain_holds_and_keeps_a_noted_head(filled_log: AuditLog, database: Database) -> None:
    noted = verified(database)
    assert noted.seq == COUNT
    with database.session() as session:
        filled_log.record(session, "lease.issue", "SUBSCRIPTION_LAPSED", device_id="de_1")
    assert verified(database, noted.hash).seq == COUNT + 1
    with database.reading() as session:
        found = list(entries(session, after=COUNT - 1))
    assert [entry.action for entry in found] == ["leaf.issue", "lease.issue"]
    assert details_of(found[0]) == {"song": f"so_{COUNT - 1}", "é": None}


def test_an_entry_of_an_undone_decision_is_undone(filled_log: AuditLog, database: Database) -> None:
    def fail() -> None:
        with database.session() as session:
            filled_log.record(session, "lease.issue", "OK")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert verified(database).seq == COUNT


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET outcome = 'X' WHERE seq = 3", "DELETE FROM audit_entries WHERE seq = 3"]
)
def test_the_database_refuses_to_change_an_entry(filled_log: AuditLog, database: Database, statement: str) -> None:
    def attempt() -> None:
        with database.session() as session:
            session.execute(text(statement))

    with pytest.raises(DatabaseError, match="append-only"):
        attempt()
    assert verified(database).seq == COUNT


def _without_triggers(database: Database, work: Callable[[Connection], None]) -> None:
    """As somebody with the file in hand would."""
    with database.engine.execution_options(segue_writes=True).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_entries_kept_as_written")
        connection.exec_driver_sql("DROP TRIGGER audit_entries_kept_for_good")
        work(connection)


COLUMNS = ["at_ms", "action", "outcome", "user_id", "device_id", "details", "previous_hash", "hash"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("seq", [1, 7, COUNT])
def test_a_changed_field_shows(filled_log: AuditLog, database: Database, column: str, seq: int) -> None:
    value = 5 if column == "at_ms" else "f" * 64 if column.endswith("hash") else "changed"
    change = update(AuditEntry).where(AuditEntry.seq == seq).values({column: value})

    def work(connection: Connection) -> None:
        connection.execute(change)

    _without_triggers(database, work)
    with pytest.raises(AuditBroken, match=f"Entry {seq} "):
        verified(database)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["DELETE FROM audit_entries WHERE seq = 4"], "Entry 4 is missing"),
        (["DELETE FROM audit_entries WHERE seq = 1"], "Entry 1 is missing"),
        (["DELETE FROM audit_entries WHERE seq = 25"], "ends at entry 24"),
        (["DELETE FROM audit_entries"], "ends at entry 0"),
        (
            ["UPDATE audit_entries SET seq = 99 WHERE seq = 5", "UPDATE audit_entries SET seq = 5 WHERE seq = 6"],
            "Entry 5",
        ),
        (["UPDATE audit_heads SET seq = 3"], "its head says 3"),
    ],
)
def test_left_out_and_moved_entries_show(
    filled_log: AuditLog, database: Database, statements: list[str], said: str
) -> None:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    _without_triggers(database, work)
    with pytest.raises(AuditBroken, match=said):
        verified(database)


def test_a_log_written_anew_does_not_hold_the_noted_head(
    filled_log: AuditLog, database: Database, clock: SettableTime
) -> None:
    noted = verified(database)

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("DELETE FROM audit_entries")
        connection.execute(text("UPDATE audit_heads SET seq = 0, hash = :h"), {"h": EMPTY_HASH})

    _without_triggers(database, work)
    clock.now += 1
    for number in range(COUNT):
        with database.session() as session:
            filled_log.record(session, "leaf.issue", "OK", details={"song": f"so_{number + 1}"})
    assert verified(database).seq == COUNT
    with pytest.raises(AuditBroken, match="written anew"):
        verified(database, noted.hash)
