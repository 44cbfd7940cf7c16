"""Keyrings for tests: one in memory, one that is locked and never answers, one that is not there."""

from __future__ import annotations

import threading

from player.account.device_root import DeviceRoots, Keyring

INSTALLATION = "0123456789abcdef"


class KeyringInMemory:
    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}
        self.writes = 0

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.items[service, username] = password
        self.writes += 1

    def delete_password(self, service: str, username: str) -> None:
        del self.items[service, username]


class LockedKeyring(KeyringInMemory):
    """Asks somebody who is not there, until `unlock`."""

    def __init__(self) -> None:
        super().__init__()
        self.unlock = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.unlock.wait(30)
        return super().get_password(service, username)


def no_keyring() -> Keyring:
    raise RuntimeError("no daemon at /run/user/1000/bus")


def roots_in(keyring: Keyring, limit_s: float = 5.0) -> DeviceRoots:
    return DeviceRoots(INSTALLATION, connect=lambda: keyring, limit_s=limit_s)
