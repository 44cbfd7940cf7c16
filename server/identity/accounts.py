"""Accounts and the ways to sign in to them. Built by `build_services`, called by the routes in request threads."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.db.models import User
from server.db.session import Database
from server.identity.attempts import Attempts
from server.identity.credentials import (
    OWNER_USERNAME,
    checked_new_password,
    folded_username,
    new_display_name,
    new_username,
)
from server.identity.owner_code import OwnerCode
from server.identity.passwords import Passwords
from server.identity.refresh import Grant, RefreshRefused, RefreshTokens
from server.problems import Problem


class Accounts:
    def __init__(
        self, database: Database, *, passwords: Passwords, refresh_tokens: RefreshTokens, owner_code: OwnerCode
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._refresh_tokens = refresh_tokens
        self._owner_code = owner_code
        self._failures_by_name = Attempts(limit=8, window_s=60)
        self._failures_by_host = Attempts(limit=60, window_s=60)
        self._registrations = Attempts(limit=30, window_s=60)

    def register(self, username: str, password: str, display_name: str | None, *, host: str) -> User:
        folded = new_username(username)
        checked_new_password(password, folded)
        shown = new_display_name(display_name, username.strip())
        self._registrations.begin(host)
        user = User(username=folded, display_name=shown, password_hash=self._passwords.hash(password))
        try:
            with self._database.session() as session:
                session.add(user)
        except IntegrityError as error:
            raise Problem(409, "USERNAME_TAKEN", f"The user name '{folded}' is taken; choose another.") from error
        return user

    def sign_in(self, username: str, password: str, device_name: str, *, host: str) -> Grant:
        folded = folded_username(username)
        self._failures_by_host.begin(host)
        self._failures_by_name.begin((host, folded))
        with self._database.reading() as session:
            user = session.scalar(select(User).where(User.username == folded))
        stored = user.password_hash if user is not None else None
        if not self._passwords.verify(stored, password) or user is None or stored is None:
            raise Problem(401, "INVALID_CREDENTIALS", "The user name or the password is wrong.")
        self._failures_by_host.forgive(host)
        self._failures_by_name.forgive((host, folded))
        if self._passwords.is_outdated(stored):
            self._rehash(user.id, password)
        return self._refresh_tokens.begin(user.id, device_name)

    def sign_in_owner(self, code: str, *, host: str) -> Grant:
        self._failures_by_host.begin(host)
        if not self._owner_code.redeem(code):
            raise Problem(401, "INVALID_CREDENTIALS", "The bootstrap code is wrong or has been used.")
        self._failures_by_host.forgive(host)
        return self._refresh_tokens.begin(self.ensure_owner(), "this computer")

    def refresh(self, refresh_token: str, request_id: str) -> Grant:
        try:
            return self._refresh_tokens.rotate(refresh_token, request_id)
        except RefreshRefused as error:
            raise Problem(401, "UNAUTHENTICATED", "This sign-in has ended; sign in again.") from error

    def ensure_owner(self) -> str:
        """The id of the owner, who is made at the first start and has no password."""
        with self._database.session() as session:
            owner_id = session.scalar(select(User.id).where(User.is_owner))
            if owner_id is None:
                owner = User(username=OWNER_USERNAME, display_name="Me", password_hash=None, is_owner=True)
                session.add(owner)
                session.flush()
                owner_id = owner.id
            return owner_id

    def _rehash(self, user_id: str, password: str) -> None:
        renewed = self._passwords.hash(password)
        with self._database.session() as session:
            user = session.get(User, user_id)
            if user is not None:
                user.password_hash = renewed
