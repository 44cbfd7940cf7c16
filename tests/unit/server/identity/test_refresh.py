"""Rotation: one successor, a lost answer repeated, a stolen token ends the sign-in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from server.db.models import RefreshToken, User
from server.db.session import Database
from server.identity.access_tokens import LIFETIME_S, AccessTokens
from server.identity.refresh import LIFETIME_S as REFRESH_LIFETIME_S
from server.identity.refresh import REPLAY_WINDOW_S, RefreshRefused, RefreshTokens, end_sign_in, has_ended
from server.problems import Problem


class FakeTime:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def tokens(database: Database, clock: FakeTime) -> RefreshTokens:
    with database.session() as session:
        session.add(User(id="us_1", username="ana", display_name="Ana"))
    return RefreshTokens(database, AccessTokens(b"k" * 32, clock=clock), clock=clock)


def _rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(RefreshToken)) or 0


def test_a_used_token_is_dead_and_ends_the_whole_sign_in(tokens: RefreshTokens) -> None:
    first = tokens.begin("us_1", "laptop").refresh_token
    second = tokens.rotate(first, "one").refresh_token
    with pytest.raises(RefreshRefused):
        tokens.rotate(first, "two")
    with pytest.raises(RefreshRefused):
        tokens.rotate(second, "three")


def test_a_lost_answer_is_given_again_for_two_minutes(tokens: RefreshTokens, clock: FakeTime) -> None:
    first = tokens.begin("us_1", "").refresh_token
    answer = tokens.rotate(first, "one")
    clock.now += REPLAY_WINDOW_S
    assert tokens.rotate(first, "one") == answer
    clock.now += 1
    with pytest.raises(RefreshRefused):
        tokens.rotate(first, "one")
    with pytest.raises(RefreshRefused):
        tokens.rotate(answer.refresh_token, "two")


def test_a_hundred_concurrent_refreshes_of_one_request_rotate_once(tokens: RefreshTokens, database: Database) -> None:
    first = tokens.begin("us_1", "").refresh_token
    with ThreadPoolExecutor(32) as pool:
        answers = set(pool.map(lambda _: tokens.rotate(first, "one"), range(100)))
    assert len(answers) == 1
    assert _rows(database) == 2


def test_an_expired_or_unknown_token_is_refused(tokens: RefreshTokens, clock: FakeTime) -> None:
    first = tokens.begin("us_1", "").refresh_token
    clock.now += REFRESH_LIFETIME_S + 1
    for token in (first, "unknown", ""):
        with pytest.raises(RefreshRefused):
            tokens.rotate(token, "one")


def test_the_database_alone_opens_no_answer(tokens: RefreshTokens, database: Database) -> None:
    first = tokens.begin("us_1", "").refresh_token
    second = tokens.rotate(first, "one").refresh_token
    with database.reading() as session:
        for row in session.scalars(select(RefreshToken)):
            stored = repr(vars(row))
            assert first not in stored
            assert second not in stored


def test_old_rows_are_forgotten_at_the_next_sign_in(
    tokens: RefreshTokens, database: Database, clock: FakeTime
) -> None:
    tokens.rotate(tokens.begin("us_1", "").refresh_token, "one")
    clock.now += REFRESH_LIFETIME_S + 1
    tokens.begin("us_1", "")
    assert _rows(database) == 1


def test_an_access_token_names_its_sign_in(tokens: RefreshTokens, database: Database, clock: FakeTime) -> None:
    access = AccessTokens(b"k" * 32, clock=clock)
    first = tokens.begin("us_1", "")
    sign_in = access.sign_in_of(first.access_token)
    assert sign_in is not None
    assert access.sign_in_of(tokens.rotate(first.refresh_token, "one").access_token) == sign_in
    assert access.sign_in_of(tokens.begin("us_1", "").access_token) != sign_in
    assert access.sign_in_of(access.issue("us_1")) is None
    with database.session() as session:
        assert not has_ended(session, sign_in)
        end_sign_in(session, sign_in, clock.now)
        assert has_ended(session, sign_in)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda token: token, "TOKEN_EXPIRED"),
        (lambda token: token[:-4] + "AAAA", "UNAUTHENTICATED"),
        (lambda _: AccessTokens(b"x" * 32).issue("us_1"), "UNAUTHENTICATED"),
        (lambda _: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c18xIn0.", "UNAUTHENTICATED"),
    ],
)
def test_access_tokens_are_refused_by_kind(clock: FakeTime, spoil: Callable[[str], str], code: str) -> None:
    issuer = AccessTokens(b"k" * 32, clock=clock)
    token = issuer.issue("us_1")
    assert issuer.verify(token) == "us_1"
    clock.now += LIFETIME_S + 60
    with pytest.raises(Problem) as refused:
        issuer.verify(spoil(token))
    assert refused.value.code == code
