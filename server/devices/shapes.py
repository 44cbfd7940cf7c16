"""What the device calls take and answer (docs/api.md, Devices and licences)."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from server.devices.proofs import TOKEN_ID

PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
TokenId = Annotated[str, Field(pattern=rf"^{TOKEN_ID.pattern}$")]


def _shown(name: str) -> str:
    """A name is shown in lists: one line, no invisible characters."""
    kept = "".join(one for one in name if unicodedata.category(one) not in {"Cf", "Cs"})
    one_line = " ".join("".join(" " if unicodedata.category(one) == "Cc" else one for one in kept).split())
    if not one_line:
        raise ValueError("a device has a name")
    return one_line


class Registration(BaseModel):
    installation: TokenId
    name: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_shown)]
    platform: Literal["linux", "macos", "windows"]
    signing_key: PublicKey
    agreement_key: PublicKey


class DeviceShape(BaseModel):
    id: str
    name: str
    platform: str
    registered_at: int
    seen_at: int
    lease_expires_at: int | None


class DevicesShape(BaseModel):
    items: list[DeviceShape]
    max_devices: int
    replacements_left: int
    replacements_from: int | None
