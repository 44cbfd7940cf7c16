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
    │   ├── WrongAsset        what was downloaded are not the bytes that the licence is for
    │   └── UnexpectedPage    a web page came instead of an answer: often a network's sign-in page  (retryable)
    ├── CacheError            the local database or cache failed
    │   ├── StorageFull       the disk has no room for a download
    │   └── StorageUnusable   the disk or folder of the downloads fails or may not be written
    ├── CryptoError           outward one sentence; detail goes to the debug log without keys
    │   ├── ContainerDamaged  a downloaded file is not what was written, or not of this licence: fetch it again
    │   └── LicenceRefused    a licence is not ours, was changed, or is for another device
    ├── LicenceExpired        the licence has ended: one renewal brings everything back
    ├── ClockSuspect          the computer's clock cannot be believed: a signed time is needed
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


class WrongAsset(ProtocolError):
    """`sha256` (hex) of what came, None where it was longer than it may be: the licence server looks at the song anew
    when it is told."""

    code = "WRONG_ASSET"

    def __init__(self, sha256: str | None) -> None:
        super().__init__("the downloaded song is not the one the licence is for")
        self.sha256 = sha256


class UnexpectedPage(ProtocolError):
    code = "UNEXPECTED_PAGE"
    retryable = True


class CacheError(PlayerError):
    code = "CACHE"


class StorageFull(CacheError):
    code = "STORAGE_FULL"


class StorageUnusable(CacheError):
    code = "STORAGE_UNUSABLE"


class CryptoError(PlayerError):
    code = "CRYPTO"


class ContainerDamaged(CryptoError):
    code = "CONTAINER_DAMAGED"

    def __init__(self, message: str = "a downloaded song cannot be opened; it is to be downloaded again") -> None:
        super().__init__(message)


class LicenceRefused(CryptoError):
    """`reason` is for the debug log and for tests: a fixed phrase without any part of the licence."""

    code = "LICENCE_REFUSED"

    def __init__(self, reason: str) -> None:
        super().__init__("a licence cannot be accepted")
        self.reason = reason


class LicenceExpired(PlayerError):
    code = "LICENCE_EXPIRED"


class ClockSuspect(PlayerError):
    code = "CLOCK_SUSPECT"


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
