"""Keys of this computer and account for what other parts keep on its disk: each for a purpose of its own, all derived
from the device root by HKDF-SHA256 (RFC 5869; OFFLINE.md, keys). Given out by `kept_sign_in` by way of `accounts`;
the root itself never leaves this folder."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LABEL = b"segue device key v1"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class DeviceKey:
    secret: bytes = field(repr=False)
    is_kept: bool
    """the next start will have it again; without a keyring it ends with the sign-in"""


def derived(root: bytes, account: str, purpose: str) -> bytes:
    info = b"\x00".join((LABEL, account.encode(), purpose.encode()))
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(root)
