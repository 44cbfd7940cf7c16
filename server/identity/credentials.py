"""What a user name and a password may be. Pure; the sentences are shown to people."""

from __future__ import annotations

import re
import unicodedata

from server.problems import Problem

USERNAME_MIN, USERNAME_MAX = 3, 32
PASSWORD_MIN, PASSWORD_MAX = 8, 256
DISPLAY_NAME_MAX = 64
OWNER_USERNAME = "owner"
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


def folded_username(username: str) -> str:
    """The form that is stored and compared: case and surrounding spaces do not tell two people apart."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def new_username(username: str) -> str:
    folded = folded_username(username)
    if not USERNAME_MIN <= len(folded) <= USERNAME_MAX:
        raise _invalid("username", f"A user name has {USERNAME_MIN} to {USERNAME_MAX} characters.")
    if not _USERNAME.fullmatch(folded):
        raise _invalid(
            "username",
            "A user name is made of the letters a-z, digits, '.', '_' and '-'; the first and last a letter or digit.",
        )
    return folded


def checked_new_password(password: str, username: str) -> str:
    if len(password) < PASSWORD_MIN:
        raise _invalid("password", f"A password has at least {PASSWORD_MIN} characters.")
    if len(password) > PASSWORD_MAX:
        raise _invalid("password", f"A password has at most {PASSWORD_MAX} characters.")
    if password.strip().lower() == username:
        raise _invalid("password", "The password must differ from the user name.")
    return password


def new_display_name(display_name: str | None, username: str) -> str:
    chosen = " ".join((display_name or username).split()) or username
    if len(chosen) > DISPLAY_NAME_MAX:
        raise _invalid("display_name", f"A display name has at most {DISPLAY_NAME_MAX} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in chosen):
        raise _invalid("display_name", "A display name has no control characters.")
    return chosen


def _invalid(field: str, sentence: str) -> Problem:
    return Problem(422, "VALIDATION", sentence, errors=[{"at": f"body.{field}", "message": sentence}])
