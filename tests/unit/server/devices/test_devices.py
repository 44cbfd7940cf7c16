"""Registering, listing and removing devices: what a retry, a lost keyring and a race do."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from server.db.models import AuditEntry, Device, GivenAnswer, User
from server.devices.devices import Devices, NewDevice
from server.devices.proofs import Proof, SignedRequest
from server.devices.slots import SLOTS
from server.problems import Problem
from server.services import Services
from tests.support.licensed_device import API, LicensedDevice
from tests.support.settable_time import SettableTime

ANA, BEN = "us_ana", "us_ben"


@pytest.fixture
def devices(services: Services) -> Devices:
    with services.database.session() as session:
        session.add_all(
            [User(id=ANA, username="ana", display_name="A"), User(id=BEN, username="ben", display_name="B")]
        )
    return services.devices


@pytest.fixture(autouse=True)
def _no_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.identity.attempts.Attempts.begin", lambda *_: None)


def a_proof(kid: str = "k", request_id: str | None = None, request_hash: str = "h") -> Proof:
    return Proof(kid, request_id or secrets.token_hex(8), request_hash)


def new(device: LicensedDevice) -> NewDevice:
    return NewDevice(**device.registration)


def register(
    devices: Devices, device: LicensedDevice, user: str = ANA, *, request_id: str | None = None
) -> dict[str, Any]:
    return devices.register(user, new(device), a_proof(device.signing_key, request_id))


def code_of(work: Any, *arguments: Any) -> str:
    with pytest.raises(Problem) as problem:
        work(*arguments)
    return problem.value.code


def proven(devices: Devices, device: LicensedDevice, clock: SettableTime, user: str = ANA) -> Any:
    claims = device.claims("POST", "/x", b"", "token") | {"iat": int(clock.now)}
    return devices.proven(user, device.proof(claims), SignedRequest("POST", API + "/x", b"", "token"))


def test_a_registered_device_is_known_by_its_key(devices: Devices, clock: SettableTime) -> None:
    device = LicensedDevice(name="Study")
    registered = register(devices, device)
    assert registered == {
        "id": registered["id"],
        "name": "Study",
        "platform": "linux",
        "registered_at": int(clock.now),
        "seen_at": int(clock.now),
        "lease_expires_at": None,
    }
    assert proven(devices, device, clock).id == registered["id"]
    assert code_of(proven, devices, LicensedDevice(), clock) == "DEVICE_UNKNOWN"
    assert code_of(proven, devices, device, clock, BEN) == "DEVICE_UNKNOWN"


def test_the_same_keys_again_are_the_same_device(devices: Devices) -> None:
    device = LicensedDevice()
    first = register(devices, device)
    device.name = "Renamed"
    assert register(devices, device) == first | {"name": "Renamed"}
    assert len(devices.of_account(ANA)) == 1


def test_a_lost_keyring_replaces_the_device_by_itself(
    devices: Devices, services: Services, clock: SettableTime
) -> None:
    others = [LicensedDevice() for _ in range(SLOTS - 1)]
    for other in others:
        register(devices, other)
    before = LicensedDevice()
    old = register(devices, before)
    after = LicensedDevice(installation=before.installation)
    fresh = register(devices, after)
    assert fresh["id"] != old["id"]
    assert len(devices.of_account(ANA)) == SLOTS
    assert devices.replacements(ANA).left == 5
    assert code_of(proven, devices, before, clock) == "DEVICE_REPLACED"
    with services.database.reading() as session:
        row = session.get(Device, old["id"])
        assert row is not None
        assert row.licence_secret is None


def test_accounts_do_not_share_slots_nor_see_each_other(devices: Devices) -> None:
    shared = secrets.token_urlsafe(16)
    for _ in range(SLOTS):
        register(devices, LicensedDevice())
    assert code_of(register, devices, LicensedDevice()) == "DEVICE_LIMIT"
    theirs = register(devices, LicensedDevice(installation=shared), BEN)
    assert code_of(devices.remove, ANA, theirs["id"]) == "NOT_FOUND"
    assert [device.id for device in devices.of_account(BEN)] == [theirs["id"]]


def test_too_many_changes_say_when_the_next_may_be(devices: Devices, clock: SettableTime) -> None:
    registered = [register(devices, LicensedDevice())["id"] for _ in range(SLOTS)]
    for _ in range(5):
        devices.remove(ANA, registered.pop())
        registered.append(register(devices, LicensedDevice())["id"])
    devices.remove(ANA, registered.pop())
    clock.pass_days(1)
    with pytest.raises(Problem) as problem:
        register(devices, LicensedDevice())
    assert (problem.value.status, problem.value.code) == (409, "DEVICE_REPLACEMENTS")
    assert abs(int(problem.value.headers["Retry-After"]) - 29 * 86_400) <= 1
    assert "in 30 days" in problem.value.detail
    clock.pass_days(29.1)
    register(devices, LicensedDevice())


def test_removing_erases_and_is_idempotent(devices: Devices, services: Services, clock: SettableTime) -> None:
    device = LicensedDevice()
    device_id = register(devices, device)["id"]
    devices.remove(ANA, device_id)
    devices.remove(ANA, device_id)
    assert devices.of_account(ANA) == []
    assert code_of(proven, devices, device, clock) == "DEVICE_REMOVED"
    with services.database.reading() as session:
        row = session.get(Device, device_id)
        assert row is not None
        assert (row.licence_secret, row.removal) == (None, "removed")
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["device.register", "device.remove"]
    assert register(devices, device)["id"] != device_id


def test_keys_of_another_installation_are_refused(devices: Devices) -> None:
    device = LicensedDevice()
    register(devices, device)
    device.installation = secrets.token_urlsafe(16)
    assert code_of(register, devices, device) == "VALIDATION"
    assert len(devices.of_account(ANA)) == 1


def test_a_retry_gets_the_same_answer_for_two_minutes(
    devices: Devices, services: Services, clock: SettableTime
) -> None:
    device, request_id = LicensedDevice(), "request-0001"
    answer = register(devices, device, request_id=request_id)
    devices.remove(ANA, answer["id"])
    clock.now += 120
    assert register(devices, device, request_id=request_id) == answer
    assert devices.of_account(ANA) == [], "nothing is decided anew"
    clock.now += 1
    assert register(devices, device, request_id=request_id) != answer
    with services.database.reading() as session:
        assert len(session.scalars(select(GivenAnswer)).all()) == 1, "what is too old is forgotten"


def test_a_request_id_is_good_for_one_request(devices: Devices) -> None:
    device = LicensedDevice()
    register(devices, device, request_id="request-0001")
    for proof in (a_proof(device.signing_key, "request-0001", "other"), a_proof("other", "request-0001")):
        assert code_of(devices.register, ANA, new(device), proof) == "REQUEST_ID_REUSED"
    # another account's ids are its own
    register(devices, LicensedDevice(), BEN, request_id="request-0001")


def test_a_refusal_is_logged_and_changes_nothing(devices: Devices, services: Services) -> None:
    for _ in range(SLOTS):
        register(devices, LicensedDevice())
    sixth = LicensedDevice()
    assert code_of(lambda: register(devices, sixth, request_id="request-0001")) == "DEVICE_LIMIT"
    with services.database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert (last.action, last.outcome, last.user_id) == ("device.register", "DEVICE_LIMIT", ANA)
    devices.remove(ANA, devices.of_account(ANA)[0].id)
    # a refusal is not repeated: its reason is gone
    register(devices, sixth, request_id="request-0001")


def test_twenty_at_once_take_five_slots(devices: Devices) -> None:
    def attempt(_: int) -> str:
        try:
            return str(register(devices, LicensedDevice())["platform"])
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(20)))
    assert answers == ["DEVICE_LIMIT"] * 15 + ["linux"] * 5


def test_a_hundred_retries_at_once_register_once(devices: Devices) -> None:
    device = LicensedDevice()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: register(devices, device, request_id="request-0001"), range(100)))
    assert all(answer == answers[0] for answer in answers)
    assert len(devices.of_account(ANA)) == 1


@pytest.mark.parametrize("field", ["signing_key", "agreement_key"])
def test_keys_that_are_none_are_refused(devices: Devices, field: str) -> None:
    device = LicensedDevice()
    # a signing key whose y has no x on the curve, and the agreement key everybody shares a secret with
    bad = {"signing_key": "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "agreement_key": "A" * 43}[field]
    request = SignedRequest("POST", API + "/me/devices", b"", "token")
    brought = NewDevice(**(device.registration | {field: bad}))
    if field == "agreement_key":
        assert code_of(devices.newcomer, brought, "token", request) == "VALIDATION"
    else:
        assert code_of(devices.newcomer, brought, "token", request) in {"VALIDATION", "PROOF_INVALID"}
