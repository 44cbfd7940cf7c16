"""The one spelling of a JSON object that is signed, hashed or authenticated, and the one of bytes in text. Pure; used
by the licence verifier, the container's page and the rows that carry a MAC."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


def canonical(value: Mapping[str, Any]) -> bytes:
    """Keys sorted, no spaces, UTF-8. ValueError for what JSON cannot spell."""
    return _ENCODER.encode(value).encode()


def read_object(data: bytes) -> dict[str, Any]:
    """A JSON object in any spelling, without repeated names. ValueError for everything else."""
    try:
        value = _DECODER.decode(data.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - callers know one error for all that is no object of ours
    return value


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """ValueError for all but the one spelling that `base64url` gives: no padding, no line ends, no stray bits."""
    over = len(text) % 4
    # the last letter of an incomplete group has bits that mean nothing: only zeros are taken
    if not _BASE64URL.fullmatch(text) or over == 1 or (over and text[-1] not in _LAST[over]):
        raise ValueError("not canonical base64url")
    return base64.urlsafe_b64decode(text + "==="[over - 1 :] if over else text)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# made once: ten thousand leaves are read at a time
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_no_constant)
