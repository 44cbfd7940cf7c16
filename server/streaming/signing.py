"""Media URLs that open without a sign-in, for a while: HMAC-SHA256 over song, content, plan and expiry (docs/api.md).
Pure but for the key; made by the stream route, verified by the media routes.

One signature serves every rendition, segment and manifest of a song's content, so that a cached playlist and its
segments expire together. It names the plan, so that a listener cannot reach renditions the plan does not hold.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlencode

from server.problems import Problem

LIFETIME_S = 6 * 3600
_SIGNATURE_DIGITS = 32
"""128 bits: beyond guessing, and short in a playlist of hundreds of lines"""


@dataclass(frozen=True, slots=True)
class Grant:
    song_id: str
    content: str
    plan: str
    expires_at: int
    """UTC epoch seconds"""


class UrlSigner:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def query(self, grant: Grant) -> str:
        return urlencode({"exp": grant.expires_at, "plan": grant.plan, "sig": self._signature(grant)})

    def verify(self, grant: Grant, signature: str, *, now_s: float) -> None:
        # the signature first: an expiry that nobody signed says nothing
        if not hmac.compare_digest(self._signature(grant).encode(), signature.encode("utf-8", "replace")):
            raise Problem(403, "URL_SIGNATURE", "This media URL was not made by this backend, or was changed.")
        if now_s >= grant.expires_at:
            raise Problem(403, "URL_EXPIRED", "This media URL has expired; ask for the stream again.")

    def _signature(self, grant: Grant) -> str:
        text = "\n".join((grant.song_id, grant.content, grant.plan, str(grant.expires_at)))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:_SIGNATURE_DIGITS]
