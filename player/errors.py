"""The errors of the player. Adapters translate library exceptions into these at the edge (`raise ... from`);
only presenters and main.py turn them into words.

    PlayerError
    ├── NetworkError          the network or the server's machine failed: try again        (retryable)
    │   ├── RateLimited       429; wait `retry_after_s`                                    (retryable)
    │   └── Damaged           other bytes came than were sent; those before them are right (retryable)
    ├── AuthError             not signed in, or no longer
    ├── NotFound              the thing is gone or was never there
    ├── Conflict              somebody else edited it first (ETag mismatch)
    ├── SongChanged           the song's file is another than when it was opened: open it anew  (retryable)
    ├── Rejected              the service refused the request as wrong
    ├── ProtocolError         the service answered nonsense
    │   └── UnexpectedPage    a web page came instead of an answer: often a network's sign-in page  (retryable)
    ├── CacheError            the local database or cache failed
    ├── CryptoError           outward one sentence; detail goes to the debug log without keys
    ├── KeyringUnavailable    no usable keyring, or it is locked
    ├── AudioDeviceError      the sound device failed
    ├── EngineUnavailable     libmpv is missing or too old
    ├── AlreadyRunning        another Segue uses this data folder
    ├── InvalidPlace          the folder or address given cannot be a place for music
    └── BackendError          the player's own backend would not start or died
"""

from __future__ import annotations

from typing import ClassVar


class PlayerError(Exception):
    """Root of the tree. `code` is stable and crosses logs, reports and the wire; `retryable` says whether the
    same call may succeed later without anybody changing anything."""

    code: ClassVar[str] = "PLAYER_ERROR"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.code)
        self.message = message or self.code


class NetworkError(PlayerError):
    code = "NETWORK"
    retryable = True


class RateLimited(NetworkError):
    code = "RATE_LIMITED"

    def __init__(self, message: str = "", *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Damaged(NetworkError):
    code = "DAMAGED"

    def __init__(self, message: str = "what came was damaged on its way") -> None:
        super().__init__(message)


class AuthError(PlayerError):
    code = "AUTH"


class NotFound(PlayerError):
    code = "NOT_FOUND"


class Conflict(PlayerError):
    code = "CONFLICT"


class SongChanged(PlayerError):
    code = "SONG_CHANGED"
    retryable = True


class Rejected(PlayerError):
    """A 4xx the caller caused; `server_code` is the service's own stable code."""

    code = "REJECTED"

    def __init__(self, message: str = "", *, server_code: str = "") -> None:
        super().__init__(message)
        self.server_code = server_code


class ProtocolError(PlayerError):
    code = "PROTOCOL"


class UnexpectedPage(ProtocolError):
    code = "UNEXPECTED_PAGE"
    retryable = True


class CacheError(PlayerError):
    code = "CACHE"


class CryptoError(PlayerError):
    code = "CRYPTO"


class KeyringUnavailable(PlayerError):
    code = "KEYRING_UNAVAILABLE"


class AudioDeviceError(PlayerError):
    code = "AUDIO_DEVICE"


class AlreadyRunning(PlayerError):
    code = "ALREADY_RUNNING"


class EngineUnavailable(PlayerError):
    code = "ENGINE_UNAVAILABLE"


class BackendError(PlayerError):
    code = "BACKEND"


class InvalidPlace(PlayerError):
    code = "INVALID_PLACE"
