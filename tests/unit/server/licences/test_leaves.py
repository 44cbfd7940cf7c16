"""Leaves: bound to their fields, the same when asked for again, limited in number."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, update

from server.db.models import Asset, AuditEntry, GivenAnswer, Leaf
from server.licences.leaves import Preparing
from server.problems import Problem
from tests.unit.server.licences.conftest import CLOCK, FERRY, Licensee

FIELDS = {"gid", "song", "rendition", "did", "sha256", "length", "ck"}


def code_of(work: Any) -> str:
    with pytest.raises(Problem) as problem:
        work()
    return problem.value.code


def test_a_leaf_says_all_of_its_fields(licensee: Licensee) -> None:
    leaf = licensee.leaf()
    assert leaf.keys() == FIELDS
    assert {name: leaf[name] for name in FIELDS - {"gid", "ck"}} == {
        "song": FERRY,
        "rendition": "320",
        "did": licensee.device.id,
        "sha256": "ab" * 32,
        "length": 4_000_000,
    }
    assert len(licensee.content_key(leaf, licensee.lease())) == 32


def test_a_leaf_asked_for_again_is_the_same(licensee: Licensee) -> None:
    lease, first = licensee.lease(), licensee.leaf()
    licensee.clock.pass_days(100)
    again = licensee.leaf()
    assert again["gid"] == first["gid"]
    assert licensee.content_key(again, lease) == licensee.content_key(first, lease)


def test_each_leaf_has_a_key_of_its_own(licensee: Licensee) -> None:
    lease = licensee.lease()
    leaves = [licensee.leaf(song, rendition) for song in (FERRY, CLOCK) for rendition in ("128", "320")]
    assert len({licensee.content_key(leaf, lease) for leaf in leaves}) == 4


def test_a_changed_field_opens_nothing(licensee: Licensee) -> None:
    lease, leaf = licensee.lease(), licensee.leaf()
    for name in FIELDS - {"ck"}:
        changed = leaf[name] + 1 if isinstance(leaf[name], int) else leaf[name] + "x"
        with pytest.raises(InvalidTag):
            licensee.content_key(leaf | {name: changed}, lease)
    other = licensee.leaf(CLOCK)
    with pytest.raises(InvalidTag):
        licensee.content_key(leaf | {"ck": other["ck"]}, lease)


def test_a_revoked_leaf_comes_back_with_another_key(licensee: Licensee) -> None:
    lease, first = licensee.lease(), licensee.leaf()
    with licensee.services.database.session() as session:
        session.execute(update(Leaf).values(revoked_at=1.0))
    second = licensee.leaf()
    assert second["gid"] != first["gid"]
    assert licensee.content_key(second, lease) != licensee.content_key(first, lease)
    assert licensee.withdrawn() == {}


def test_as_many_as_the_plan_allows(licensee: Licensee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("server.licences.entitlement").licences.entitlement._MAX_ITEMS, "premium", 2)
    first = licensee.leaf(FERRY)
    licensee.leaf(CLOCK)
    assert code_of(lambda: licensee.leaf(FERRY, "128")) == "LICENCE_ITEMS_FULL"
    licensee.leaf(FERRY)
    for _ in range(3):
        licensee.services.leaves.release(licensee.proven(), first["gid"])
    licensee.leaf(FERRY, "128")
    with licensee.services.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("leaf.release") == 1


def test_a_song_that_is_not_measured_is_prepared_and_nothing_decided(licensee: Licensee) -> None:
    answer = licensee.services.leaves.issue(licensee.proven(), FERRY, "64", mismatched_sha256=None)
    assert isinstance(answer, Preparing)
    assert answer.retry_after_s >= 1
    with licensee.services.database.reading() as session:
        assert session.scalars(select(Leaf)).all() == []
        assert session.scalars(select(AuditEntry.action)).all() == ["device.register"]
        assert len(session.scalars(select(GivenAnswer)).all()) == 1


@pytest.mark.allow_log(r"WARNING server.licences: song so_night_ferry is measured again")
def test_a_download_without_the_hash_has_the_song_measured_again(licensee: Licensee) -> None:
    def ask(sha256: str) -> Any:
        return licensee.services.leaves.issue(licensee.proven(), FERRY, "320", mismatched_sha256=sha256)

    licensee.clock.now = licensee.clock.now + 4000 * 86_400  # long after it was measured
    assert isinstance(ask("cd" * 32), dict), "of another hash than it was told"
    assert isinstance(ask("ab" * 32), Preparing)
    with licensee.services.database.session() as session:
        session.add(
            Asset(
                content=f"content-{FERRY}",
                kbps=320,
                sha256="ab" * 32,
                length=1,
                segment_count=1,
                measured_at=licensee.clock.now,
            )
        )
    assert isinstance(ask("ab" * 32), dict), "once an hour"


def test_unknown_renditions(licensee: Licensee) -> None:
    for name in ("999", "", "0320", "320 "):
        assert code_of(lambda name=name: licensee.leaf(FERRY, name)) == "NOT_FOUND"


def test_a_retry_is_given_the_same_leaf(licensee: Licensee) -> None:
    proven = licensee.proven()
    first = licensee.services.leaves.issue(proven, FERRY, "320", mismatched_sha256=None)
    assert licensee.services.leaves.issue(proven, FERRY, "320", mismatched_sha256=None) == first
    with licensee.services.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert actions == ["device.register", "leaf.issue"]


def test_a_device_releases_only_its_own(licensee: Licensee) -> None:
    leaf = licensee.leaf()
    from tests.support.licensed_device import LicensedDevice

    other = Licensee(licensee.services, LicensedDevice(), licensee.clock)
    from server.devices.devices import NewDevice
    from server.devices.proofs import Proof

    registered = licensee.services.devices.register(
        "us_ana", NewDevice(**other.device.registration), Proof("k", "other-register", "h")
    )
    other.device.id = registered["id"]
    licensee.services.leaves.release(other.proven(), leaf["gid"])
    assert licensee.leaf()["gid"] == leaf["gid"]
