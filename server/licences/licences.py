"""The licence server: leases, leaves, what was withdrawn, and the time. Built by `build_services`; called by the
licence routes in request threads, and by `python -m server.admin`.

Everything is decided on what the account, the device and the song's rights are at that moment, inside the transaction
that keeps the decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from server.db.models import Device, Leaf, SongRight, Subscription, User
from server.db.session import Database
from server.devices import keys
from server.devices.decisions import Decided, Decisions, Question
from server.devices.devices import ProvenDevice
from server.devices.proofs import Proof
from server.identity.attempts import Attempts
from server.licences import tokens
from server.licences.assets import Assets, Measured
from server.licences.entitlement import UNKNOWN_REGION, Holder, Refusal, Right, Terms, best_kbps, song_refusal, terms
from server.licences.signing_keys import Signer, SigningKeys
from server.problems import Problem, not_found
from server.streaming.ladder import LADDER, Rendition
from server.streaming.streams import Streams

_NOT_BEFORE_S = 600
"""a lease also holds by a clock that is this much behind, as trusted time allows"""
_WITHDRAWN_TOLD = 100
"""how many an audit entry names; the answer names all"""


@dataclass(frozen=True, slots=True)
class Preparing:
    """The song is being packaged."""

    retry_after_s: int


class _NotMeasured(Exception):
    pass


class Licences:
    def __init__(
        self,
        database: Database,
        decisions: Decisions,
        signing_keys: SigningKeys,
        assets: Assets,
        streams: Streams,
        *,
        lease_s: int,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._signing_keys = signing_keys
        self._assets = assets
        self._streams = streams
        self._lease_s = lease_s
        self._clock = clock
        self._renewals = Attempts(limit=30, window_s=60)
        self._leaves = Attempts(limit=1200, window_s=60)
        self._times = Attempts(limit=120, window_s=60)

    # ---- what devices ask

    def renew(self, device: ProvenDevice) -> dict[str, Any]:
        """`{lease, keyset, withdrawn}` of docs/api.md. Problem 403 where the plan holds no downloads or has ended."""
        self._renewals.begin(device.id)
        return self.issue_lease(device.user_id, device.id, device.proof, by="device")

    def issue_lease(self, user_id: str, device_id: str, proof: Proof | None, *, by: str) -> dict[str, Any]:
        signer, keyset = self._signing_keys.signer(), self._signing_keys.keyset()

        def decide(session: Session) -> Decided:
            device, secret = _in_use(session, device_id)
            granted = self._terms(session, user_id)
            fields = self._next_lease(device, granted)
            lease = tokens.lease(fields, secret, keys.agreement_key(device.agreement_key), signer)
            withdrawn = _withdrawn(session, device_id, granted)
            told = [item["gid"] for item in withdrawn[:_WITHDRAWN_TOLD]]
            details = {"seq": fields.seq, "exp": fields.exp, "withdrawn": len(withdrawn), "withdrawn_first": told}
            return Decided({"lease": lease, "keyset": keyset, "withdrawn": withdrawn}, details=details)

        return self._decisions.make(Question("lease.issue", user_id, device_id, proof, {"by": by}), decide)

    def leaf(
        self, device: ProvenDevice, song_id: str, rendition_name: str, *, mismatched_sha256: str | None
    ) -> dict[str, Any] | Preparing:
        """`{leaf, asset}` of docs/api.md. Problem 404 without song or rendition, 409 and 410 where its file is
        replaced or gone, 403 where it may not be kept."""
        self._leaves.begin(device.id)
        rendition = _rendition(rendition_name)
        stream = self._streams.of_song(song_id)
        if mismatched_sha256 is not None:
            self._assets.doubt(stream, rendition, mismatched_sha256)
        signer = self._signing_keys.signer()

        def decide(session: Session) -> Decided:
            row, secret = _in_use(session, device.id)
            granted = self._terms(session, device.user_id)
            refusal = song_refusal(_right(session, song_id), rendition.kbps, granted)
            if refusal is not None:
                raise refusal.problem()
            measured = self._assets.find(session, stream, rendition)
            if measured is None:
                raise _NotMeasured
            leaf = self._kept_leaf(session, row, song_id, measured, granted)
            answer = {"leaf": _signed_leaf(leaf, secret, signer), "asset": _asset(song_id, measured)}
            return Decided(answer, details={"gid": leaf.id, "sha256": leaf.sha256})

        details = {"song": song_id, "rendition": str(rendition.kbps)}
        try:
            return self._decisions.make(
                Question("leaf.issue", device.user_id, device.id, device.proof, details), decide
            )
        except _NotMeasured:
            return Preparing(self._assets.measure_later(stream, rendition))

    def release(self, device: ProvenDevice, gid: str) -> None:
        """The song no longer counts for this device; releasing what it does not hold is no error."""
        self._leaves.begin(device.id)

        def decide(session: Session) -> Decided:
            session.execute(delete(Leaf).where(Leaf.id == gid, Leaf.device_id == device.id))
            return Decided({})

        self._decisions.make(Question("leaf.release", device.user_id, device.id, device.proof, {"gid": gid}), decide)

    # ---- what everybody may ask

    def time(self, nonce: str, *, host: str) -> str:
        self._times.begin(host)
        return tokens.time_reply(nonce, self._clock(), self._signing_keys.signer())

    # ---- inside the transaction

    def _terms(self, session: Session, user_id: str) -> Terms:
        user = session.get(User, user_id, populate_existing=True)
        assert user is not None, "the account is signed in"
        paid = session.get(Subscription, user_id, populate_existing=True)
        holder = Holder(user.plan, paid.region if paid else UNKNOWN_REGION, paid.ends_at if paid else None)
        granted = terms(holder, now=self._clock())
        if isinstance(granted, Refusal):
            raise granted.problem()
        return granted

    def _next_lease(self, device: Device, granted: Terms) -> tokens.LeaseFields:
        now = int(self._clock())
        # after a backup was restored the count alone would repeat numbers that players have seen
        device.lease_seq = max(device.lease_seq + 1, now)
        device.lease_expires_at = now + self._lease_s
        device.seen_at = now
        return tokens.LeaseFields(
            acc=device.user_id,
            did=device.id,
            tier=granted.tier,
            region=granted.region,
            iat=now,
            nbf=now - _NOT_BEFORE_S,
            exp=now + self._lease_s,
            seq=device.lease_seq,
            max_items=granted.max_items,
            max_devices=granted.max_devices,
            server_time=now,
        )

    def _kept_leaf(self, session: Session, device: Device, song_id: str, asset: Measured, granted: Terms) -> Leaf:
        """The leaf this device has of these bytes, or a new one where there is room."""
        kbps = asset.rendition.kbps
        known = session.scalar(
            select(Leaf).where(
                Leaf.device_id == device.id,
                Leaf.song_id == song_id,
                Leaf.kbps == kbps,
                Leaf.sha256 == asset.sha256,
            )
        )
        if known is not None and known.revoked_at is None:
            return known
        if known is not None:  # what was revoked is the old key: the new leaf has a new id, so a new key
            session.delete(known)
            session.flush()
        held = session.scalar(
            select(func.count()).select_from(Leaf).where(Leaf.device_id == device.id, Leaf.revoked_at.is_(None))
        )
        if (held or 0) >= granted.max_items:
            sentence = f"This device holds {granted.max_items} songs, as many as the plan allows; remove some first."
            raise Problem(403, "LICENCE_ITEMS_FULL", sentence)
        leaf = Leaf(
            device_id=device.id,
            song_id=song_id,
            kbps=kbps,
            sha256=asset.sha256,
            length=asset.length,
            issued_at=self._clock(),
        )
        session.add(leaf)
        session.flush()
        return leaf


def _rendition(name: str) -> Rendition:
    for rendition in LADDER:
        if str(rendition.kbps) == name:
            return rendition
    raise not_found("rendition")


def _in_use(session: Session, device_id: str) -> tuple[Device, bytes]:
    """The device and its secret; it may have been removed since it signed."""
    device = session.get(Device, device_id, populate_existing=True)
    if device is None or device.licence_secret is None:
        raise Problem(403, "DEVICE_REMOVED", "This device was removed from the account; its downloads are void.")
    return device, device.licence_secret


def _right(session: Session, song_id: str) -> Right:
    row = session.get(SongRight, song_id, populate_existing=True)
    return Right(row.regions, row.withdrawn_at is not None) if row is not None else Right(None, False)


def _signed_leaf(leaf: Leaf, secret: bytes, signer: Signer) -> str:
    fields = tokens.LeafFields(
        gid=leaf.id,
        song=leaf.song_id,
        rendition=str(leaf.kbps),
        did=leaf.device_id,
        sha256=leaf.sha256,
        length=leaf.length,
    )
    return tokens.leaf(fields, secret, signer)


def _asset(song_id: str, measured: Measured) -> dict[str, Any]:
    return {
        "song_id": song_id,
        "content": measured.content,
        "rendition": str(measured.rendition.kbps),
        "sha256": measured.sha256,
        "length": measured.length,
        "segments": measured.segment_count,
    }


def _withdrawn(session: Session, device_id: str, granted: Terms) -> list[dict[str, str]]:
    """The leaves of this device that it may no longer keep, each with the code of why."""
    suspects = session.execute(
        select(Leaf.id, Leaf.kbps, Leaf.revoked_at, SongRight.song_id, SongRight.regions, SongRight.withdrawn_at)
        .outerjoin(SongRight, SongRight.song_id == Leaf.song_id)
        .where(
            Leaf.device_id == device_id,
            or_(
                Leaf.revoked_at.is_not(None),
                SongRight.song_id.is_not(None),
                Leaf.kbps > best_kbps(granted.tier),
            ),
        )
        .order_by(Leaf.issued_at, Leaf.id)
    )
    found = []
    for gid, kbps, revoked_at, _, regions, withdrawn_at in suspects:
        refusal = song_refusal(Right(regions, withdrawn_at is not None), kbps, granted)
        code = refusal.code if refusal is not None else "LEAF_REVOKED" if revoked_at is not None else None
        if code is not None:
            found.append({"gid": gid, "code": code})
    return found
