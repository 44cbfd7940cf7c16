"""What an administrator may do with devices, licences and rights, beside the running backend on the same database.
Called by `python -m server.admin` alone; every change is in the audit log, as `by: admin`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.admin.inspection import inspected
from server.audit import AuditLog, details_of, verify
from server.config import Config
from server.db.models import AuditEntry, Device, Leaf, Song, SongRight, Subscription, User
from server.db.session import Database
from server.devices.decisions import OK, Decisions
from server.devices.devices import Devices, shape
from server.licences.entitlement import UNKNOWN_REGION
from server.licences.leases import Leases
from server.licences.signing_keys import SigningKeys
from server.licences.tokens import LEAF_TYPE

BY = "admin"


class NoSuch(Exception):
    """What was named is not there. The text is a sentence for people."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"There is no {what} “{name}”.")


class Administration:
    def __init__(self, database: Database, config: Config, *, lease_s: int) -> None:
        self._database = database
        self._clock: Callable[[], float] = config.clock
        self._audit = AuditLog(config.clock)
        decisions = Decisions(database, self._audit, clock=config.clock)
        self.signing_keys = SigningKeys(database, root_file=config.licence_root, clock=config.clock)
        self._devices = Devices(database, decisions, clock=config.clock)
        self._leases = Leases(decisions, self.signing_keys, lease_s=lease_s, clock=config.clock)

    # ---- devices and licences

    def devices(self, username: str | None) -> list[dict[str, Any]]:
        """Of one account or of all, also those removed; oldest first."""
        with self._database.reading() as session:
            rows = select(Device, User.username).join(User, User.id == Device.user_id).order_by(Device.registered_at)
            if username is not None:
                rows = rows.where(Device.user_id == _user(session, username).id)
            return [
                shape(device) | {"account": account, "state": device.removal or "in use", "arrival": device.arrival}
                for device, account in session.execute(rows)
            ]

    def issue(self, device_id: str) -> dict[str, Any]:
        """A lease outside the device's own requests, on the same terms. NoSuch; Problem as `Leases.issue`."""
        with self._database.reading() as session:
            user_id = _device(session, device_id).user_id
        return self._leases.issue(user_id, device_id, None, by=BY)

    def device_state(self, device_id: str) -> dict[str, Any]:
        with self._database.reading() as session:
            device = _device(session, device_id)
            leaves = session.scalars(
                select(Leaf).where(Leaf.device_id == device_id).order_by(Leaf.issued_at, Leaf.id)
            ).all()
        return shape(device) | {
            "account": device.user_id,
            "state": device.removal or "in use",
            "lease_seq": device.lease_seq,
            "leaves": [_shown_leaf(leaf) for leaf in leaves],
        }

    def inspect(self, token: str) -> dict[str, Any]:
        """What a licence says, and whether its leaf is held still. NotALicence."""
        root = self.signing_keys.root_jwk
        found = inspected(token, keyset=self.signing_keys.public_keys(), root={root["kid"]: root["x"]})
        if found["type"] == LEAF_TYPE:
            found["state"] = self._leaf_state(found["gid"])
        return found

    def _leaf_state(self, gid: str) -> str:
        with self._database.reading() as session:
            leaf = session.get(Leaf, gid)
        return "released or void" if leaf is None else "revoked" if leaf.revoked_at is not None else "held"

    def revoke_device(self, device_id: str) -> None:
        with self._database.reading() as session:
            user_id = _device(session, device_id).user_id
        self._devices.remove(user_id, device_id, by=BY)

    def revoke_account(self, username: str) -> int:
        """How many devices were removed."""
        with self._database.reading() as session:
            user_id = _user(session, username).id
        devices = self._devices.of_account(user_id)
        for device in devices:
            self._devices.remove(user_id, device.id, by=BY)
        return len(devices)

    def revoke_leaf(self, gid: str) -> None:
        with self._database.session() as session:
            leaf = session.get(Leaf, gid)
            if leaf is None:
                raise NoSuch("leaf", gid)
            leaf.revoked_at = self._clock()
            self._note(session, "leaf.revoke", {"gid": gid, "song": leaf.song_id}, device_id=leaf.device_id)

    def revoke_key(self, kid: str) -> None:
        with self._database.session() as session:
            if not self.signing_keys.revoke(session, kid):
                raise NoSuch("signing key in use", kid)
            self._note(session, "key.revoke", {"kid": kid})

    # ---- rights

    def set_withdrawn(self, song_id: str, *, is_withdrawn: bool) -> None:
        with self._database.session() as session:
            _right(session, song_id).withdrawn_at = self._clock() if is_withdrawn else None
            self._note(session, "song.withdraw" if is_withdrawn else "song.restore", {"song": song_id})

    def set_regions(self, song_id: str, regions: Sequence[str] | None) -> None:
        """None is everywhere."""
        with self._database.session() as session:
            _right(session, song_id).regions = list(regions) if regions is not None else None
            told = list(regions) if regions is not None else "everywhere"
            self._note(session, "song.regions", {"song": song_id, "regions": told})

    def set_subscription(
        self, username: str, *, plan: str | None, region: str | None, ends_at: float | None, is_endless: bool
    ) -> dict[str, Any]:
        """What is None stays as it is; `is_endless` takes the end away."""
        with self._database.session() as session:
            user = _user(session, username)
            paid = session.get(Subscription, user.id)
            if paid is None:
                paid = Subscription(user_id=user.id, region=UNKNOWN_REGION)
                session.add(paid)
            user.plan = plan or user.plan
            paid.region = region or paid.region
            paid.ends_at = None if is_endless else ends_at if ends_at is not None else paid.ends_at
            now = {"plan": user.plan, "region": paid.region, "ends_at": paid.ends_at}
            self._note(session, "account.subscription", now, user_id=user.id)
        return {"account": username} | now

    # ---- the log

    def audit(self, *, last: int, device_id: str | None) -> list[dict[str, Any]]:
        """The newest entries, oldest of them first."""
        rows = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(last)
        if device_id is not None:
            rows = rows.where(AuditEntry.device_id == device_id)
        with self._database.reading() as session:
            return [_shown(entry) for entry in reversed(session.scalars(rows).all())]

    def verify_audit(self, known: str | None) -> dict[str, Any]:
        """The head of a log that holds; AuditBroken."""
        with self._database.reading() as session:
            head = verify(session, known=known)
        return {"holds": True, "entries": head.seq, "head": head.hash}

    def _note(
        self,
        session: Session,
        action: str,
        details: Mapping[str, Any],
        *,
        user_id: str | None = None,
        device_id: str | None = None,
    ) -> None:
        self._audit.record(session, action, OK, user_id=user_id, device_id=device_id, details={"by": BY, **details})


def _shown(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at_ms": entry.at_ms,
        "action": entry.action,
        "outcome": entry.outcome,
        "account": entry.user_id,
        "device": entry.device_id,
        "details": details_of(entry),
        "hash": entry.hash,
    }


def _shown_leaf(leaf: Leaf) -> dict[str, Any]:
    return {
        "gid": leaf.id,
        "song": leaf.song_id,
        "rendition": str(leaf.kbps),
        "length": leaf.length,
        "is_revoked": leaf.revoked_at is not None,
    }


def _user(session: Session, username: str) -> User:
    user = session.scalar(select(User).where(User.username == username))
    if user is None:
        raise NoSuch("account", username)
    return user


def _device(session: Session, device_id: str) -> Device:
    device = session.get(Device, device_id)
    if device is None:
        raise NoSuch("device", device_id)
    return device


def _right(session: Session, song_id: str) -> SongRight:
    if session.get(Song, song_id) is None:
        raise NoSuch("song", song_id)
    right = session.get(SongRight, song_id)
    if right is None:
        right = SongRight(song_id=song_id)
        session.add(right)
    return right
