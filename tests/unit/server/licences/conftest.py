"""An account with a registered device on a backend that is not started, and a key to open its licences."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from server.db.models import Asset, Subscription, User
from server.devices.devices import NewDevice, ProvenDevice
from server.devices.proofs import Proof
from server.services import Services
from server.streaming.ladder import Timeline
from server.streaming.source_format import SourceFormat
from server.streaming.streams import SourceFile, Stream, Streams
from tests.support.licensed_device import LicensedDevice, content_key, verified
from tests.support.seeded import SONG_S, song_id
from tests.support.settable_time import SettableTime

USER = "us_ana"
FERRY, CLOCK = song_id("Night Ferry"), song_id("Tidal Clock")
RATE = 44_100


@dataclass
class Licensee:
    """One device of one account, and what it does with what it is given."""

    services: Services
    device: LicensedDevice
    clock: SettableTime

    def proven(self, request_id: str | None = None, request_hash: str | None = None) -> ProvenDevice:
        proof = Proof("kid", request_id or secrets.token_hex(8), request_hash or secrets.token_hex(8))
        return ProvenDevice(self.device.id, USER, proof)

    @property
    def jwks(self) -> list[dict[str, str]]:
        keyset = verified(
            self.services.signing_keys.keyset(), [self.services.signing_keys.root_jwk], "segue-keyset+jwt"
        )
        jwks: list[dict[str, str]] = keyset["keys"]
        return jwks

    def renew(self) -> dict[str, Any]:
        return self.services.leases.renew(self.proven())

    def lease(self) -> dict[str, Any]:
        return verified(self.renew()["lease"], self.jwks, "segue-lease+jwt")

    def withdrawn(self) -> dict[str, str]:
        return {item["gid"]: item["code"] for item in self.renew()["withdrawn"]}

    def leaf(self, song: str = FERRY, rendition: str = "320", **more: Any) -> dict[str, Any]:
        more.setdefault("mismatched_sha256", None)
        answer = self.services.leaves.issue(self.proven(), song, rendition, **more)
        assert isinstance(answer, dict)
        return verified(answer["leaf"], self.jwks, "segue-leaf+jwt")

    def content_key(self, leaf: dict[str, Any], lease: dict[str, Any]) -> bytes:
        return content_key(leaf, self.device.lease_key(lease))

    def subscribe(self, *, plan: str = "premium", region: str = "NL", ends_at: float | None = None) -> None:
        with self.services.database.session() as session:
            user = session.get(User, USER)
            assert user is not None
            user.plan = plan
            session.merge(Subscription(user_id=USER, region=region, ends_at=ends_at))


@pytest.fixture
def measured(services: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Songs stream without a file; calling it has a rendition of one measured."""

    def of_song(_streams: Streams, song: str) -> Stream:
        source = SourceFormat(RATE, 2, round(SONG_S * RATE))
        file = SourceFile(services.config.data_dir / "none", 1, 1)
        return Stream(song, f"content-{song}", file, source, Timeline(RATE, source.sample_count))

    def note(song: str, kbps: int) -> None:
        with services.database.session() as session:
            session.add(
                Asset(content=f"content-{song}", kbps=kbps, sha256="ab" * 32, length=4_000_000, segment_count=26)
            )

    monkeypatch.setattr(Streams, "of_song", of_song)
    return note


@pytest.fixture
def licensee(
    services: Services, clock: SettableTime, measured: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> Licensee:
    monkeypatch.setattr("server.identity.attempts.Attempts.begin", lambda *_: None)  # a test asks a month's worth
    with services.database.session() as session:
        session.add(User(id=USER, username="ana", display_name="Ana"))
    device = LicensedDevice()
    registered = services.devices.register(
        USER, NewDevice(**device.registration), Proof(device.signing_key, secrets.token_hex(8), "h")
    )
    device.id = registered["id"]
    for song in (FERRY, CLOCK):
        for kbps in (128, 320):
            measured(song, kbps)
    return Licensee(services, device, clock)
