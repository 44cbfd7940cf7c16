"""Every answer outside 2xx: `application/problem+json` (RFC 9457) with a stable `code`.

Routes and services raise `Problem`; the handlers here, installed by the app factory, turn it and what FastAPI itself
raises into the one shape of docs/api.md. Anything else is a bug and `http_rules` answers it.
"""

from __future__ import annotations

import http
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

log = logging.getLogger("server")

MEDIA_TYPE = "application/problem+json"
_CODES = {
    400: "VALIDATION",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    412: "VERSION_MISMATCH",
    413: "TOO_LARGE",
    428: "PRECONDITION_REQUIRED",
    429: "RATE_LIMITED",
}


class ProblemShape(BaseModel):
    """RFC 9457, as every error is answered."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, Any]] | None = None


_ANSWER = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": ProblemShape.model_json_schema()}}}
# 422 by name: FastAPI would document its own shape there
RESPONSES: dict[int | str, dict[str, Any]] = {"default": _ANSWER, 422: _ANSWER}


class Problem(Exception):
    """`detail` is one clear sentence for people, `code` is for programs and never changes its meaning."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = errors


def not_found(what: str) -> Problem:
    return Problem(404, "NOT_FOUND", f"There is no such {what}.")


def problem_body(problem: Problem) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": http.HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
    }
    if problem.errors is not None:
        body["errors"] = problem.errors
    return body


def problem_response(problem: Problem) -> JSONResponse:
    return JSONResponse(
        problem_body(problem), status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def install_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(OperationalError, _answer_database_error)


async def _answer_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _answer_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # the rejected input is left out of the answer: it may be a password
    errors = [{"at": _where(item["loc"]), "message": str(item["msg"])} for item in error.errors()]
    first = f"{errors[0]['at']}: {errors[0]['message']}" if errors else "the request does not fit the API"
    return problem_response(Problem(422, "VALIDATION", first, errors=errors))


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


async def _answer_http_exception(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "HTTP")
    return problem_response(Problem(error.status_code, code, str(error.detail), headers=error.headers))


async def _answer_database_error(request: Request, error: Exception) -> JSONResponse:
    """Locked too long, disk full, unreadable: not the caller's fault, and it may pass."""
    assert isinstance(error, OperationalError)
    log.error("%s %s: the database failed: %s", request.method, request.url.path, error.orig)
    detail = f"The backend's database is not available: {error.orig}."
    return problem_response(Problem(503, "DATABASE_UNAVAILABLE", detail, headers={"Retry-After": "2"}))
