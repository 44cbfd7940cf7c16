"""Leases: one for each device, renewed by one small request however many songs it holds, with what was withdrawn
since. Built by `build_services`; called by the licence routes in request threads, and by `python -m server.admin`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.db.models import Device, Leaf, SongRight
from server.devices import keys
from server.devices.decisions import Decided, Decisions, Question
from server.devices.devices import ProvenDevice
from server.devices.proofs import Proof
from server.identity.attempts import Attempts
from server.licences import tokens
from server.licences.entitlement import Right, Terms, best_kbps, song_refusal
from server.licences.signing_keys import SigningKeys
from server.licences.standing import device_in_use, terms_of

_NOT_BEFORE_S = 600
"""a lease also holds by a clock that is this much behind, as trusted time allows"""
_WITHDRAWN_TOLD = 100
"""how many an audit entry names; the answer names all"""


class Leases:
    def __init__(
        self, decisions: Decisions, signing_keys: SigningKeys, *, lease_s: int, clock: Callable[[], float]
    ) -> None:
        self._decisions = decisions
        self._signing_keys = signing_keys
        self._lease_s = lease_s
        self._clock = clock
        self._renewals = Attempts(limit=30, window_s=60)

    def renew(self, device: ProvenDevice) -> dict[str, Any]:
        """`{lease, keyset, withdrawn}` of docs/api.md. Problem 403 where the plan holds no downloads or has ended."""
        self._renewals.begin(device.id)
        return self.issue(device.user_id, device.id, device.proof, by="device", sign_in=device.sign_in)

    def issue(
        self, user_id: str, device_id: str, proof: Proof | None, *, by: str, sign_in: str | None = None
    ) -> dict[str, Any]:
        signer, keyset = self._signing_keys.signer(), self._signing_keys.keyset()

        def decide(session: Session) -> Decided:
            device, secret = device_in_use(session, device_id)
            granted = terms_of(session, user_id, now=self._clock())
            device.sign_in = sign_in or device.sign_in
            fields = self._next(device, granted)
            lease = tokens.lease(fields, secret, keys.agreement_key(device.agreement_key), signer)
            withdrawn = _withdrawn(session, device_id, granted)
            told = [item["gid"] for item in withdrawn[:_WITHDRAWN_TOLD]]
            details = {"seq": fields.seq, "exp": fields.exp, "withdrawn": len(withdrawn), "withdrawn_first": told}
            return Decided({"lease": lease, "keyset": keyset, "withdrawn": withdrawn}, details=details)

        return self._decisions.make(Question("lease.issue", user_id, device_id, proof, {"by": by}), decide)

    def _next(self, device: Device, granted: Terms) -> tokens.LeaseFields:
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
