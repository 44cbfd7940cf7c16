"""Signing in to real backends: the player's own child, and a server over loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from player.account.accounts import SegueAccounts
from player.account.device_root import DeviceRoots
from player.account.port import ConnectionPhase, ConnectionState, Credentials, Place, PlaceKind
from player.errors import AuthError, InvalidPlace, NetworkError, ProtocolError, Rejected
from player.library.database import LocalDatabase
from player.settings import PLACE_KIND, PLACE_LOCATION, USERNAME, Settings
from server.db.models import RefreshToken
from tests.support.backend import running_backend
from tests.support.looping import Looping, looping
from tests.unit.player.account.keyrings import INSTALLATION, KeyringInMemory, no_keyring, roots_in

ROBIN = Credentials("robin", "correct horse battery")


class Player:
    """The parts of one start of the player that sign in."""

    def __init__(self, loop: Looping, data: Path, settings: Settings, roots: DeviceRoots) -> None:
        self.loop = loop
        self.database = LocalDatabase.open(data / "player" / "player.db")
        self.accounts = SegueAccounts(loop.runtime, settings, self.database, data, roots=roots)
        self.phases: list[ConnectionPhase] = []
        self.accounts.subscribe(self._changed)

    def _changed(self, state: ConnectionState) -> None:
        if not self.phases or self.phases[-1] is not state.phase:
            self.phases.append(state.phase)

    async def reach(self, phase: ConnectionPhase) -> None:
        """Wait until the state says so."""
        there = asyncio.Event()
        unsubscribe = self.accounts.subscribe(lambda state: there.set() if state.phase is phase else None)
        if self.accounts.state.phase is not phase:
            async with asyncio.timeout(20):
                await there.wait()
        unsubscribe()


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def roots() -> DeviceRoots:
    return roots_in(KeyringInMemory())


@contextmanager
def started(data: Path, settings: Settings, roots: DeviceRoots) -> Iterator[Player]:
    with looping() as loop:
        player = Player(loop, data, settings, roots)
        try:
            yield player
        finally:
            loop.do(player.accounts.aclose())
            player.database.close()


def test_a_folder_of_this_computer(tmp_path: Path, settings: Settings, roots: DeviceRoots) -> None:
    (tmp_path / "music").mkdir()
    place = Place(PlaceKind.FOLDER, str(tmp_path / "music"))
    with started(tmp_path / "data", settings, roots) as player:
        player.loop.do(player.accounts.connect(place))
        state, service = player.accounts.state, player.accounts.service
        assert service is not None
        assert state.phase is ConnectionPhase.ONLINE
        assert state.profile is not None
        assert state.profile.is_owner
        assert state.keeps_sign_in
        assert service.capabilities.ingest
        assert player.phases == [
            ConnectionPhase.STARTING_BACKEND,
            ConnectionPhase.SIGNING_IN,
            ConnectionPhase.ONLINE,
        ]
        assert player.accounts.place_key() == f"folder:{place.location}"

        process_id = _backend_process(player)
        os.kill(process_id, signal.SIGKILL)
        player.loop.do(player.reach(ConnectionPhase.RECONNECTING))
        player.loop.do(player.reach(ConnectionPhase.ONLINE))
        assert player.loop.do(service.me()) == state.profile
        last = _backend_process(player)
    assert not _is_alive(last)

    with started(tmp_path / "data", settings, roots) as player:
        assert player.loop.do(player.accounts.resume())
        assert player.accounts.state.profile == state.profile
        player.loop.do(player.accounts.sign_out())
        assert player.accounts.service is None
        assert not player.loop.do(player.accounts.resume())


def test_a_server_is_remembered_with_its_sign_in(tmp_path: Path, settings: Settings, roots: DeviceRoots) -> None:
    with running_backend(tmp_path / "server") as backend:
        place = Place(PlaceKind.SERVER, backend.url + "/")
        with started(tmp_path / "data", settings, roots) as player:
            player.loop.do(player.accounts.register(place, ROBIN, "Robin"))
            state = player.accounts.state
            assert (state.phase, state.is_encrypted, state.keeps_sign_in) == (ConnectionPhase.ONLINE, False, True)
            assert state.profile is not None
            assert state.profile.display_name == "Robin"
            with pytest.raises(Rejected):
                player.loop.do(player.accounts.register(place, ROBIN))
            assert player.accounts.state == state  # a failed try leaves the connection as it was
        assert (settings.get(PLACE_KIND), settings.get(PLACE_LOCATION)) == ("server", backend.url)
        assert settings.get(USERNAME) == "robin"

        for _ in range(2):
            with started(tmp_path / "data", settings, roots) as player:
                assert player.loop.do(player.accounts.resume())
                assert player.accounts.state.profile == state.profile

        with started(tmp_path / "data", settings, roots) as player:
            player.loop.do(player.accounts.resume())
            player.loop.do(player.accounts.sign_out())
            settings.set(PLACE_KIND, "server")
            settings.set(PLACE_LOCATION, backend.url)
            settings.set(USERNAME, "robin")
            assert not player.loop.do(player.accounts.resume())
            assert player.accounts.state.phase is ConnectionPhase.SIGNED_OUT


def test_a_hundred_calls_with_a_dead_token_make_one_refresh(
    tmp_path: Path, settings: Settings, roots: DeviceRoots
) -> None:
    with running_backend(tmp_path / "server") as backend, started(tmp_path / "data", settings, roots) as player:
        player.loop.do(player.accounts.register(Place(PlaceKind.SERVER, backend.url), ROBIN))
        service, link = player.accounts.service, player.accounts._link
        assert service is not None
        assert link is not None
        link.session._access = "forged"

        async def many() -> int:
            found = await asyncio.gather(*(service.me() for _ in range(100)))
            return len({profile.id for profile in found})

        assert player.loop.do(many()) == 1
        with backend.services.database.reading() as session:
            tokens = session.scalars(select(RefreshToken)).all()
        assert len([token for token in tokens if token.used_at is not None]) == 1
        assert len(tokens) == 2


def test_without_a_keyring_the_sign_in_lasts_until_the_end(tmp_path: Path, settings: Settings) -> None:
    none = DeviceRoots(INSTALLATION, connect=no_keyring)
    with running_backend(tmp_path / "server") as backend:
        with started(tmp_path / "data", settings, none) as player:
            player.loop.do(player.accounts.register(Place(PlaceKind.SERVER, backend.url), ROBIN))
            assert player.accounts.state.phase is ConnectionPhase.ONLINE
            assert not player.accounts.state.keeps_sign_in
        with started(tmp_path / "data", settings, none) as player:
            assert not player.loop.do(player.accounts.resume())


def test_a_server_that_is_down_at_the_start_is_waited_for(
    tmp_path: Path, settings: Settings, roots: DeviceRoots
) -> None:
    with running_backend(tmp_path / "server") as backend, started(tmp_path / "data", settings, roots) as player:
        player.loop.do(player.accounts.register(Place(PlaceKind.SERVER, backend.url), ROBIN))
    with started(tmp_path / "data", settings, roots) as player:
        with pytest.raises(NetworkError):
            player.loop.do(player.accounts.resume())
        assert player.accounts.state.phase is ConnectionPhase.RECONNECTING
        assert player.accounts.service is not None


def test_wrong_words_and_wrong_places_are_said(tmp_path: Path, settings: Settings, roots: DeviceRoots) -> None:
    with running_backend(tmp_path / "server") as backend, started(tmp_path / "data", settings, roots) as player:

        def connect(place: Place, credentials: Credentials | None = None) -> None:
            player.loop.do(player.accounts.connect(place, credentials))

        with pytest.raises(AuthError):
            connect(Place(PlaceKind.SERVER, backend.url), ROBIN)
        with pytest.raises(AuthError, match="name and a password"):
            connect(Place(PlaceKind.SERVER, backend.url))
        with pytest.raises(InvalidPlace, match="unencrypted"):
            connect(Place(PlaceKind.SERVER, "http://music.example.org"), ROBIN)
        with pytest.raises(InvalidPlace, match="cannot be read"):
            connect(Place(PlaceKind.FOLDER, str(tmp_path / "nowhere")))
        with pytest.raises(NetworkError):
            connect(Place(PlaceKind.SERVER, "http://127.0.0.1:1"), ROBIN)
        assert player.accounts.state == ConnectionState()
        assert settings.get(PLACE_KIND) == ""


def test_something_else_at_the_address_is_no_segue_server(
    tmp_path: Path, settings: Settings, roots: DeviceRoots
) -> None:
    with running_backend(tmp_path / "server") as backend, started(tmp_path / "data", settings, roots) as player:
        elsewhere = Place(PlaceKind.SERVER, backend.url + "/elsewhere")
        with pytest.raises(ProtocolError, match="not a Segue server"):
            player.loop.do(player.accounts.connect(elsewhere, ROBIN))


def test_no_secret_reaches_the_log(
    tmp_path: Path, settings: Settings, roots: DeviceRoots, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with running_backend(tmp_path / "server") as backend, started(tmp_path / "data", settings, roots) as player:
        player.loop.do(player.accounts.register(Place(PlaceKind.SERVER, backend.url), ROBIN))
        link = player.accounts._link
        assert link is not None
        link.session._valid_until_s = 0.0
        player.loop.do(link.service.me())
        secrets = [ROBIN.password, link.session._access]
        assert link.session._sign_in is not None
        secrets.append(link.session._sign_in.refresh)
        player.loop.do(player.accounts.sign_out())
    for secret in secrets:
        assert secret not in caplog.text


def _backend_process(player: Player) -> int:
    link = player.accounts._link
    assert link is not None
    assert link.backend is not None
    assert link.backend.process_id is not None
    return link.backend.process_id


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
