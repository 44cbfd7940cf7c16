"""Registering, signing in, the owner's code and what guards them, over the wire."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.backend import PASSWORD, Backend


@pytest.fixture
def nobody(backend: Backend) -> Iterator[httpx.Client]:
    with backend.client("") as client:
        yield client


def _sign_in(client: httpx.Client, username: str, password: str = PASSWORD) -> httpx.Response:
    return client.post("/auth/token", json={"grant_type": "password", "username": username, "password": password})


def test_somebody_registers_signs_in_and_is_known(nobody: httpx.Client) -> None:
    made = nobody.post("/auth/register", json={"username": " Ana.T ", "password": PASSWORD})
    assert made.status_code == 201
    assert made.json() | {"id": ""} == {
        "id": "",
        "username": "ana.t",
        "display_name": "Ana.T",
        "plan": "premium",
        "is_owner": False,
    }
    grant = _sign_in(nobody, "ANA.T").json()
    assert (grant["token_type"], grant["expires_in"]) == ("Bearer", 600)
    me = nobody.get("/me", headers={"Authorization": f"Bearer {grant['access_token']}"})
    assert me.json() == made.json()
    assert me.headers["cache-control"] == "no-store"


def test_a_taken_name_says_so_whatever_its_case(nobody: httpx.Client) -> None:
    nobody.post("/auth/register", json={"username": "ana", "password": PASSWORD}).raise_for_status()
    answer = nobody.post("/auth/register", json={"username": "ANA", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "USERNAME_TAKEN")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"username": "ab", "password": PASSWORD}, "3 to 32"),
        ({"username": "ana maria", "password": PASSWORD}, "letters a-z"),
        ({"username": "-ana", "password": PASSWORD}, "first and last"),
        ({"username": "ana", "password": "short"}, "at least 8"),
        ({"username": "anamaria", "password": "AnaMaria"}, "differ"),
        ({"username": "ana", "password": PASSWORD, "display_name": "x" * 65}, "at most 64"),
        ({"username": "ana"}, "password"),
    ],
)
def test_a_wrong_registration_is_refused_with_a_sentence(
    nobody: httpx.Client, body: dict[str, str], says: str
) -> None:
    answer = nobody.post("/auth/register", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION")
    assert says in answer.json()["detail"]
    assert body.get("password", "?") not in answer.text


def test_wrong_password_and_unknown_name_look_the_same(nobody: httpx.Client) -> None:
    nobody.post("/auth/register", json={"username": "ana", "password": PASSWORD}).raise_for_status()
    wrong, unknown = _sign_in(nobody, "ana", "wrong horse"), _sign_in(nobody, "nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "INVALID_CREDENTIALS"


def test_guessing_is_slowed_down(nobody: httpx.Client) -> None:
    answers = [_sign_in(nobody, "ana", "guess") for _ in range(9)]
    assert [answer.status_code for answer in answers] == [401] * 8 + [429]
    assert answers[-1].json()["code"] == "RATE_LIMITED"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_the_owner_code_signs_the_owner_in_once(backend: Backend, nobody: httpx.Client) -> None:
    grant = {"grant_type": "bootstrap", "code": backend.owner_code}
    wrong = nobody.post("/auth/token", json={**grant, "code": "é"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "INVALID_CREDENTIALS")
    token = nobody.post("/auth/token", json=grant).raise_for_status().json()["access_token"]
    with backend.client(token) as owner:
        assert owner.get("/me").json()["is_owner"] is True
    assert nobody.post("/auth/token", json=grant).status_code == 401
    # who has no password cannot sign in with any
    assert _sign_in(nobody, "owner", "").status_code == 401


def test_refreshing_and_revoking(backend: Backend, nobody: httpx.Client) -> None:
    code = {"grant_type": "bootstrap", "code": backend.owner_code}
    first = nobody.post("/auth/token", json=code).json()
    body = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "request_id": "request-1"}
    second = nobody.post("/auth/token", json=body)
    assert nobody.post("/auth/token", json=body).json() == second.json()
    assert nobody.post("/auth/revoke", json={"refresh_token": second.json()["refresh_token"]}).status_code == 204
    assert nobody.post("/auth/revoke", json={"refresh_token": "unknown"}).status_code == 204
    ended = {**body, "refresh_token": second.json()["refresh_token"], "request_id": "request-2"}
    answer = nobody.post("/auth/token", json=ended)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Bearer a.b.c", "Basic abc", "Bearer " + "x" * 3000])
def test_without_a_good_token_nothing_is_answered(nobody: httpx.Client, header: str | None) -> None:
    answer = nobody.get("/songs", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
