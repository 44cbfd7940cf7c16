"""Leaves: the licence of one song in one rendition on one device. Built by `build_services`; called by the licence
routes in request threads.

A leaf names the bytes it is for, so the song must have been packaged: the first to ask waits for that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.models import Device, Leaf
from server.devices.decisions import Decided, Decisions, Question
from server.devices.devices import ProvenDevice
from server.identity.attempts import Attempts
from server.licences import tokens
from server.licences.assets import Assets, Measured
from server.licences.entitlement import Terms, song_refusal
from server.licences.signing_keys import Signer, SigningKeys
from server.licences.standing import device_in_use, right_of, terms_of
from server.problems import Problem, not_found
from server.streaming.ladder import LADDER, Rendition
from server.streaming.streams import Streams


@dataclass(frozen=True, slots=True)
class Preparing:
    """The song is being packaged."""

    retry_after_s: int


class _NotMeasured(Exception):
    """There is nothing to decide on yet."""


class _NotHeld(Exception):
    """There is nothing to decide."""


class Leaves:
    def __init__(
        self,
        decisions: Decisions,
        signing_keys: SigningKeys,
        assets: Assets,
        streams: Streams,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._decisions = decisions
        self._signing_keys = signing_keys
        self._assets = assets
        self._streams = streams
        self._clock = clock
        self._asked = Attempts(limit=1200, window_s=60)

    def issue(
        self, device: ProvenDevice, song_id: str, rendition_name: str, *, mismatched_sha256: str | None
    ) -> dict[str, Any] | Preparing:
        """`{leaf, asset}` of docs/api.md. Problem 404 without song or rendition, 409 and 410 where its file is
        replaced or gone, 403 where it may not be kept."""
        self._asked.begin(device.id)
        rendition = _rendition(rendition_name)
        stream = self._streams.of_song(song_id)
        if mismatched_sha256 is not None:
            self._assets.doubt(stream, rendition, mismatched_sha256)
        signer = self._signing_keys.signer()

        def decide(session: Session) -> Decided:
            row, secret = device_in_use(session, device.id)
            granted = terms_of(session, device.user_id, now=self._clock())
            refusal = song_refusal(right_of(session, song_id), rendition.kbps, granted)
            if refusal is not None:
                raise refusal.problem()
            measured = self._assets.find(session, stream, rendition)
            if measured is None:
                raise _NotMeasured
            leaf = self._kept(session, row, song_id, measured, granted)
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
        """The song no longer counts for this device; releasing what it does not hold decides nothing."""
        self._asked.begin(device.id)

        def decide(session: Session) -> Decided:
            device_in_use(session, device.id)
            leaf = session.get(Leaf, gid, populate_existing=True)
            if leaf is None or leaf.device_id != device.id:
                raise _NotHeld
            session.delete(leaf)
            return Decided({}, details={"song": leaf.song_id})

        question = Question("leaf.release", device.user_id, device.id, device.proof, {"gid": gid})
        with contextlib.suppress(_NotHeld):
            self._decisions.make(question, decide)

    # ---- inside the transaction

    def _kept(self, session: Session, device: Device, song_id: str, asset: Measured, granted: Terms) -> Leaf:
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
