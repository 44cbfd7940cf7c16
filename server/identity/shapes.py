"""What the identity calls take and answer (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from server.identity.access_tokens import LIFETIME_S

_Name = Annotated[str, Field(max_length=128)]
_Secret = Annotated[str, Field(max_length=1024)]


class Registration(BaseModel):
    username: _Name
    password: _Secret
    display_name: Annotated[str, Field(max_length=256)] | None = None


class PasswordGrant(BaseModel):
    grant_type: Literal["password"]
    username: _Name
    password: _Secret
    device_name: Annotated[str, Field(max_length=64)] = ""


class RefreshGrant(BaseModel):
    grant_type: Literal["refresh_token"]
    refresh_token: _Secret
    request_id: Annotated[str, Field(min_length=8, max_length=128)]


class BootstrapGrant(BaseModel):
    grant_type: Literal["bootstrap"]
    code: _Secret


TokenRequest = Annotated[PasswordGrant | RefreshGrant | BootstrapGrant, Field(discriminator="grant_type")]


class Revocation(BaseModel):
    refresh_token: _Secret


class TokenAnswer(BaseModel):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's word, no secret
    expires_in: int = LIFETIME_S
    refresh_token: str


class Profile(BaseModel):
    id: str
    username: str
    display_name: str
    plan: str
    is_owner: bool
