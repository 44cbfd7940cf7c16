"""How an account, a device and a song stand at the moment of a decision. Called by `leases.py` and `leaves.py` inside
the transaction that decides; nothing read before it counts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.db.models import Device, SongRight, Subscription, User
from server.licences.entitlement import UNKNOWN_REGION, Holder, Refusal, Right, Terms, terms
from server.problems import Problem


def terms_of(session: Session, user_id: str, *, now: float) -> Terms:
    """What this account may have offline. Problem 403: PLAN_WITHOUT_DOWNLOADS, SUBSCRIPTION_LAPSED."""
    user = session.get(User, user_id, populate_existing=True)
    assert user is not None, "the account is signed in"
    paid = session.get(Subscription, user_id, populate_existing=True)
    holder = Holder(user.plan, paid.region if paid else UNKNOWN_REGION, paid.ends_at if paid else None)
    granted = terms(holder, now=now)
    if isinstance(granted, Refusal):
        raise granted.problem()
    return granted


def device_in_use(session: Session, device_id: str) -> tuple[Device, bytes]:
    """The device and its secret; it may have been removed since it signed. Problem 403 DEVICE_REMOVED."""
    device = session.get(Device, device_id, populate_existing=True)
    if device is None or device.licence_secret is None:
        raise Problem(403, "DEVICE_REMOVED", "This device was removed from the account; its downloads are void.")
    return device, device.licence_secret


def right_of(session: Session, song_id: str) -> Right:
    row = session.get(SongRight, song_id, populate_existing=True)
    return Right(row.regions, row.withdrawn_at is not None) if row is not None else Right(None, False)
