"""The devices of an account: registered, listed, removed, and found again by the key that signed a request. Built by
`build_services`; called by routes and by `python -m server.admin`, in request threads.

Removing a device erases the secret its licences came from: nobody can renew or repeat them, this backend included.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db.models import Device, Leaf
from server.db.session import Database
from server.devices import keys, proofs, slots
from server.devices.decisions import Decided, Decisions, Question
from server.devices.proofs import Proof, SignedRequest
from server.identity.access import unauthenticated
from server.identity.attempts import Attempts
from server.identity.refresh import end_sign_in, has_ended
from server.jws import thumbprint
from server.problems import Problem, not_found

SECRET_BYTES = 32
REMOVED, REPLACED = "removed", "replaced"


@dataclass(frozen=True, slots=True)
class NewDevice:
    installation: str
    name: str
    platform: str
    signing_key: str
    agreement_key: str


@dataclass(frozen=True, slots=True)
class ProvenDevice:
    """A device in use, the request it has signed, and the sign-in it came with (None: unknown)."""

    id: str
    user_id: str
    proof: Proof
    sign_in: str | None = None


class Devices:
    def __init__(self, database: Database, decisions: Decisions, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._decisions = decisions
        self._clock = clock
        self._registrations = Attempts(limit=10, window_s=60)
        self._removals = Attempts(limit=30, window_s=60)
        self._false_proofs = Attempts(limit=60, window_s=60)

    # ---- who signed

    def newcomer(self, new: NewDevice, token: str | None, request: SignedRequest) -> Proof:
        """The proof of a registration, signed by the very key it brings."""
        keys.check_new(new.signing_key, new.agreement_key)
        name, key = thumbprint(new.signing_key), keys.signing_key(new.signing_key)
        return proofs.verify(token, request, key_of=lambda kid: key if kid == name else None, now=self._clock())

    def proven(
        self, user_id: str, token: str | None, request: SignedRequest, *, sign_in: str | None = None
    ) -> ProvenDevice:
        """The device of this account that signed the request. Problem 403: PROOF_*, DEVICE_*."""
        self._false_proofs.begin(user_id)
        found: list[Device | None] = []

        def key_of(kid: str) -> Any:
            found.append(self._of_key(user_id, kid))
            return keys.signing_key(found[0].signing_key) if found[0] is not None else None

        try:
            proof = proofs.verify(token, request, key_of=key_of, now=self._clock())
        except Problem as refusal:
            if found == [None]:
                detail = "This device is not registered with this account; register it."
                raise Problem(403, "DEVICE_UNKNOWN", detail) from refusal
            raise
        self._false_proofs.forgive(user_id)
        (device,) = found
        assert device is not None, "its key has verified"
        _check_in_use(device)
        return ProvenDevice(device.id, user_id, proof, sign_in)

    def _of_key(self, user_id: str, kid: str) -> Device | None:
        with self._database.reading() as session:
            return session.scalar(
                select(Device)
                .where(Device.user_id == user_id, Device.thumbprint == kid)
                .order_by(Device.removed_at.is_not(None), Device.registered_at.desc())
                .limit(1)
            )

    # ---- what the listener does

    def register(self, user_id: str, new: NewDevice, proof: Proof, *, sign_in: str | None = None) -> dict[str, Any]:
        """The `Device` of docs/api.md; known keys give the device they belong to. Problem 409: DEVICE_LIMIT,
        DEVICE_REPLACEMENTS; 401 where the sign-in has ended, as that of a device that was removed."""
        self._registrations.begin(user_id)
        question = Question("device.register", user_id, proof=proof, details={"installation": new.installation})
        return self._decisions.make(question, lambda session: self._registered(session, user_id, new, sign_in))

    def of_account(self, user_id: str) -> list[Device]:
        """Those in use, the oldest first."""
        with self._database.reading() as session:
            return [device for device in _history(session, user_id) if device.removed_at is None]

    def replacements(self, user_id: str) -> slots.Replacements:
        with self._database.reading() as session:
            return slots.replacements(_as_registered(_history(session, user_id)), now=self._clock())

    def remove(self, user_id: str, device_id: str, *, by: str = "account", sign_in: str | None = None) -> None:
        """Ends the device's sign-in too, unless it is the one that asks: a computer that was lost must not register
        again by itself. Removing what is removed is no error; Problem 404 for a device not of this account."""
        with self._database.reading() as session:
            device = session.get(Device, device_id)
            if device is None or device.user_id != user_id:
                raise not_found("device")
            if device.removed_at is not None:
                return
        self._removals.begin(user_id)

        def decide(session: Session) -> Decided:
            device = session.get(Device, device_id, populate_existing=True)
            if device is not None and device.removed_at is None:
                self._end(session, device, REMOVED)
                if device.sign_in is not None and device.sign_in != sign_in:
                    end_sign_in(session, device.sign_in, self._clock())
            return Decided({})

        self._decisions.make(Question("device.remove", user_id, device_id, details={"by": by}), decide)

    # ---- inside the transaction

    def _registered(self, session: Session, user_id: str, new: NewDevice, sign_in: str | None) -> Decided:
        if sign_in is not None and has_ended(session, sign_in):
            raise unauthenticated("This sign-in has ended; sign in again.")
        history = _history(session, user_id)
        known = _known(history, new)
        if known is not None:
            known.name, known.seen_at = new.name, self._clock()
            known.sign_in = sign_in or known.sign_in
            return Decided(shape(known), known.id, {"arrival": "known"})
        arrival = _arrival(history, new.installation, self._clock())
        replaced = None
        for device in history:
            if device.removed_at is None and device.installation == new.installation:
                self._end(session, device, REPLACED)
                replaced = device.id
        session.flush()  # the slot is free before it is taken: an index holds one device an installation
        device = self._added(session, user_id, new, arrival, sign_in)
        details = {"arrival": arrival.value} | ({"replaced": replaced} if replaced is not None else {})
        return Decided(shape(device), device.id, details)

    def _added(
        self, session: Session, user_id: str, new: NewDevice, arrival: slots.Arrival, sign_in: str | None
    ) -> Device:
        now = self._clock()
        device = Device(
            user_id=user_id,
            installation=new.installation,
            name=new.name,
            platform=new.platform,
            signing_key=new.signing_key,
            agreement_key=new.agreement_key,
            thumbprint=thumbprint(new.signing_key),
            arrival=arrival.value,
            registered_at=now,
            seen_at=now,
            sign_in=sign_in,
            licence_secret=secrets.token_bytes(SECRET_BYTES),
        )
        session.add(device)
        session.flush()
        return device

    def _end(self, session: Session, device: Device, removal: str) -> None:
        device.removed_at, device.removal, device.licence_secret = self._clock(), removal, None
        session.execute(delete(Leaf).where(Leaf.device_id == device.id))


def shape(device: Device) -> dict[str, Any]:
    expires_at = device.lease_expires_at
    return {
        "id": device.id,
        "name": device.name,
        "platform": device.platform,
        "registered_at": int(device.registered_at),
        "seen_at": int(device.seen_at),
        "lease_expires_at": int(expires_at) if expires_at is not None else None,
    }


def _history(session: Session, user_id: str) -> Sequence[Device]:
    return session.scalars(select(Device).where(Device.user_id == user_id).order_by(Device.registered_at)).all()


def _as_registered(history: Sequence[Device]) -> list[slots.Registered]:
    return [
        slots.Registered(one.installation, slots.Arrival(one.arrival), one.registered_at, one.removed_at is None)
        for one in history
    ]


def _known(history: Sequence[Device], new: NewDevice) -> Device | None:
    for device in history:
        if device.removed_at is not None or device.signing_key != new.signing_key:
            continue
        if device.installation != new.installation or device.agreement_key != new.agreement_key:
            sentence = "These keys belong to another device of this account; each has keys of its own."
            raise Problem(422, "VALIDATION", sentence, errors=[{"at": "body.signing_key", "message": sentence}])
        return device
    return None


def _arrival(history: Sequence[Device], installation: str, now: float) -> slots.Arrival:
    verdict = slots.verdict(_as_registered(history), installation, now=now)
    match verdict:
        case slots.AllSlotsInUse():
            raise Problem(
                409, "DEVICE_LIMIT", f"All {slots.SLOTS} devices of this account are in use; remove one first."
            )
        case slots.TooManyChanges(free_again_at):
            wait_s = max(1, int(free_again_at - now) + 1)
            sentence = f"Too many devices were changed in 30 days; the next may be in {-(-wait_s // 86_400)} days."
            raise Problem(409, "DEVICE_REPLACEMENTS", sentence, headers={"Retry-After": str(wait_s)})
        case slots.Arrival():
            return verdict


def _check_in_use(device: Device) -> None:
    if device.removed_at is None:
        return
    if device.removal == REPLACED:
        detail = "This installation was registered again with other keys; this one is to take an id of its own."
        raise Problem(403, "DEVICE_REPLACED", detail)
    raise Problem(403, "DEVICE_REMOVED", "This device was removed from the account; its downloads are void.")
