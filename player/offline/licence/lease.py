"""The lease: how long this device may play what it has downloaded, and the key that opens its leaves. Pure; used by
the licence store, by renewal, and by the vault before each song.

The player keeps the signed token, in which the lease key is sealed to the device. `unsealed` gives the key out only
while the lease is in force by trusted time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from player.errors import ClockSuspect, LicenceExpired, LicenceRefused
from player.offline.canonical import canonical
from player.offline.licence import hpke, jws
from player.offline.licence.keyset import Keyset

TYPE = "segue-lease+jwt"
_INFO = b"segue lease key v1"
_TEXTS = ("acc", "did", "tier", "region")
_NUMBERS = ("iat", "nbf", "exp", "seq", "max_items", "max_devices", "server_time")
_KEY_BYTES = 32
_SEALED_BYTES = hpke.ENC_BYTES + _KEY_BYTES + hpke.TAG_BYTES
_LONGEST_S = 31 * 86_400
"""a lease is of 30 days at most; a longer one is not believed, whoever signed it"""


@dataclass(frozen=True, slots=True)
class Terms:
    """All of a lease but its key. Times are whole UTC seconds; it holds from `nbf` to before `exp`."""

    acc: str
    did: str
    tier: str
    region: str
    iat: int
    nbf: int
    exp: int
    seq: int
    max_items: int
    max_devices: int
    server_time: int

    def require_in_force(self, now_s: int) -> None:
        """`now_s` by trusted time. LicenceExpired at the end; ClockSuspect where the lease is not even issued."""
        if now_s >= self.exp:
            raise LicenceExpired("the downloads have expired: go online once to renew them")
        if now_s < self.nbf:
            raise ClockSuspect("this computer's clock is behind: go online once to set it right")

    def is_renewal_due(self, now_s: int) -> bool:
        """Under half is left, or a day has passed (OFFLINE.md, renewal)."""
        return now_s - self.iat >= min(86_400, (self.exp - self.iat) // 2)


@dataclass(frozen=True, slots=True)
class Lease:
    terms: Terms
    sealed_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeaseKey:
    """Opens the content keys of leaves. It lives in memory and nowhere else."""

    cipher: AESGCM = field(repr=False)


def read(token: str, keyset: Keyset, *, acc: str, did: str, least_seq: int = 0) -> Lease:
    """LicenceRefused for all but a lease of this account and device, no older than `least_seq`."""
    payload = jws.opened(token, typ=TYPE, keys=keyset.keys)
    jws.require_fields(payload, (*_TEXTS, *_NUMBERS, "lk"))
    fields: dict[str, Any] = {name: jws.text(payload, name) for name in _TEXTS}
    fields |= {name: jws.number(payload, name) for name in _NUMBERS}
    terms = Terms(**fields)
    if terms.acc != acc or terms.did != did:
        raise LicenceRefused("of another device")
    if not terms.nbf <= terms.iat < terms.exp <= terms.iat + _LONGEST_S:
        raise LicenceRefused("its times contradict each other")
    if terms.seq < least_seq:
        raise LicenceRefused("an older lease")
    return Lease(terms, jws.data(payload, "lk", _SEALED_BYTES))


def unsealed(lease: Lease, device_key: X25519PrivateKey, *, now_s: int) -> LeaseKey:
    """LicenceExpired or ClockSuspect where it is not in force; LicenceRefused where it was not sealed to this key."""
    lease.terms.require_in_force(now_s)
    key = hpke.opened(device_key, lease.sealed_key, info=_INFO, aad=canonical(asdict(lease.terms)))
    return LeaseKey(AESGCM(key))
