from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from player.account.device_root import DeviceRoots
from player.account.identity import Identity, TokenPair
from player.account.kept_sign_in import SealedSignIn, SignIn, SignInInMemory, open_kept_sign_in
from player.account.session import Session
from player.errors import AuthError, NetworkError
from player.library.database import LocalDatabase
from player.network.client import build_client
from player.runtime import Runtime
from tests.support.looping import Looping
from tests.unit.player.account.keyrings import INSTALLATION, KeyringInMemory, no_keyring, roots_in

ACCOUNT = "server:https://music.example.org|robin"


class Time:
    now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


class IdentityServer:
    """Rotates like docs/api.md says: a dead token answers its own request id again and refuses any other."""

    def __init__(self) -> None:
        self.alive = "refresh-0"
        self.answered: dict[str, int] = {}
        self.rotations = 0
        self.requests: list[dict[str, str]] = []
        self.loses_answers = 0
        self.hold: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.requests.append(body)
        if request.url.path.endswith("/revoke"):
            return httpx.Response(204)
        if self.hold is not None:
            await self.hold()
        asked = body["request_id"]
        if asked not in self.answered:
            if body["refresh_token"] != self.alive:
                return httpx.Response(401, json={"code": "UNAUTHENTICATED", "detail": "over"})
            self.rotations += 1
            self.alive = f"refresh-{self.rotations}"
            self.answered[asked] = self.rotations
        if self.loses_answers:
            self.loses_answers -= 1
            raise httpx.ReadError("the answer was lost")
        number = self.answered[asked]
        return httpx.Response(
            200,
            json={"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 600},
        )


class Rig:
    def __init__(self, runtime: Runtime) -> None:
        self.server = IdentityServer()
        self.time = Time()
        self.kept = SignInInMemory()
        self.ended = 0
        self.client = build_client(transport=httpx.MockTransport(self.server))
        self.session = Session(
            runtime, self.time, Identity(self.client, lambda: "http://s"), self.kept, on_over=self._over
        )

    def _over(self) -> None:
        self.ended += 1

    async def begin(self) -> None:
        await self.session.begin(TokenPair("access-0", "refresh-0", 600.0))


@pytest.fixture
def rig(loop: Looping) -> Rig:
    made = Rig(loop.runtime)
    loop.do(made.begin())
    return made


def test_the_token_is_used_until_it_ends(loop: Looping, rig: Rig) -> None:
    assert loop.do(rig.session.access_token()) == "access-0"
    rig.time.now_s = 500.0
    assert loop.do(rig.session.access_token()) == "access-0"
    rig.time.now_s = 595.0
    assert loop.do(rig.session.access_token()) == "access-1"
    assert rig.server.rotations == 1


def test_a_hundred_refusals_at_once_make_one_refresh(loop: Looping, rig: Rig) -> None:
    async def many() -> list[str]:
        return await asyncio.gather(*(rig.session.renew("access-0") for _ in range(100)))

    assert loop.do(many()) == ["access-1"] * 100
    assert len(rig.server.requests) == 1
    assert loop.do(rig.session.renew("access-0")) == "access-1"
    assert len(rig.server.requests) == 1


def test_who_is_cancelled_does_not_take_the_rotation_along(loop: Looping, rig: Rig) -> None:
    async def run() -> str:
        reached, go_on = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            reached.set()
            await go_on.wait()

        rig.server.hold = hold
        first = asyncio.ensure_future(rig.session.renew("access-0"))
        await reached.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = asyncio.ensure_future(rig.session.renew("access-0"))
        go_on.set()
        return await second

    assert loop.do(run()) == "access-1"
    assert len(rig.server.requests) == 1


def test_a_lost_answer_is_asked_again_by_the_same_request(loop: Looping, rig: Rig) -> None:
    rig.server.loses_answers = 1
    assert loop.do(rig.session.renew("access-0")) == "access-1"
    first, second = rig.server.requests
    assert first == second
    assert rig.server.rotations == 1


def test_an_answer_lost_in_a_crash_is_asked_again_at_the_next_start(loop: Looping, rig: Rig) -> None:
    rig.server.loses_answers = 3
    with pytest.raises(NetworkError):
        loop.do(rig.session.renew("access-0"))
    rig.server.loses_answers = 0
    after_crash = Session(loop.runtime, rig.time, Identity(rig.client, lambda: "http://s"), rig.kept)
    assert loop.do(after_crash.resume())
    assert loop.do(after_crash.access_token()) == "access-1"
    assert rig.server.rotations == 1
    assert rig.ended == 0


def test_a_sign_in_that_is_over_is_forgotten_and_told_once(loop: Looping, rig: Rig) -> None:
    rig.server.alive = "somebody else's"
    for _ in range(2):
        with pytest.raises(AuthError):
            loop.do(rig.session.renew("access-0"))
    assert loop.do(rig.kept.load()) is None
    assert len(rig.server.requests) == 1
    assert rig.ended == 1


def test_the_owner_of_a_local_backend_signs_in_again(loop: Looping, rig: Rig) -> None:
    async def again() -> TokenPair:
        return TokenPair("owner-access", "owner-refresh", 600.0)

    identity = Identity(rig.client, lambda: "http://s")
    session = Session(loop.runtime, rig.time, identity, SignInInMemory(), sign_in_again=again)
    loop.do(session.begin(TokenPair("old", "unknown", 600.0)))
    assert loop.do(session.renew("old")) == "owner-access"


def test_signing_out_forgets_first_and_revokes(loop: Looping, rig: Rig) -> None:
    loop.do(rig.session.end())
    assert loop.do(rig.kept.load()) is None
    assert rig.server.requests == [{"refresh_token": "refresh-0"}]
    with pytest.raises(AuthError):
        loop.do(rig.session.access_token())


# ---- what is kept between starts


def test_the_sign_in_is_sealed_on_the_disk(loop: Looping, database: LocalDatabase) -> None:
    roots = roots_in(KeyringInMemory())
    kept = loop.do(open_kept_sign_in(loop.runtime, database, roots, ACCOUNT, is_new=True))
    assert isinstance(kept, SealedSignIn)
    loop.do(kept.keep(SignIn("very-secret-token", "request-1")))
    files = b"".join(path.read_bytes() for path in database.path.parent.iterdir())
    assert b"very-secret-token" not in files
    again = loop.do(open_kept_sign_in(loop.runtime, database, roots, ACCOUNT, is_new=False))
    assert loop.do(again.load()) == SignIn("very-secret-token", "request-1")


def test_a_copied_profile_without_its_keyring_is_signed_out(loop: Looping, database: LocalDatabase) -> None:
    here = loop.do(open_kept_sign_in(loop.runtime, database, roots_in(KeyringInMemory()), ACCOUNT, is_new=True))
    loop.do(here.keep(SignIn("very-secret-token")))
    elsewhere = roots_in(KeyringInMemory())
    assert (
        loop.do(loop.do(open_kept_sign_in(loop.runtime, database, elsewhere, ACCOUNT, is_new=False)).load()) is None
    )
    other_root = loop.do(open_kept_sign_in(loop.runtime, database, elsewhere, ACCOUNT, is_new=True))
    assert loop.do(other_root.load()) is None


def test_without_a_keyring_nothing_is_written(loop: Looping, database: LocalDatabase) -> None:
    roots = DeviceRoots(INSTALLATION, connect=no_keyring)
    kept = loop.do(open_kept_sign_in(loop.runtime, database, roots, ACCOUNT, is_new=True))
    assert not kept.is_durable
    loop.do(kept.keep(SignIn("very-secret-token")))
    assert database.read("SELECT * FROM sign_ins") == []


def test_forgetting_erases_the_key(loop: Looping, database: LocalDatabase) -> None:
    keyring = KeyringInMemory()
    kept = loop.do(open_kept_sign_in(loop.runtime, database, roots_in(keyring), ACCOUNT, is_new=True))
    loop.do(kept.keep(SignIn("token")))
    loop.do(kept.forget())
    assert keyring.items == {}
    assert database.read("SELECT * FROM sign_ins") == []


def test_secrets_are_not_in_representations() -> None:
    assert "hush" not in repr(TokenPair("hush-a", "hush-r", 1.0)) + repr(SignIn("hush-r", None))
