"""What the licence calls take and answer (docs/api.md, Devices and licences)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class LeaseRequest(BaseModel):
    """Nothing: who asks and what for is in the proof."""


class LeafRequest(BaseModel):
    song_id: Annotated[str, Field(max_length=64)]
    rendition: Annotated[str, Field(max_length=16)]
    mismatched_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Jwk(BaseModel):
    """An Ed25519 public key (RFC 8037)."""

    crv: str
    kid: str
    kty: str
    x: str


class KeysAnswer(BaseModel):
    root: Jwk
    keyset: str


class TimeAnswer(BaseModel):
    time: str


class Withdrawn(BaseModel):
    gid: str
    code: str


class LeaseAnswer(BaseModel):
    lease: str
    keyset: str
    withdrawn: list[Withdrawn]


class AssetShape(BaseModel):
    song_id: str
    content: str
    rendition: str
    sha256: str
    length: int
    segments: int


class LeafAnswer(BaseModel):
    leaf: str
    asset: AssetShape


class PreparingAnswer(BaseModel):
    model_config = ConfigDict(json_schema_extra={"required": ["state"]})

    state: Literal["preparing"] = "preparing"
