"""What a listener types as a server's address, made into base URLs to try. Pure; used by `accounts`.

A password never crosses the internet unencrypted: plain http is taken for this computer and for private networks
only.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from player.errors import InvalidPlace

LOCAL_ENDINGS = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localhost")
HOST = re.compile(r"[^\s/?#@\\\x00-\x1f]{1,253}")
EXAMPLE = "an address looks like music.example.org or http://192.168.1.4:4533"


@dataclass(frozen=True, slots=True)
class Address:
    """`candidates` are base URLs without a trailing slash, the best first."""

    candidates: tuple[str, ...]


def parse_address(text: str) -> Address:
    """InvalidPlace with a sentence for anything that cannot be a server's address."""
    typed = text.strip()
    has_scheme = "://" in typed
    scheme, rest = typed.split("://", 1) if has_scheme else ("", typed)
    if has_scheme and scheme.lower() not in ("http", "https"):
        raise InvalidPlace(f"a server's address begins with https:// or http://, not {scheme[:20]}://")
    host, authority, path = _parts(rest)
    is_near = is_local_host(host)
    if scheme.lower() == "http" and not is_near:
        raise InvalidPlace("plain http would send your password unencrypted over the internet; use https://")
    schemes = (scheme.lower(),) if has_scheme else (("http", "https") if is_loopback(host) else ("https", "http"))
    return Address(tuple(f"{each}://{authority}{path}" for each in schemes if each == "https" or is_near))


def _parts(rest: str) -> tuple[str, str, str]:
    """Host, authority (host and port) and path."""
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidPlace(f"that is no server's address; {EXAMPLE}") from error
    if not HOST.fullmatch(host) or parts.query or parts.fragment or port == 0:
        raise InvalidPlace(f"that is no server's address; {EXAMPLE}")
    if parts.username is not None:
        raise InvalidPlace("leave name and password out of the address; they have fields of their own")
    shown = f"[{host}]" if ":" in host else host
    path = re.sub(r"/api/v1$", "", parts.path.rstrip("/"))
    return host, shown if port is None else f"{shown}:{port}", path


def is_loopback(host: str) -> bool:
    address = _ip(host)
    return address.is_loopback if address else host.lower() == "localhost" or host.lower().endswith(".localhost")


def is_local_host(host: str) -> bool:
    """This computer or a private network: a private address, a name without a point, or a home network's ending."""
    address = _ip(host)
    if address is not None:
        return address.is_loopback or address.is_private or address.is_link_local
    return "." not in host or host.lower().endswith(LOCAL_ENDINGS)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
