"""Who is asking: the dependencies that other packages' routes take to know and to demand a listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server.db.models import User
from server.db.session import Database
from server.identity.access_tokens import AccessTokens
from server.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="the access token of POST /auth/token")


@dataclass(frozen=True, slots=True)
class Listener:
    id: str
    username: str
    display_name: str
    plan: str
    is_owner: bool

    @classmethod
    def of(cls, user: User) -> Listener:
        return cls(user.id, user.username, user.display_name, user.plan, user.is_owner)


def current_user(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Listener:
    if credentials is None:
        raise unauthenticated("Sign in first: this call needs an access token.")
    tokens: AccessTokens = request.app.state.services.access_tokens
    database: Database = request.app.state.services.database
    user_id = tokens.verify(credentials.credentials)
    with database.reading() as session:
        user = session.get(User, user_id)
    if user is None:
        raise unauthenticated("This account no longer exists.")
    return Listener.of(user)


async def owner(listener: CurrentUser) -> Listener:
    if not listener.is_owner:
        raise Problem(403, "FORBIDDEN", "Only the owner of this backend may do that.")
    return listener


def unauthenticated(detail: str, *, code: str = "UNAUTHENTICATED") -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})


CurrentUser = Annotated[Listener, Depends(current_user)]
OwnerUser = Annotated[Listener, Depends(owner)]
