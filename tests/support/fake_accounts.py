"""An `Accounts` that signs in to a given service without a network, for tests of the window.

accounts = FakeAccounts(FakeService())           # online in the demo
accounts = FakeAccounts(service, is_online=False)  # first run
accounts.fail_with = AuthError()                 # the next connect or register fails
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from player.account.port import ConnectionPhase, ConnectionState, Credentials, Place, PlaceKind
from player.domain.catalogue import Profile
from player.errors import PlayerError
from player.service.port import MusicService

DEMO = Place(PlaceKind.DEMO)
PROFILE = Profile("us_1", "demo", "Demo account", "premium")


class FakeAccounts:
    def __init__(self, service: MusicService, *, is_online: bool = True) -> None:
        self._service = service
        self._listeners: list[Callable[[ConnectionState], None]] = []
        self._state = ConnectionState(ConnectionPhase.ONLINE, DEMO, PROFILE) if is_online else ConnectionState()
        self.remembered: Place | None = DEMO if is_online else None
        self.fail_with: PlayerError | None = None
        self.before: Callable[[], Awaitable[None]] | None = None
        self.asked: list[tuple[str, Place, Credentials | None]] = []

    @property
    def state(self) -> ConnectionState:
        return self._state

    @property
    def service(self) -> MusicService | None:
        return self._service if self._state.profile is not None else None

    def subscribe(self, listener: Callable[[ConnectionState], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def become(self, state: ConnectionState) -> None:
        self._state = state
        for listener in list(self._listeners):
            listener(state)

    async def resume(self) -> bool:
        if self.remembered is None:
            return False
        await self._sign_in(self.remembered)
        return True

    async def connect(self, place: Place, credentials: Credentials | None = None) -> None:
        self.asked.append(("connect", place, credentials))
        await self._sign_in(place)

    async def register(self, place: Place, credentials: Credentials, display_name: str = "") -> None:
        self.asked.append(("register", place, credentials))
        await self._sign_in(place)

    async def _sign_in(self, place: Place) -> None:
        self.become(ConnectionState(ConnectionPhase.SIGNING_IN, place))
        if self.before is not None:
            await self.before()
        if self.fail_with is not None:
            error, self.fail_with = self.fail_with, None
            self.become(ConnectionState())
            raise error
        self.remembered = place
        self.become(ConnectionState(ConnectionPhase.ONLINE, place, PROFILE))

    async def sign_out(self) -> None:
        self.remembered = None
        self.become(ConnectionState())

    async def aclose(self) -> None:
        await self._service.aclose()
