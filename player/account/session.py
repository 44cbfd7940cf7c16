"""One sign-in: the access token in memory, the refresh token kept, and one refresh however many calls ask at once.
Implements the adapter's `Tokens`; runs on the `net` loop.

A rotation is a task of its own: a listener who types on cancels the search that began it, never the rotation. Its
request id is on the disk before the server hears of it, so a crash or a lost answer in between loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable

from player.account.device_key import DeviceKey
from player.account.identity import Identity, TokenPair
from player.account.kept_sign_in import KeptSignIn, SignIn
from player.clock import Clock
from player.errors import AuthError, CacheError, NetworkError, PlayerError
from player.network.retry import Backoff
from player.runtime import Runtime

log = logging.getLogger("account")

RENEW_BEFORE_S = 30.0  # a token that ends while the request travels costs a round trip
TRIES = 3
REVOKE_LIMIT_S = 3.0

SignInAgain = Callable[[], Awaitable[TokenPair]]


class Session:
    """`sign_in_again` is how an account without a password (the owner of the local backend) gets in anew;
    `on_over` hears once that the sign-in is over."""

    def __init__(
        self,
        runtime: Runtime,
        clock: Clock,
        identity: Identity,
        kept: KeptSignIn,
        *,
        sign_in_again: SignInAgain | None = None,
        on_over: Callable[[], None] = lambda: None,
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._identity = identity
        self._kept = kept
        self._sign_in_again = sign_in_again
        self._on_over = on_over
        self._access = ""
        self._valid_until_s = float("-inf")
        self._sign_in: SignIn | None = None
        self._renewing: asyncio.Task[PlayerError | None] | None = None

    @property
    def is_durable(self) -> bool:
        return self._kept.is_durable

    def device_key(self, purpose: str) -> DeviceKey:
        return self._kept.device_key(purpose)

    async def resume(self) -> bool:
        """Take up the kept sign-in, without the network; False where there is none."""
        self._sign_in = await self._kept.load()
        return self._sign_in is not None

    async def begin(self, pair: TokenPair) -> None:
        """A sign-in that has just happened."""
        await self._take(pair)

    async def access_token(self) -> str:
        if self._clock.monotonic_s() >= self._valid_until_s:
            await self._renewed()
        return self._access

    async def renew(self, refused: str) -> str:
        if self._access in (refused, ""):  # empty: the sign-in ended meanwhile
            await self._renewed()
        return self._access

    async def end(self) -> None:
        """Forget, then tell the server; where it is not reached the token dies by itself in time."""
        sign_in, self._sign_in, self._access = self._sign_in, None, ""
        self._valid_until_s = float("-inf")
        await self._kept.forget()
        if sign_in is not None:
            with contextlib.suppress(PlayerError, TimeoutError):
                async with asyncio.timeout(REVOKE_LIMIT_S):
                    await self._identity.revoke(sign_in.refresh)

    async def _renewed(self) -> None:
        if self._renewing is None or self._renewing.done():
            self._renewing = self._runtime.spawn(self._outcome(), "renew the sign-in")
        error = await asyncio.shield(self._renewing)
        if error is not None:
            raise error

    async def _outcome(self) -> PlayerError | None:
        """The error as a value: it belongs to whoever waits, and to nobody where all of them were cancelled."""
        try:
            await self._renew()
        except PlayerError as error:
            return error
        return None

    async def _renew(self) -> None:
        try:
            pair = await self._rotate()
        except AuthError:
            if self._sign_in_again is None:
                if self._sign_in is not None:
                    await self._over()
                raise
            pair = await self._sign_in_again()
        await self._take(pair)

    async def _rotate(self) -> TokenPair:
        if self._sign_in is None:
            raise AuthError("the sign-in is over; sign in again")
        request_id = self._sign_in.request_id
        if request_id is None:
            request_id = secrets.token_hex(16)
            await self._keep(SignIn(self._sign_in.refresh, request_id))
        refresh, backoff = self._sign_in.refresh, Backoff()
        for _ in range(TRIES - 1):
            try:
                return await self._identity.by_refresh(refresh, request_id)
            except NetworkError:
                await asyncio.sleep(backoff.next_s())
        return await self._identity.by_refresh(refresh, request_id)

    async def _over(self) -> None:
        self._sign_in, self._access = None, ""
        await self._kept.forget()
        self._on_over()

    async def _take(self, pair: TokenPair) -> None:
        self._access = pair.access
        self._valid_until_s = self._clock.monotonic_s() + max(pair.lifetime_s - RENEW_BEFORE_S, 1.0)
        await self._keep(SignIn(pair.refresh))

    async def _keep(self, sign_in: SignIn) -> None:
        """In memory for certain; a full disk costs the next start its sign-in, not this one."""
        self._sign_in = sign_in
        try:
            await self._kept.keep(sign_in)
        except CacheError as error:
            log.warning("the sign-in could not be kept: %s", error.message)
