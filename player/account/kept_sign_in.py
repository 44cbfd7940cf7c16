"""Where a refresh token lives between starts: sealed in the local database under a key from the keyring, or in
memory alone where there is no keyring. Used by `session` and `accounts` on the `net` loop."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from player.account.device_key import DeviceKey, derived
from player.account.device_root import ROOT_BYTES, DeviceRoots
from player.account.vault import Vault
from player.errors import CryptoError, KeyringUnavailable
from player.library.database import LocalDatabase
from player.runtime import Runtime

log = logging.getLogger("account")


@dataclass(frozen=True, slots=True)
class SignIn:
    """`request_id` is that of a rotation whose answer has not been kept yet: it is asked again with the same id,
    and the server repeats its answer (docs/api.md, identity)."""

    refresh: str = field(repr=False)
    request_id: str | None = None


class KeptSignIn(Protocol):
    is_durable: bool

    async def load(self) -> SignIn | None: ...
    async def keep(self, sign_in: SignIn) -> None:
        """On the disk when it returns."""
        ...

    async def forget(self) -> None: ...
    def device_key(self, purpose: str) -> DeviceKey: ...


class SignInInMemory:
    is_durable = False

    def __init__(self) -> None:
        self._sign_in: SignIn | None = None
        self._root = secrets.token_bytes(ROOT_BYTES)

    async def load(self) -> SignIn | None:
        return self._sign_in

    async def keep(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def forget(self) -> None:
        self._sign_in = None

    def device_key(self, purpose: str) -> DeviceKey:
        return DeviceKey(derived(self._root, "", purpose), is_kept=False)


class SealedSignIn:
    is_durable = True

    def __init__(
        self, runtime: Runtime, database: LocalDatabase, roots: DeviceRoots, account: str, root: bytes
    ) -> None:
        self._runtime = runtime
        self._database = database
        self._roots = roots
        self._account = account
        self._root = root
        self._vault = Vault(root, account)

    async def load(self) -> SignIn | None:
        rows = await self._runtime.in_pool(
            lambda: self._database.read("SELECT sealed, request_id FROM sign_ins WHERE account = ?", (self._account,))
        )
        if not rows or not isinstance(rows[0][0], bytes):
            return None
        try:
            refresh = self._vault.open(rows[0][0])
        except CryptoError:
            log.info("the kept sign-in was sealed by another keyring; sign in again")
            return None
        return SignIn(refresh, None if rows[0][1] is None else str(rows[0][1]))

    async def keep(self, sign_in: SignIn) -> None:
        sealed = self._vault.seal(sign_in.refresh)
        await self._runtime.in_pool(
            lambda: self._database.write(
                "INSERT OR REPLACE INTO sign_ins (account, sealed, request_id) VALUES (?, ?, ?)",
                (self._account, sealed, sign_in.request_id),
                is_durable=True,
            )
        )

    def device_key(self, purpose: str) -> DeviceKey:
        return DeviceKey(derived(self._root, self._account, purpose), is_kept=True)

    async def forget(self) -> None:
        """The key first: what is left in the database is noise even if the rest fails."""
        try:
            await self._roots.erase(self._account)
        except KeyringUnavailable as error:
            log.info("the keyring's item stays: %s", error.message)
        await self._runtime.in_pool(
            lambda: self._database.write("DELETE FROM sign_ins WHERE account = ?", (self._account,), is_durable=True)
        )


async def open_kept_sign_in(
    runtime: Runtime, database: LocalDatabase, roots: DeviceRoots, account: str, *, is_new: bool
) -> KeptSignIn:
    """Sealed where the keyring works, else in memory. `is_new` makes the account's root; without it an account
    that has none gets memory, and the keyring is not written to."""
    try:
        root = await (roots.obtain(account) if is_new else roots.find(account))
    except KeyringUnavailable as error:
        log.info("the sign-in is kept in memory only: %s", error.message)
        return SignInInMemory()
    return SignInInMemory() if root is None else SealedSignIn(runtime, database, roots, account, root)
