"""The httpx clients of the player and the translation of their failures. Used on the `net` loop."""

from __future__ import annotations

import os

import httpx

from player.errors import (
    AuthError,
    Conflict,
    NetworkError,
    NotFound,
    ProtocolError,
    RateLimited,
    Rejected,
    UnexpectedPage,
)
from player.network.fresh_connections import FreshConnections, connections

TIMEOUT = httpx.Timeout(15.0, connect=5.0, pool=5.0)  # read 15 s: a slow link still sends a byte that often
MEDIA_TIMEOUT = httpx.Timeout(6.0, connect=5.0, pool=5.0)
"""of what is heard: a connection that sends nothing for so long is tried anew, from the byte where it ended"""
LIMITS = httpx.Limits(max_connections=24, max_keepalive_connections=12, keepalive_expiry=60.0)
"""covers of a long page must not take the music's turn; our server keeps an idle connection for 75 s"""
USER_AGENT = "Segue/0.1"
PORTAL = "a web page came instead of an answer; if this network has a sign-in page, open it in a browser first"


def build_pool() -> httpx.AsyncBaseTransport:
    """Reads the certificates: 20 ms."""
    return FreshConnections(connections(LIMITS))


def build_client(
    *, base_url: str = "", transport: httpx.AsyncBaseTransport | None = None, timeout: httpx.Timeout = TIMEOUT
) -> httpx.AsyncClient:
    """An AsyncClient that ignores proxies, netrc and TLS key logging of the environment (OFFLINE.md, threats),
    follows no redirect by itself and uses no connection again after one has failed."""
    os.environ.pop("SSLKEYLOGFILE", None)
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        transport=transport or build_pool(),
        headers={"User-Agent": USER_AGENT},
    )


def network_error(error: httpx.HTTPError | OSError) -> NetworkError:
    """The typed error of a transport failure; its sentence names the kind, never the URL."""
    return NetworkError(f"the network failed ({type(error).__name__})")


def media_type(response: httpx.Response) -> str:
    value: str = response.headers.get("content-type", "")
    return value.partition(";")[0].strip().lower()


def is_sign_in_page(response: httpx.Response) -> bool:
    """Whether the network answered in the server's place: no server of music redirects, asks for a sign-in to the
    network (RFC 6585) or sends a page for people as a success; captive portals do."""
    is_page = response.status_code == 200 and media_type(response) in ("text/html", "application/xhtml+xml")
    return is_page or 300 <= response.status_code < 400 or response.status_code == 511


def status_error(
    response: httpx.Response,
) -> NetworkError | AuthError | NotFound | Conflict | Rejected | ProtocolError:
    """The typed error of an answer outside 2xx; the body must have been read. Reads problem+json (RFC 9457)."""
    status = response.status_code
    if is_sign_in_page(response):
        return UnexpectedPage(PORTAL)
    code, detail = "", ""
    if "json" in response.headers.get("content-type", ""):
        try:
            problem = response.json()
        except ValueError:
            problem = None
        if isinstance(problem, dict):
            code = str(problem.get("code", ""))[:64]
            detail = str(problem.get("detail") or problem.get("title") or "")[:300]
    if status == 429:
        return RateLimited(detail, retry_after_s=_retry_after_s(response))
    if status >= 500 or status == 408:
        return NetworkError(detail or f"the server answered {status}")
    if status == 401:
        return AuthError(detail or "you are signed out")
    if status in (404, 410):
        return NotFound(detail)
    if status in (409, 412):
        return Conflict(detail)
    if 400 <= status < 500:
        return Rejected(detail or f"the server refused the request ({status})", server_code=code)
    return ProtocolError(f"the server answered {status}")


def _retry_after_s(response: httpx.Response) -> float:
    try:
        return min(max(float(response.headers.get("retry-after", "1")), 0.1), 120.0)
    except ValueError:
        return 1.0
