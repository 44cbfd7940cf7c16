"""Every fault of the link that playback must outlast, each at the first segment, inside a song, and at the opening of
the next: told as data for tests/faults/ and benchmarks/faults.py. A seed gives the place and the length.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.behind_faults import LIMIT_S, BehindFaults, Heard
from tests.support.faulty_link import Fault

PLACES = ("first segment", "mid-song", "next song's opening")


@dataclass(frozen=True)
class Scenario:
    """`faults` gives what happens to requests for the path it is given."""

    name: str
    faults: Callable[[str, random.Random], list[Fault]]
    is_restart: bool = False
    only: str = ""
    """a regular expression of the paths where it can happen; empty: all of them"""


def _of(kind: str) -> Callable[[str, random.Random], list[Fault]]:
    return lambda path, rng: [Fault(kind, path, times=rng.randint(1, 3))]


def _status(status: int, code: str = "", retry_after_s: float | None = None) -> Scenario:
    def faults(path: str, rng: random.Random) -> list[Fault]:
        after_s = None if retry_after_s is None else retry_after_s * rng.random()
        return [
            Fault("status", path, times=rng.randint(1, 3), status=status, code=code, retry_after_s=after_s),
        ]

    name = {403: "403, address expired", 429: "429 with Retry-After"}.get(status, str(status))
    return Scenario(name, faults, only=r"^/media/" if status in (403, 404) else "")


def _portal(status: int) -> Scenario:
    return Scenario(
        f"captive portal, {status}",
        lambda path, rng: [
            Fault("portal", path, status=status),
            Fault("portal", ".*", times=rng.randint(1, 8), status=status),
        ],
    )


def _token_expired(path: str, rng: random.Random) -> list[Fault]:
    """While the server that renews it is out of order for a while."""
    return [
        Fault("status", path, status=401, code="TOKEN_EXPIRED"),
        Fault("status", r"/auth/token$", times=rng.randint(0, 4), status=503),
    ]


def _outage(kind: str) -> Callable[[str, random.Random], list[Fault]]:
    return lambda path, rng: [Fault(kind, path, seconds=rng.uniform(0.2, 2.0))]


SCENARIOS = (
    _status(404),
    _status(403, "URL_EXPIRED"),
    _status(429, "RATE_LIMITED", retry_after_s=1.0),
    _status(500, "INTERNAL"),
    _status(502),
    _status(503, "DATABASE_UNAVAILABLE"),
    Scenario("connection reset", _of("reset")),
    Scenario("half an answer", _of("half")),
    Scenario("less than Content-Length", _of("overpromised")),
    Scenario("more than Content-Length", _of("underpromised")),
    Scenario("longer than the segment", _of("longer")),
    Scenario("garbage of the right length", _of("garbage")),
    Scenario("right boxes, wrong bytes", _of("forged")),
    Scenario("slowloris", _of("trickle")),
    Scenario("no answer", _of("hang")),
    Scenario("name not resolved", _outage("nameless")),
    _portal(200),
    _portal(302),
    _portal(511),
    Scenario("network away, connections dead", _outage("dark")),
    Scenario("server restarted", _of("restart"), is_restart=True),
    Scenario("token expired, renewal failing", _token_expired, only=r"/stream$"),
)


def run(behind: BehindFaults, scenario: Scenario, seed: int) -> Heard:
    """The songs heard through the fault; asserts that it happened."""
    rng = random.Random(f"{scenario.name} {seed}")
    path = rng.choice(paths(behind, scenario, seed))
    behind.link.forget()
    behind.link.rng = rng
    behind.link.restart_wanted.clear()
    behind.link.expect(*scenario.faults(f"^{re.escape(path)}$", rng))

    def restart() -> None:
        assert behind.link.restart_wanted.wait(LIMIT_S)
        behind.stop_server()
        threading.Event().wait(rng.random())
        behind.start_server()

    heard = behind.record(meanwhile=restart if scenario.is_restart else None)
    assert behind.link.taken > 0, f"{scenario.name} did not happen at {path}"
    return heard


def paths(behind: BehindFaults, scenario: Scenario, seed: int) -> list[str]:
    """Where the fault of this seed can happen: the places take turns."""
    first, second = (re.escape(track.id) for track in behind.tracks[:2])
    openings = rf"/songs/{second}/stream$|/media/{second}/.*(index\.m3u8|init\.mp4|/0\.m4s)$"
    at = {
        PLACES[0]: rf"/media/{first}/.*/0\.m4s$",
        PLACES[1]: rf"/media/({first}|{second})/.*/[12]\.m4s$",
        PLACES[2]: openings,
    }
    for turn in range(len(PLACES)):
        place = at[PLACES[(seed + turn) % len(PLACES)]]
        found = [path for path in behind.asked if re.search(place, path) and re.search(scenario.only, path)]
        if found:
            return found
    raise AssertionError(f"{scenario.name} has no place")
