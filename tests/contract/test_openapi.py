"""The wire holds under any input: every operation of the published OpenAPI document, with generated requests, answers
without a bug (no 5xx) and in the shape of docs/api.md (errors are problem+json with a stable code).

One real backend over loopback; time is bounded by the number of examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance

from server.config import API_PREFIX
from tests.support.backend import Backend, running_backend
from tests.support.seeded import seed_library

EXAMPLES = int(os.environ.get("SEGUE_OPENAPI_EXAMPLES", "8"))
# it names a folder of this machine, which a generated path must not do
NOT_TRIED = {f"POST {API_PREFIX}/admin/libraries"}


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with running_backend(tmp_path_factory.mktemp("backend")) as running:
        with running.services.database.session() as session:
            seed_library(session)
        yield running


def test_any_request_is_answered_in_the_shape_of_the_contract(backend: Backend) -> None:
    # the pytest integration of schemathesis does not know this pytest; the operations are walked here instead
    api = schemathesis.openapi.from_url(f"{backend.url}{API_PREFIX}/openapi.json")
    headers = {"Authorization": f"Bearer {backend.owner_token()}"}
    operations = [found.ok() for found in api.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 20
    for operation in operations:
        if operation.label in NOT_TRIED:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def holds(case: schemathesis.Case[Any]) -> None:
            check_answer(case, case.call(headers=headers))

        holds()


def check_answer(case: schemathesis.Case[Any], answer: schemathesis.Response) -> None:
    told = f"{case.method} {case.formatted_path}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code < 500, told
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == ["application/problem+json"], told
        assert {"type", "title", "status", "detail", "code"} <= answer.json().keys(), told
    else:
        case.validate_response(answer, checks=[response_schema_conformance])


def test_every_route_of_the_contract_is_published(backend: Backend) -> None:
    paths = httpx.get(f"{backend.url}{API_PREFIX}/openapi.json", trust_env=False).json()["paths"]
    published = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    for route in (
        "GET /health",
        "POST /auth/register",
        "POST /auth/token",
        "POST /auth/revoke",
        "GET /me",
        "GET /songs",
        "GET /songs/top",
        "GET /albums",
        "GET /artists",
        "GET /genres",
        "GET /search",
        "GET /home",
        "GET /playlists",
        "POST /playlists",
        "POST /playback-events",
        "PUT /me/library/songs/{song_id}",
        "POST /playlists/{playlist_id}/edits",
        "POST /me/devices",
        "GET /me/devices",
        "DELETE /me/devices/{device_id}",
        "GET /licences/keys",
        "GET /licences/time",
        "POST /licences/lease",
        "POST /licences/leaves",
        "DELETE /licences/leaves/{gid}",
    ):
        method, path = route.split()
        assert f"{method} {API_PREFIX}{path}" in published
