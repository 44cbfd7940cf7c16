"""One connection to a place: its HTTP client, sign-in, service, watch and, on this computer, backend. Made and
closed by `accounts`; runs on the `net` loop."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx

from player.account.address import parse_address
from player.account.backend import LocalBackend
from player.account.connection import ConnectionWatch
from player.account.device_root import DeviceRoots
from player.account.identity import Identity, TokenPair
from player.account.kept_sign_in import KeptSignIn, SignInInMemory, open_kept_sign_in
from player.account.port import ConnectionPhase, Credentials, Place, PlaceKind
from player.account.session import Session
from player.clock import Clock
from player.domain.catalogue import Profile
from player.errors import AuthError, InvalidPlace, NetworkError
from player.library.database import LocalDatabase
from player.network.client import build_client
from player.network.lent import Lent
from player.runtime import Runtime
from player.service.segue.service import SegueService
from player.service.segue.wire import BaseUrl, SegueWire


class Link:
    """`listener` of `follow` hears every change of `is_online`, `is_over` and `profile`."""

    def __init__(
        self,
        runtime: Runtime,
        clock: Clock,
        client: httpx.AsyncClient,
        place: Place,
        username: str,
        base_url: BaseUrl,
    ) -> None:
        self.place = place
        self.username = username
        self.account = f"{place.key}|{username}"
        self.backend: LocalBackend | None = None
        self.profile: Profile | None = None
        self.is_over = False
        self.is_encrypted = not place.location.startswith("http://")
        self.identity = Identity(client, base_url)
        self._runtime = runtime
        self._clock = clock
        self._client = client
        self._base_url = base_url
        self._listener: Callable[[Link], None] = lambda _: None
        self.watch = ConnectionWatch(runtime, self._probe, lambda _: self._listener(self))

    def sign_in_with(self, kept: KeptSignIn, sign_in_again: Callable[[], Awaitable[TokenPair]] | None = None) -> None:
        """Makes session and service; before anything else is asked of them."""
        self.session = Session(
            self._runtime, self._clock, self.identity, kept, sign_in_again=sign_in_again, on_over=self._over
        )
        wire = SegueWire(self._client, self._base_url, self.session, report=self.watch.report, clock=self._clock)
        self.service = SegueService(wire)

    @property
    def is_online(self) -> bool:
        return self.watch.is_online

    def follow(self, listener: Callable[[Link], None]) -> None:
        self._listener = listener

    async def load_profile(self) -> None:
        self.profile = await self.service.me()

    async def aclose(self) -> None:
        self.watch.close()
        await self._client.aclose()
        if self.backend is not None:
            await self.backend.stop()

    def backend_changed(self, is_up: bool) -> None:
        self.watch.report(None if is_up else NetworkError("the backend on this computer ended"))

    async def _probe(self) -> None:
        await self.identity.check()
        if self.profile is None:
            await self.load_profile()

    def _over(self) -> None:
        self.is_over = True
        self.watch.close()
        self._listener(self)


class Opener:
    """Makes links. `on_phase` hears what is being done."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        database: LocalDatabase,
        data_dir: Path,
        roots: DeviceRoots,
        reach: Callable[[str], Awaitable[str]] | None,
        clock: Clock,
        pool: httpx.AsyncBaseTransport | None,
        on_phase: Callable[[ConnectionPhase, Place], None],
    ) -> None:
        self._runtime = runtime
        self._database = database
        self._data_dir = data_dir
        self._roots = roots
        self._reach = reach
        self._clock = clock
        self._pool = pool
        self._on_phase = on_phase

    async def open(self, place: Place, credentials: Credentials | None, display_name: str | None) -> Link:
        """Sign in anew; `display_name` not None registers the account first."""
        if place.kind is not PlaceKind.SERVER:
            return await self._open_local(place)
        if credentials is None:
            raise AuthError("a server asks for a name and a password")
        return await self._open_server(place, credentials, display_name)

    async def resume(self, place: Place, username: str) -> Link | None:
        """With the kept sign-in; None where there is none or the server ended it. A server that is not reached
        gives a link that is not online yet."""
        if place.kind is not PlaceKind.SERVER:
            return await self._open_local(place)
        self._on_phase(ConnectionPhase.SIGNING_IN, place)
        async with AsyncExitStack() as undo:
            link = await self._link(undo, place, username, await self._fixed(place.location))
            link.sign_in_with(await self._kept(link, is_new=False))
            if not await link.session.resume():
                return None
            try:
                await link.session.access_token()  # says soon that nobody answers: `me` would try for 8 s
                await link.load_profile()
            except AuthError:
                return None
            except NetworkError as error:
                link.watch.report(error)
            undo.pop_all()
            return link

    # ---- this computer

    async def _open_local(self, place: Place) -> Link:
        """Each place on this computer has a backend folder of its own: a library never shows another's songs."""
        if place.kind is PlaceKind.FOLDER:
            place = replace(place, location=str(await self._runtime.in_pool(lambda: _folder(place.location))))
            what, name = ["--library", place.location], "folder-" + sha256(place.location.encode()).hexdigest()[:12]
        else:
            what, name = ["--demo"], "demo"
        arguments = ["--data", str(self._data_dir / "server" / name), *what]
        self._on_phase(ConnectionPhase.STARTING_BACKEND, place)
        backend = LocalBackend(self._runtime, arguments, reach=self._reach)
        async with AsyncExitStack() as undo:
            await backend.start()
            undo.push_async_callback(backend.stop)
            self._on_phase(ConnectionPhase.SIGNING_IN, place)
            link = await self._link(undo, place, "", backend.url)
            link.sign_in_with(SignInInMemory(), lambda: link.identity.by_code(backend.owner_code))
            await link.session.begin(await link.identity.by_code(backend.owner_code))
            await link.load_profile()
            link.backend = backend
            backend.follow(link.backend_changed)
            undo.pop_all()
            return link

    # ---- a server

    async def _open_server(self, place: Place, credentials: Credentials, display_name: str | None) -> Link:
        self._on_phase(ConnectionPhase.SIGNING_IN, place)
        async with AsyncExitStack() as undo:
            location = await self._answering(parse_address(place.location).candidates)
            place = replace(place, location=location)
            link = await self._link(undo, place, credentials.username, await self._fixed(location))
            if display_name is not None:
                await link.identity.register(credentials, display_name)
            pair = await link.identity.by_password(credentials)
            link.sign_in_with(await self._kept(link, is_new=True))
            await link.session.begin(pair)
            await link.load_profile()
            undo.pop_all()
            return link

    async def _answering(self, candidates: tuple[str, ...]) -> str:
        """The first address where a Segue server answers; the first's error where none does."""
        first: NetworkError | None = None
        for candidate in candidates:
            client = await self._client()
            async with client:
                try:
                    await Identity(client, await self._fixed(candidate)).check()
                    return candidate
                except NetworkError as error:
                    first = first or error
        raise first or InvalidPlace("there is no address to try")

    async def _fixed(self, location: str) -> BaseUrl:
        url = location if self._reach is None else await self._reach(location)
        return lambda: url

    async def _link(self, undo: AsyncExitStack, place: Place, username: str, base_url: BaseUrl) -> Link:
        link = Link(self._runtime, self._clock, await self._client(), place, username, base_url)
        undo.push_async_callback(link.aclose)
        return link

    async def _client(self) -> httpx.AsyncClient:
        if self._pool is not None:
            return build_client(transport=Lent(self._pool))
        return await self._runtime.in_pool(build_client)  # it reads certificates

    async def _kept(self, link: Link, *, is_new: bool) -> KeptSignIn:
        return await open_kept_sign_in(self._runtime, self._database, self._roots, link.account, is_new=is_new)


def _folder(location: str) -> Path:
    """The folder as an absolute path; InvalidPlace where it cannot be read."""
    folder = Path(location).expanduser().absolute()
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise InvalidPlace(f"the folder {folder} cannot be read: {error.strerror}") from error
    return folder
