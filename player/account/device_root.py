"""The device root: 32 random bytes in the operating system's keyring, one for each (installation, account), from
which every key of the vault is derived (OFFLINE.md). Used by `kept_sign_in` on the `net` loop.

The keyring's backend is constructed by platform: `keyring.get_keyring` lets an environment variable or a file in
the home folder redirect secrets. On Linux that is the Secret Service, which GNOME Keyring, KWallet (5.97 and
later) and KeePassXC all offer; keyring's own KWallet backend needs a dbus-python that wheels do not carry.

A locked keyring asks the listener and may wait for ever. Each call has a thread of its own (daemon: neither the
pool nor the end of the program waits for it) and a time limit; after the first time-out the keyring counts as
unusable until the next start, so that nothing asks twice.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from player.errors import KeyringUnavailable

T = TypeVar("T")
log = logging.getLogger("account")

ROOT_BYTES = 32
LIMIT_S = 10.0
SERVICE = "segue"


class Keyring(Protocol):
    """The three calls of keyring's backends that we use."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def platform_keyring() -> Keyring:
    """The keyring of this platform; raises what keyring raises where there is none. Imports are slow (60 ms) and
    happen in the calling thread."""
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        vault = WinVaultKeyring()
        vault.persist = "local machine"  # never roams with the profile to other machines
        return vault
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as MacKeyring

        return MacKeyring()
    from keyring.backends.SecretService import Keyring as SecretService

    _ = SecretService.priority  # raises RuntimeError where no daemon is there
    construct: Callable[[], Keyring] = SecretService  # keyring leaves its constructor untyped
    return construct()


class DeviceRoots:
    def __init__(
        self, installation: str, *, connect: Callable[[], Keyring] = platform_keyring, limit_s: float = LIMIT_S
    ) -> None:
        self._installation = installation
        self._connect = connect
        self._limit_s = limit_s
        self._has_timed_out = False

    async def find(self, account: str) -> bytes | None:
        """The account's root, None where there is none; KeyringUnavailable."""
        return await self._limited(lambda keyring: self._find(keyring, account))

    async def obtain(self, account: str) -> bytes:
        """The account's root, made now if it is new; KeyringUnavailable."""

        def work(keyring: Keyring) -> bytes:
            root = self._find(keyring, account)
            if root is None:
                root = secrets.token_bytes(ROOT_BYTES)
                keyring.set_password(SERVICE, self._item(account), base64.b64encode(root).decode())
            return root

        return await self._limited(work)

    async def erase(self, account: str) -> None:
        """Everything sealed under the root is gone for good."""

        def work(keyring: Keyring) -> None:
            if keyring.get_password(SERVICE, self._item(account)) is not None:
                keyring.delete_password(SERVICE, self._item(account))

        await self._limited(work)

    def _item(self, account: str) -> str:
        return f"{self._installation}/{account}"

    def _find(self, keyring: Keyring, account: str) -> bytes | None:
        text = keyring.get_password(SERVICE, self._item(account))
        if text is None:
            return None
        try:
            root = base64.b64decode(text, validate=True)
        except ValueError:
            root = b""
        return root if len(root) == ROOT_BYTES else None  # not ours: as good as none

    async def _limited(self, work: Callable[[Keyring], T]) -> T:
        if self._has_timed_out:
            raise KeyringUnavailable("the keyring did not answer; it is tried again at the next start")
        future: Future[T] = Future()
        threading.Thread(target=_run, args=(future, self._connect, work), name="keyring", daemon=True).start()
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            self._has_timed_out = True
            raise KeyringUnavailable("the keyring is locked and did not answer in time") from error


def _run(future: Future[T], connect: Callable[[], Keyring], work: Callable[[Keyring], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work(connect())
    except Exception as error:
        log.info("no usable keyring: %s", type(error).__name__)
        log.debug("the keyring failed", exc_info=error)
        future.set_exception(KeyringUnavailable("this computer has no usable keyring"))
    else:
        future.set_result(result)
