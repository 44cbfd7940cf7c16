"""Where the music lives and who listens: what the window and the headless player ask of sign-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from player.domain.catalogue import Profile
from player.service.port import MusicService


class PlaceKind(StrEnum):
    FOLDER = "folder"
    """music on this computer, served by our own backend"""
    DEMO = "demo"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Place:
    """`location` is the folder's path, or the server's address, or empty for the demo."""

    kind: PlaceKind
    location: str = ""

    @property
    def key(self) -> str:
        """Names the place in the local database."""
        return f"{self.kind.value}:{self.location}"


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, ...)"


class ConnectionPhase(StrEnum):
    SIGNED_OUT = "signed_out"
    STARTING_BACKEND = "starting_backend"
    SIGNING_IN = "signing_in"
    ONLINE = "online"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True, slots=True)
class ConnectionState:
    phase: ConnectionPhase = ConnectionPhase.SIGNED_OUT
    place: Place | None = None
    profile: Profile | None = None
    keeps_sign_in: bool = True
    """False where no keyring is usable: the sign-in lives in memory and ends with the program"""
    is_encrypted: bool = True
    """False for a server in the home network that is spoken to by plain http"""


class Accounts(Protocol):
    """Coroutines of the `net` loop; properties from any thread."""

    @property
    def state(self) -> ConnectionState: ...
    @property
    def service(self) -> MusicService | None:
        """None while signed out."""
        ...

    def subscribe(self, listener: Callable[[ConnectionState], None]) -> Callable[[], None]: ...
    async def resume(self) -> bool:
        """Connect to the remembered place with the kept sign-in; False where there is none (first run, or the
        sign-in is over). NetworkError or BackendError where the place is known and does not answer."""
        ...

    async def connect(self, place: Place, credentials: Credentials | None = None) -> None:
        """Start the backend if the place is on this computer, sign in, and remember both. AuthError: wrong name
        or password; credentials are needed for SERVER only."""
        ...

    async def register(self, place: Place, credentials: Credentials, display_name: str = "") -> None: ...
    async def sign_out(self) -> None: ...
    async def aclose(self) -> None: ...
