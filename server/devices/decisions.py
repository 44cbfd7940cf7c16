"""A decision about devices and licences: made in one transaction, kept in the audit log whether it was yes or no, and
given again to who asks again. Used by `Devices` and `Licences` in request threads, and by `python -m server.admin`.

A lost answer is repeated for 120 s under the request id it was given for; nothing is decided anew, so a retry costs
no slot and no licence. A refusal is not kept: it changed nothing, and its reason may be gone at the next try.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.audit import AuditLog
from server.db.models import GivenAnswer, User
from server.db.session import Database
from server.devices.proofs import WINDOW_S, Proof
from server.problems import Problem

log = logging.getLogger("server.devices")

REPEATED_FOR_S = 2 * WINDOW_S
OK = "OK"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided. `proof` is None where nobody signed: the account's own page, an administrator."""

    action: str
    user_id: str
    device_id: str | None = None
    proof: Proof | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """`answer` is JSON without secrets in the clear; `details` join those of the question in the audit log."""

    answer: dict[str, Any]
    device_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class Decisions:
    def __init__(self, database: Database, audit: AuditLog, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock

    def make(self, question: Question, decide: Callable[[Session], Decided]) -> dict[str, Any]:
        """`decide` says yes by its answer and no by a Problem, which leaves here once the log holds it; what it had
        changed by then is undone. Any other exception undoes everything and is not logged as a decision."""
        with self._database.session() as session:
            # one decision of an account at a time; SQLite ignores the lock and has one writer anyway
            session.execute(select(User.id).where(User.id == question.user_id).with_for_update())
            given = self._given(session, question)
            if isinstance(given, dict):
                return given
            outcome = given if isinstance(given, Problem) else self._decided(session, question, decide)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def _decided(
        self, session: Session, question: Question, decide: Callable[[Session], Decided]
    ) -> dict[str, Any] | Problem:
        try:
            with session.begin_nested():
                decided = decide(session)
        except Problem as refusal:
            self._record(session, question, refusal.code, question.device_id, {})
            return refusal
        self._record(session, question, OK, decided.device_id or question.device_id, decided.details)
        if question.proof is not None:
            self._keep(session, question.user_id, question.proof, decided.answer)
        return decided.answer

    def _given(self, session: Session, question: Question) -> dict[str, Any] | Problem | None:
        now = self._clock()
        session.execute(delete(GivenAnswer).where(GivenAnswer.given_at < now - REPEATED_FOR_S))
        if question.proof is None:
            return None
        row = session.get(GivenAnswer, (question.user_id, question.proof.request_id))
        if row is None:
            return None
        if row.request_hash != question.proof.request_hash + question.proof.kid:
            detail = "This request id was used for another request; take a new one for each."
            return Problem(409, "REQUEST_ID_REUSED", detail)
        return row.answer

    def _keep(self, session: Session, user_id: str, proof: Proof, answer: dict[str, Any]) -> None:
        session.add(
            GivenAnswer(
                user_id=user_id,
                request_id=proof.request_id,
                request_hash=proof.request_hash + proof.kid,
                answer=answer,
                given_at=self._clock(),
            )
        )

    def _record(
        self, session: Session, question: Question, outcome: str, device_id: str | None, details: Mapping[str, Any]
    ) -> None:
        self._audit.record(
            session,
            question.action,
            outcome,
            user_id=question.user_id,
            device_id=device_id,
            details={**question.details, **details},
        )
        log.info("%s: %s", question.action, outcome)
