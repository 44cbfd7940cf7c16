"""Signing in to a server, or making an account there. GUI thread.

Passwords pass through and are never kept here.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from player import settings
from player.account.port import Credentials, Place, PlaceKind
from player.errors import AuthError, NetworkError, PlayerError
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.states import bounded_sentence

SHORTEST_PASSWORD = 8


@dataclass(frozen=True, slots=True)
class SignInState:
    address: str = ""
    username: str = ""
    is_registering: bool = False
    is_busy: bool = False
    problem: str = ""
    field: str = ""
    """the field the problem is about: address, username, password, or empty"""


class SignInPresenter(QObject):
    state_changed = Signal(object)

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._scope = GuiScope(core.runtime)
        is_server = core.settings.get(settings.PLACE_KIND) == PlaceKind.SERVER.value
        self._state = SignInState(
            address=core.settings.get(settings.PLACE_LOCATION) if is_server else "",
            username=core.settings.get(settings.USERNAME) if is_server else "",
        )

    @property
    def state(self) -> SignInState:
        return self._state

    def close(self) -> None:
        self._scope.close()

    def say(self, problem: str) -> None:
        self._show(replace(self._state, problem=problem, field=""))

    def set_registering(self, is_registering: bool) -> None:
        self._show(replace(self._state, is_registering=is_registering, problem="", field=""))

    def submit(self, address: str, username: str, password: str) -> None:
        if self._state.is_busy:
            return
        username = username.strip()
        self._state = replace(self._state, address=address.strip(), username=username)
        field, problem = self._first_problem(address, username, password)
        if problem:
            self._show(replace(self._state, problem=problem, field=field))
            return
        place, credentials = Place(PlaceKind.SERVER, server_address(address)), Credentials(username, password)
        self._show(replace(self._state, is_busy=True, problem="", field=""))
        accounts = self._core.accounts
        is_new = self._state.is_registering
        work = accounts.register(place, credentials) if is_new else accounts.connect(place, credentials)
        self._scope.run(work, self._entered, self._failed)

    def _first_problem(self, address: str, username: str, password: str) -> tuple[str, str]:
        try:
            server_address(address)
        except ValueError as error:
            return "address", str(error)
        if not username:
            return "username", "Enter your name on that server."
        if not password:
            return "password", "Enter your password."
        if self._state.is_registering and len(password) < SHORTEST_PASSWORD:
            return "password", f"Choose a password of at least {SHORTEST_PASSWORD} characters."
        return "", ""

    def _entered(self, _done: None) -> None:
        self._show(replace(self._state, is_busy=False))

    def _failed(self, error: PlayerError) -> None:
        field = ""
        if isinstance(error, AuthError):
            problem, field = "That name or password is not right.", "password"
        elif isinstance(error, NetworkError):
            problem, field = "There is no answer from that address. Is it right, and is the server on?", "address"
        else:
            problem = bounded_sentence(error.message)
        self._show(replace(self._state, is_busy=False, problem=problem, field=field))

    def _show(self, state: SignInState) -> None:
        self._state = state
        self.state_changed.emit(state)


def server_address(text: str) -> str:
    """The address as the player keeps it: scheme, host and port. ValueError with a sentence otherwise.

    Without a scheme it is https, except for this computer itself, where nothing can listen in."""
    text = text.strip()
    if not text:
        raise ValueError("Enter the server's address.")
    if "://" not in text:
        text = f"{'http' if _is_this_computer(urlsplit('//' + text).hostname) else 'https'}://{text}"
    parts = urlsplit(text)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("The port is a number from 1 to 65535.") from None
    if parts.scheme not in {"http", "https"} or not host or any(letter.isspace() for letter in text):
        raise ValueError("An address looks like music.example.org or https://music.example.org:8443.")
    if parts.username or parts.password:
        raise ValueError("Leave name and password out of the address.")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _is_this_computer(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
