"""Leases: what they say, who gets one, and that a renewed one opens what was given before."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import insert, select, update

from server.db.models import AuditEntry, Device, Leaf, SongRight
from server.devices.devices import NewDevice
from server.devices.proofs import Proof
from server.problems import Problem
from tests.support.licensed_device import LicensedDevice
from tests.support.settable_time import DAY_S
from tests.unit.server.licences.conftest import CLOCK, FERRY, USER, Licensee

FIELDS = {
    *("acc", "did", "tier", "region", "iat", "nbf", "exp", "seq", "max_items", "max_devices", "server_time", "lk"),
}


def code_of(work: Any) -> str:
    with pytest.raises(Problem) as problem:
        work()
    return problem.value.code


def right(licensee: Licensee, song: str, *, regions: list[str] | None = None, withdrawn: bool = False) -> None:
    with licensee.services.database.session() as session:
        session.merge(
            SongRight(song_id=song, regions=regions, withdrawn_at=licensee.clock.now if withdrawn else None)
        )


def test_a_lease_says_all_of_its_fields(licensee: Licensee) -> None:
    licensee.subscribe(region="NL")
    lease, now = licensee.lease(), int(licensee.clock.now)
    assert lease.keys() == FIELDS
    assert {name: lease[name] for name in FIELDS - {"lk", "seq"}} == {
        "acc": USER,
        "did": licensee.device.id,
        "tier": "premium",
        "region": "NL",
        "iat": now,
        "nbf": now - 600,
        "exp": now + 30 * 86_400,
        "max_items": 10_000,
        "max_devices": 5,
        "server_time": now,
    }
    assert len(licensee.device.lease_key(lease)) == 32
    assert licensee.services.devices.of_account(USER)[0].lease_expires_at == lease["exp"]


def test_without_a_subscription_the_region_is_not_known(licensee: Licensee) -> None:
    assert licensee.lease()["region"] == "ZZ"


def test_a_renewed_lease_opens_the_leaves_of_before(licensee: Licensee) -> None:
    """At day 29 as after a lapse, and whatever key signs by then: the leaves are as they were."""
    first, leaf = licensee.lease(), licensee.leaf()
    key = licensee.content_key(leaf, first)
    seen = [first["seq"]]
    for days in (29, 31, 200):
        licensee.clock.pass_days(days)
        renewed = licensee.lease()
        assert licensee.content_key(leaf, renewed) == key
        assert renewed["lk"] != first["lk"], "sealed anew"
        seen.append(renewed["seq"])
    assert seen == sorted(set(seen))


def test_a_changed_field_opens_nothing(licensee: Licensee) -> None:
    lease = licensee.lease()
    for name in FIELDS - {"lk"}:
        changed = lease[name] + 1 if isinstance(lease[name], int) else lease[name] + "x"
        with pytest.raises(InvalidTag):
            licensee.device.lease_key(lease | {name: changed})


def test_another_device_opens_nothing(licensee: Licensee) -> None:
    with pytest.raises(InvalidTag):
        LicensedDevice().lease_key(licensee.lease())


def test_a_new_registration_opens_nothing_of_the_old_one(licensee: Licensee) -> None:
    leaf = licensee.leaf()
    licensee.services.devices.remove(USER, licensee.device.id)
    new = NewDevice(**licensee.device.registration)
    licensee.device.id = licensee.services.devices.register(USER, new, Proof("kid", "r" * 16, "h"))["id"]
    with pytest.raises(InvalidTag):
        licensee.content_key(leaf, licensee.lease())


def test_seq_grows_also_after_a_backup_was_restored(licensee: Licensee) -> None:
    seqs = [licensee.lease()["seq"] for _ in range(3)]
    assert seqs == sorted(set(seqs))
    licensee.clock.now += 60
    with licensee.services.database.session() as session:
        session.execute(update(Device).values(lease_seq=0))
    assert licensee.lease()["seq"] > seqs[-1]


def test_who_gets_no_lease(licensee: Licensee) -> None:
    licensee.subscribe(plan="free")
    assert code_of(licensee.renew) == "PLAN_WITHOUT_DOWNLOADS"
    licensee.subscribe(plan="a plan of next year")
    assert code_of(licensee.renew) == "PLAN_WITHOUT_DOWNLOADS"
    licensee.subscribe(ends_at=licensee.clock.now)
    assert code_of(licensee.renew) == "SUBSCRIPTION_LAPSED"
    licensee.subscribe(ends_at=licensee.clock.now + 1)
    licensee.renew()


def test_a_lapsed_subscription_that_is_paid_again_brings_everything_back(licensee: Licensee) -> None:
    licensee.subscribe(ends_at=licensee.clock.now + 10 * DAY_S)
    leaf, key = licensee.leaf(), None
    key = licensee.content_key(leaf, licensee.lease())
    licensee.clock.pass_days(20)
    assert code_of(licensee.renew) == code_of(licensee.leaf) == "SUBSCRIPTION_LAPSED"
    licensee.subscribe(ends_at=licensee.clock.now + 10 * DAY_S)
    assert licensee.content_key(leaf, licensee.lease()) == key


def test_a_removed_device_gets_nothing(licensee: Licensee) -> None:
    proven = licensee.proven()
    licensee.services.devices.remove(USER, licensee.device.id)
    assert code_of(lambda: licensee.services.leases.renew(proven)) == "DEVICE_REMOVED"
    assert code_of(licensee.leaf) == "DEVICE_REMOVED"
    assert code_of(lambda: licensee.services.leaves.release(proven, "gr_1")) == "DEVICE_REMOVED"


def test_what_was_withdrawn_is_told_until_it_is_released(licensee: Licensee) -> None:
    gone, stays = licensee.leaf(FERRY)["gid"], licensee.leaf(CLOCK)["gid"]
    assert licensee.withdrawn() == {}
    right(licensee, FERRY, withdrawn=True)
    assert licensee.withdrawn() == licensee.withdrawn() == {gone: "SONG_WITHDRAWN"}
    assert code_of(licensee.leaf) == "SONG_WITHDRAWN"
    licensee.services.leaves.release(licensee.proven(), gone)
    assert licensee.withdrawn() == {}
    right(licensee, FERRY)
    licensee.leaf(FERRY)
    assert stays not in licensee.withdrawn()


def test_region_plan_and_revocation_are_looked_at_again(licensee: Licensee, monkeypatch: pytest.MonkeyPatch) -> None:
    licensee.subscribe(region="NL")
    high, low, other = licensee.leaf(FERRY), licensee.leaf(FERRY, "128"), licensee.leaf(CLOCK, "128")
    right(licensee, FERRY, regions=["NL", "BE"])
    assert licensee.withdrawn() == {}
    licensee.subscribe(region="US")
    assert licensee.withdrawn() == {high["gid"]: "SONG_NOT_IN_REGION", low["gid"]: "SONG_NOT_IN_REGION"}
    assert code_of(licensee.leaf) == "SONG_NOT_IN_REGION"
    licensee.subscribe(region="BE")
    monkeypatch.setitem(__import__("server.streaming.ladder").streaming.ladder.PLAN_CAPS_KBPS, "premium", 128)
    assert licensee.withdrawn() == {high["gid"]: "RENDITION_NOT_IN_PLAN"}
    assert code_of(licensee.leaf) == "RENDITION_NOT_IN_PLAN"
    with licensee.services.database.session() as session:
        session.execute(update(Leaf).where(Leaf.id == other["gid"]).values(revoked_at=1.0))
    assert licensee.withdrawn()[other["gid"]] == "LEAF_REVOKED"


def test_every_decision_is_in_the_log_without_secrets(licensee: Licensee) -> None:
    lease, leaf = licensee.lease(), licensee.leaf()
    key, lease_key = licensee.content_key(leaf, lease), licensee.device.lease_key(lease)
    licensee.subscribe(plan="free")
    code_of(licensee.renew)
    with licensee.services.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
        device = session.get(Device, licensee.device.id)
        assert device is not None
        assert device.licence_secret is not None
        secrets = (key, lease_key, device.licence_secret)
    assert [(entry.action, entry.outcome) for entry in entries] == [
        ("device.register", "OK"),
        ("lease.issue", "OK"),
        ("leaf.issue", "OK"),
        ("lease.issue", "PLAN_WITHOUT_DOWNLOADS"),
    ]
    assert json.loads(entries[2].details)["gid"] == leaf["gid"]
    assert {entry.device_id for entry in entries} == {licensee.device.id}
    written = " ".join(entry.details for entry in entries)
    assert not any(secret.hex() in written for secret in secrets)
    assert leaf["ck"] not in written


def test_the_tables_hold_no_content_key_in_the_clear(licensee: Licensee) -> None:
    lease, leaf = licensee.lease(), licensee.leaf()
    found = (licensee.content_key(leaf, lease), licensee.device.lease_key(lease))
    licensee.services.database.close()
    raw = b"".join(path.read_bytes() for path in licensee.services.config.data_dir.glob("segue.db*"))
    assert not any(key in raw or key.hex().encode() in raw for key in found)


def test_ten_thousand_songs_are_renewed_by_one_small_request(licensee: Licensee) -> None:
    """One lease, below 8 KiB however many leaves there are; 1 % of them withdrawn."""
    database = licensee.services.database
    with database.session() as session:
        rows = [
            {
                "device_id": licensee.device.id,
                "song_id": CLOCK if number < 100 else FERRY,
                "kbps": 320,
                "sha256": f"{number:064x}",
                "length": 1,
            }
            for number in range(10_000)
        ]
        session.execute(insert(Leaf), rows)
    assert code_of(licensee.leaf) == "LICENCE_ITEMS_FULL"
    right(licensee, CLOCK, withdrawn=True)
    licensee.renew()
    before = time.perf_counter()
    answer = licensee.renew()
    took_s = time.perf_counter() - before
    assert len(answer["withdrawn"]) == 100
    assert len(answer["lease"]) < 1500
    assert len(json.dumps(answer)) < 10_000
    assert took_s < 1.0
