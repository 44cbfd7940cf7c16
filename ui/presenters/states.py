"""What a page can be in: every presenter of a page emits one of these, frozen, and the page's `show_state` draws it.

Also the one place where an error of `player.errors` becomes words for a page. GUI thread only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from player.errors import (
    AuthError,
    BackendError,
    Conflict,
    NetworkError,
    NotFound,
    PlayerError,
    ProtocolError,
    RateLimited,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loading:
    """Nothing to show yet: the page draws its skeleton."""


@dataclass(frozen=True, slots=True)
class Ready(Generic[T]):
    data: T


@dataclass(frozen=True, slots=True)
class Empty:
    """The answer came and holds nothing; `message` says what to do."""

    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    title: str
    message: str
    can_retry: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class Offline:
    """The service cannot be reached; `message` says what still works. The page loads again when it returns."""

    title: str
    message: str


ViewState = Loading | Ready[T] | Empty | Failed | Offline

NOT_CONNECTED = Offline(
    "You are offline",
    "Segue is not connected to your music. The queue keeps playing what is already here, and this page loads by "
    "itself when the connection returns.",
)


def failure(error: PlayerError, what: str) -> Failed | Offline:
    """`what` names the thing asked for, as in 'this album'."""
    match error:
        case RateLimited():
            return Failed("Too many requests", f"Wait a moment, then load {what} again.", True, error.code)
        case NetworkError() | BackendError():
            return Offline(
                "Segue cannot reach your music",
                f"There is no answer while loading {what}. The queue keeps playing what is already here, and this "
                "page loads by itself when the connection returns.",
            )
        case AuthError():
            return Failed("Your sign-in is over", f"Sign in again to see {what}.", False, error.code)
        case NotFound():
            return Failed(
                "This is no longer here", f"The service has no record of {what} any more.", False, error.code
            )
        case ProtocolError():
            return Failed("The service gave an unreadable answer", f"Segue could not read {what}.", True, error.code)
        case _:
            return Failed(f"Could not load {what}", bounded_sentence(error.message), True, error.code)


def in_one_line(error: PlayerError, attempt: str) -> str:
    """For a toast: `attempt` says what was tried, as in 'add to Deep focus'."""
    match error:
        case RateLimited():
            reason = "too many requests; wait a moment"
        case NetworkError() | BackendError():
            reason = "there is no connection"
        case AuthError():
            reason = "your sign-in is over"
        case NotFound():
            reason = "it is no longer there"
        case Conflict():
            reason = "it was changed elsewhere meanwhile"
        case _:
            reason = bounded_sentence(error.message)
    return f"Could not {attempt}: {reason}"


def bounded_sentence(text: str, limit: int = 200) -> str:
    """A message from outside, kept to one line of bearable length."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
