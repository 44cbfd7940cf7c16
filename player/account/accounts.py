"""Signs in and keeps signed in: the `Accounts` of the port. Made by main.py; coroutines run on the `net` loop.

One connection at a time. A new one is made whole before the old is closed, so that a wrong password costs nothing;
only two local backends never run side by side, they would share one database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx

from player.account.device_key import DeviceKey
from player.account.device_root import DeviceRoots
from player.account.links import Link, Opener
from player.account.port import ConnectionPhase, ConnectionState, Credentials, Place, PlaceKind
from player.clock import Clock, SystemClock
from player.domain.ids import TrackId
from player.errors import CacheError, InvalidPlace, NetworkError
from player.library.database import LocalDatabase
from player.library.installation import installation_id
from player.library.sender import Account
from player.runtime import Runtime
from player.service.port import MusicService
from player.settings import PLACE_KIND, PLACE_LOCATION, USERNAME, Settings

log = logging.getLogger("account")

Reach = Callable[[str], Awaitable[str]]


class SegueAccounts:
    """`data_dir` is the folder of `--data`; `reach` maps a server's address to the one to use instead (a shaped
    link in front of it). `pool` holds the connections that are used; without one, each place has its own."""

    def __init__(
        self,
        runtime: Runtime,
        settings: Settings,
        database: LocalDatabase,
        data_dir: Path,
        *,
        roots: DeviceRoots | None = None,
        reach: Reach | None = None,
        clock: Clock | None = None,
        pool: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._opener = Opener(
            runtime=runtime,
            database=database,
            data_dir=data_dir,
            roots=roots or DeviceRoots(installation_id(database)),
            reach=reach,
            clock=clock or SystemClock(),
            pool=pool,
            on_phase=self._opening,
        )
        self._state = ConnectionState()
        self._listeners: list[Callable[[ConnectionState], None]] = []
        self._link: Link | None = None
        self._turn = asyncio.Lock()

    # ---- what is so

    @property
    def state(self) -> ConnectionState:
        return self._state

    @property
    def service(self) -> MusicService | None:
        return None if self._link is None or self._link.is_over else self._link.service

    def subscribe(self, listener: Callable[[ConnectionState], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def place_key(self) -> str | None:
        """Names the place for `player.library`; None while signed out."""
        return None if self._link is None else self._link.place.key

    def account(self) -> Account | None:
        """Who listens, for the outbox; None while signed out."""
        return None if self._link is None else Account(self._link.account, self._link.service)

    def device_key(self, purpose: str) -> DeviceKey | None:
        """For what is kept on this disk for who listens now; None while signed out, or once the sign-in is over."""
        return None if self._link is None or self._link.is_over else self._link.session.device_key(purpose)

    def stream_url(self, track_id: TrackId) -> str | None:
        """Where a song's stream would be asked for now; None while signed out."""
        service = self.service
        return None if service is None else service.stream_url(track_id)

    def _publish(self, state: ConnectionState) -> None:
        if state == self._state:
            return
        self._state = state
        for listener in list(self._listeners):
            listener(state)

    # ---- commands

    async def resume(self) -> bool:
        """A server that is known but not reached stays connected: the state is RECONNECTING, the service is there
        and answers as soon as the server does, and the NetworkError is raised all the same. Asked again while a
        connection to that place stands, it answers for that one: main.py asks before the window is there."""
        place = self._remembered()
        if place is None:
            return False
        async with self._turn:
            if self._link is not None and not self._link.is_over and self._link.place == place:
                if not self._link.is_online:
                    raise NetworkError("the server does not answer; Segue goes on trying")
                return True
            link = await self._opened(lambda: self._opener.resume(place, self._settings.get(USERNAME)))
            if link is None:
                self._publish(ConnectionState())
                return False
            await self._adopt(link)
            if not link.is_online:
                raise NetworkError("the server does not answer; Segue goes on trying")
            return True

    async def connect(self, place: Place, credentials: Credentials | None = None) -> None:
        await self._connect(place, credentials, display_name=None)

    async def register(self, place: Place, credentials: Credentials, display_name: str = "") -> None:
        """Make the account, then connect as it."""
        if place.kind is not PlaceKind.SERVER:
            raise InvalidPlace("only a server has accounts; music on this computer needs none")
        await self._connect(place, credentials, display_name=display_name)

    async def _connect(self, place: Place, credentials: Credentials | None, display_name: str | None) -> None:
        async with self._turn:
            if place.kind is not PlaceKind.SERVER and self._link is not None and self._link.backend is not None:
                await self._leave()
            link = await self._opened(lambda: self._opener.open(place, credentials, display_name))
            assert link is not None
            await self._adopt(link)
            self._remember(link)

    async def sign_out(self) -> None:
        async with self._turn:
            link = self._link
            if link is not None:
                try:
                    await link.session.end()
                except CacheError as error:
                    log.warning("the kept sign-in could not be removed: %s", error.message)
            await self._leave()
            for setting in (PLACE_KIND, PLACE_LOCATION, USERNAME):
                self._settings.set(setting, "")

    async def aclose(self) -> None:
        async with self._turn:
            await self._leave()

    # ---- steps

    def _opening(self, phase: ConnectionPhase, place: Place) -> None:
        """The state while a link is being made; one that stands meanwhile keeps its profile in sight."""
        self._publish(replace(self._state, phase=phase, place=place))

    async def _opened(self, make: Callable[[], Awaitable[Link | None]]) -> Link | None:
        before = self._state
        try:
            return await make()
        except BaseException:
            self._publish(before if self._link is not None else ConnectionState())
            raise

    async def _adopt(self, link: Link) -> None:
        old, self._link = self._link, link
        if old is not None:
            await old.aclose()
        link.follow(self._link_changed)
        self._link_changed(link)

    def _link_changed(self, link: Link) -> None:
        if link is not self._link:
            return
        if link.is_over:
            log.info("the sign-in is over")
            self._publish(ConnectionState(place=link.place, keeps_sign_in=link.session.is_durable))
            return
        self._publish(
            ConnectionState(
                phase=ConnectionPhase.ONLINE if link.is_online else ConnectionPhase.RECONNECTING,
                place=link.place,
                profile=link.profile,
                keeps_sign_in=link.backend is not None or link.session.is_durable,
                is_encrypted=link.is_encrypted,
            )
        )

    async def _leave(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.aclose()
        self._publish(ConnectionState())

    def _remembered(self) -> Place | None:
        kind = self._settings.get(PLACE_KIND)
        return Place(PlaceKind(kind), self._settings.get(PLACE_LOCATION)) if kind else None

    def _remember(self, link: Link) -> None:
        self._settings.set(PLACE_KIND, link.place.kind.value)
        self._settings.set(PLACE_LOCATION, link.place.location)
        self._settings.set(USERNAME, link.username)
