"""`/auth/*` and `/me`. Plain functions: they run in request threads, so hashing never stops the event loop."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from server.identity.access import CurrentUser, Listener
from server.identity.accounts import Accounts
from server.identity.refresh import Grant, RefreshTokens
from server.identity.shapes import (
    PasswordGrant,
    Profile,
    RefreshGrant,
    Registration,
    Revocation,
    TokenAnswer,
    TokenRequest,
)

router = APIRouter(tags=["identity"])


async def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.services.accounts
    return accounts


async def _refresh_tokens(request: Request) -> RefreshTokens:
    tokens: RefreshTokens = request.app.state.services.refresh_tokens
    return tokens


AccountsHere = Annotated[Accounts, Depends(_accounts)]


@router.post("/auth/register", status_code=201)
def register(body: Registration, request: Request, accounts: AccountsHere) -> Profile:
    user = accounts.register(body.username, body.password, body.display_name, host=_host(request))
    return _profile(Listener.of(user))


@router.post("/auth/token")
def token(body: TokenRequest, request: Request, accounts: AccountsHere) -> TokenAnswer:
    grant = _grant(body, _host(request), accounts)
    return TokenAnswer(access_token=grant.access_token, refresh_token=grant.refresh_token)


@router.post("/auth/revoke", status_code=204)
def revoke(body: Revocation, tokens: Annotated[RefreshTokens, Depends(_refresh_tokens)]) -> Response:
    tokens.revoke(body.refresh_token)
    return Response(status_code=204)


@router.get("/me")
def me(listener: CurrentUser) -> Profile:
    return _profile(listener)


def _grant(body: TokenRequest, host: str, accounts: Accounts) -> Grant:
    match body:
        case PasswordGrant():
            return accounts.sign_in(body.username, body.password, body.device_name, host=host)
        case RefreshGrant():
            return accounts.refresh(body.refresh_token, body.request_id)
        case _:
            return accounts.sign_in_owner(body.code, host=host)


def _profile(listener: Listener) -> Profile:
    return Profile(
        id=listener.id,
        username=listener.username,
        display_name=listener.display_name,
        plan=listener.plan,
        is_owner=listener.is_owner,
    )


def _host(request: Request) -> str:
    return request.client.host if request.client is not None else "local"
