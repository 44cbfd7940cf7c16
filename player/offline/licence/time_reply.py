"""The signed time, which trusted time goes by. Pure; used by whoever asks the licence server for it."""

from __future__ import annotations

import hmac

from player.errors import LicenceRefused
from player.offline.licence import jws
from player.offline.licence.keyset import Keyset

TYPE = "segue-time+jwt"


def read(token: str, keyset: Keyset, *, nonce: str) -> int:
    """Whole UTC seconds of the server, in answer to this very question. LicenceRefused."""
    payload = jws.opened(token, typ=TYPE, keys=keyset.keys)
    jws.require_fields(payload, ("nonce", "server_time"))
    if not hmac.compare_digest(jws.text(payload, "nonce").encode(), nonce.encode()):
        raise LicenceRefused("the answer to another question")
    return jws.number(payload, "server_time")
