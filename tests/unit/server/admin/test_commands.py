"""`python -m server.admin` on the database of a backend that runs or ran: what each command prints and does."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from server.admin.__main__ import main
from server.config import Config
from server.db.models import Asset, AuditEntry, Leaf, User
from server.devices.devices import NewDevice, ProvenDevice
from server.devices.proofs import Proof
from server.licences import signing_keys
from server.services import Services
from tests.support.licensed_device import LicensedDevice, parts
from tests.support.seeded import song_id

FERRY = song_id("Night Ferry")


class Admin:
    """The program on a backend's data, in this process."""

    def __init__(self, services: Services, capsys: pytest.CaptureFixture[str]) -> None:
        self.services = services
        self._data = services.config.data_dir
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        self._capsys.readouterr()
        exit_code = main(["--data", str(self._data), *arguments])
        said = self._capsys.readouterr()
        return exit_code, [json.loads(line) for line in said.out.splitlines()], said.err

    def answer(self, *arguments: str) -> dict[str, Any]:
        exit_code, answers, errors = self.run(*arguments)
        assert (exit_code, len(answers), errors) == (0, 1, "")
        return answers[0]

    def refusal(self, *arguments: str) -> str:
        exit_code, answers, errors = self.run(*arguments)
        assert (exit_code, answers) == (1, [])
        return errors

    def renewed(self, device: LicensedDevice) -> dict[str, Any]:
        proof = Proof("kid", secrets.token_hex(8), secrets.token_hex(8))
        return self.services.leases.renew(ProvenDevice(device.id, "us_ana", proof))


@pytest.fixture
def admin(services: Services, capsys: pytest.CaptureFixture[str]) -> Admin:
    with services.database.session() as session:
        session.add(User(id="us_ana", username="ana", display_name="Ana"))
    return Admin(services, capsys)


@pytest.fixture
def device(admin: Admin) -> Iterator[LicensedDevice]:
    registered = LicensedDevice(name="Laptop")
    new, proof = NewDevice(**registered.registration), Proof("kid", "registration-0001", "h")
    registered.id = admin.services.devices.register("us_ana", new, proof)["id"]
    yield registered
    assert admin.answer("audit", "verify")["holds"], "whatever was done is in a log that holds"


@pytest.fixture
def leaf(admin: Admin, device: LicensedDevice) -> str:
    with admin.services.database.session() as session:
        session.add(Asset(content="c", kbps=320, sha256="ab" * 32, length=9, segment_count=1))
        session.add(Leaf(id="gr_1", device_id=device.id, song_id=FERRY, kbps=320, sha256="ab" * 32, length=9))
    return "gr_1"


def test_devices_are_listed_also_when_removed(admin: Admin, device: LicensedDevice) -> None:
    listed = admin.answer("devices", "--account", "ana")
    assert (listed["id"], listed["account"], listed["state"], listed["arrival"]) == (
        device.id,
        "ana",
        "in use",
        "first",
    )
    admin.answer("revoke", "--device", device.id)
    assert admin.answer("devices")["state"] == "removed"
    assert "no account “ben”" in admin.refusal("devices", "--account", "ben")


def test_a_lease_is_issued_on_the_terms_of_the_account(admin: Admin, device: LicensedDevice) -> None:
    lease = parts(admin.answer("--licence-days", "3", "issue", device.id)["lease"])[1]
    assert (lease["did"], lease["exp"] - lease["iat"]) == (device.id, 3 * 86_400)
    assert len(device.lease_key(lease)) == 32
    admin.answer("account", "ana", "--plan", "free")
    assert "PLAN_WITHOUT_DOWNLOADS" in admin.refusal("issue", device.id)
    assert "no device “de_0”" in admin.refusal("issue", "de_0")
    with admin.services.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    assert [(entry.action, entry.outcome) for entry in entries[1:]] == [
        ("lease.issue", "OK"),
        ("account.subscription", "OK"),
        ("lease.issue", "PLAN_WITHOUT_DOWNLOADS"),
    ]
    assert all(json.loads(entry.details)["by"] == "admin" for entry in entries[1:])


def test_a_device_and_its_licences_are_inspected(
    admin: Admin, device: LicensedDevice, leaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = admin.renewed(device)
    state = admin.answer("inspect", device.id)
    assert (state["id"], state["leaves"][0]["gid"], state["leaves"][0]["is_revoked"]) == (device.id, leaf, False)
    shown = admin.answer("inspect", renewed["lease"])
    assert (shown["type"], shown["did"], shown["lk"]) == ("segue-lease+jwt", device.id, "107 characters")
    assert admin.answer("inspect", renewed["keyset"])["type"] == "segue-keyset+jwt"
    changed = renewed["lease"][:-2] + ("AA" if not renewed["lease"].endswith("AA") else "BB")
    assert "no licence of this backend" in admin.refusal("inspect", changed)
    assert "no device “x”" in admin.refusal("inspect", "x")
    signer = admin.services.signing_keys.signer()
    token = signer.sign({"gid": leaf, "ck": "secret"}, "segue-leaf+jwt")
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"read": staticmethod(lambda _limit: token + "\n")}))
    assert admin.answer("inspect", "-")["state"] == "held"
    admin.answer("revoke", "--leaf", leaf)
    assert admin.answer("inspect", token)["state"] == "revoked"
    admin.answer("revoke", "--device", device.id)
    assert admin.answer("inspect", token)["state"] == "released or void"


def test_revoking_a_leaf_is_told_at_the_next_renewal(admin: Admin, device: LicensedDevice, leaf: str) -> None:
    assert admin.answer("revoke", "--leaf", leaf) == {"revoked": leaf}
    assert admin.renewed(device)["withdrawn"] == [{"gid": leaf, "code": "LEAF_REVOKED"}]
    assert "no leaf “gr_0”" in admin.refusal("revoke", "--leaf", "gr_0")


def test_revoking_a_key_refuses_what_it_has_signed(admin: Admin, device: LicensedDevice) -> None:
    lease = admin.renewed(device)["lease"]
    kid = parts(lease)[0]["kid"]
    admin.answer("revoke", "--key", kid)
    assert "its key was revoked" in admin.refusal("inspect", lease)
    assert "no signing key in use" in admin.refusal("revoke", "--key", kid)
    assert parts(admin.renewed(device)["lease"])[0]["kid"] != kid


def test_revoking_an_account_removes_its_devices(admin: Admin, device: LicensedDevice) -> None:
    assert admin.answer("revoke", "--account", "ana") == {"removed": 1}
    assert admin.answer("revoke", "--account", "ana") == {"removed": 0}
    assert admin.services.devices.of_account("us_ana") == []


def test_songs_are_withdrawn_and_given_back(admin: Admin, device: LicensedDevice, leaf: str) -> None:
    admin.answer("song", "withdraw", FERRY)
    assert admin.renewed(device)["withdrawn"] == [{"gid": leaf, "code": "SONG_WITHDRAWN"}]
    admin.answer("song", "restore", FERRY)
    assert admin.renewed(device)["withdrawn"] == []
    assert admin.answer("song", "regions", FERRY, "NL,BE")["regions"] == ["NL", "BE"]
    assert admin.renewed(device)["withdrawn"] == [{"gid": leaf, "code": "SONG_NOT_IN_REGION"}]
    admin.answer("account", "ana", "--region", "BE")
    assert admin.renewed(device)["withdrawn"] == []
    assert admin.answer("song", "regions", FERRY, "everywhere")["regions"] == "everywhere"
    assert "no song “so_0”" in admin.refusal("song", "withdraw", "so_0")


def test_what_an_account_has_paid_for(admin: Admin) -> None:
    told = admin.answer("account", "ana", "--plan", "free", "--region", "NL", "--paid-until", "2030-01-31")
    assert told == {"account": "ana", "plan": "free", "region": "NL", "ends_at": 1_896_048_000.0}
    assert admin.answer("account", "ana") == told
    assert admin.answer("account", "ana", "--paid-until", "always") == told | {"ends_at": None}


def test_the_audit_log_is_shown_and_verified(admin: Admin, device: LicensedDevice, services: Services) -> None:
    noted = admin.answer("audit", "verify")
    for _ in range(3):
        admin.renewed(device)
    exit_code, shown, _ = admin.run("audit", "show", "--last", "2", "--device", device.id)
    assert (exit_code, [entry["seq"] for entry in shown]) == (0, [3, 4])
    assert admin.answer("audit", "verify", "--known", noted["head"])["entries"] == 4
    assert admin.run("audit", "verify", "--known", "0" * 63 + "1")[0] == 10
    with services.database.session() as session:
        session.execute(text("DROP TRIGGER audit_entries_kept_as_written"))
        session.execute(text("UPDATE audit_entries SET outcome = 'OK!' WHERE seq = 2"))
    exit_code, _, errors = admin.run("audit", "verify")
    assert (exit_code, "Entry 2 was changed" in errors) == (10, True)
    with services.database.session() as session:
        session.execute(text("UPDATE audit_entries SET outcome = 'OK' WHERE seq = 2"))


def test_the_root_is_the_one_that_players_pin(admin: Admin) -> None:
    assert admin.answer("root") == admin.services.signing_keys.root_jwk


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("revoke",),
        ("revoke", "--device", "a", "--leaf", "b"),
        ("song", "regions", "so_1"),
        ("song", "withdraw", "so_1", "NL"),
        ("song", "regions", "so_1", "nl"),
        ("account", "ana", "--region", "Netherlands"),
        ("account", "ana", "--paid-until", "tomorrow"),
        ("--licence-days", "31", "devices"),
    ],
)
def test_wrong_usage_is_exit_code_2(admin: Admin, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        admin.run(*arguments)
    assert ended.value.code == 2


def test_without_a_database_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], migrated: Path
) -> None:
    assert main(["--data", str(tmp_path), "devices"]) == 9
    assert "no backend in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    Config(data_dir=tmp_path).database_path.write_bytes(b"not a database " * 1000)
    assert main(["--data", str(tmp_path), "devices"]) == 9
    assert "cannot be used" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["segue.db"]


def test_another_versions_database_is_left_alone(admin: Admin, services: Services) -> None:
    with services.database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    exit_code, _, errors = admin.run("devices")
    assert (exit_code, "another version" in errors) == (9, True)


def test_a_root_that_is_none_is_usage(admin: Admin, tmp_path: Path) -> None:
    exit_code, _, errors = admin.run("--licence-root", str(tmp_path / "none.pem"), "root")
    assert (exit_code, "cannot be read" in errors) == (2, True)


def test_it_is_a_program(admin: Admin, services: Services) -> None:
    command = [sys.executable, "-m", "server.admin", "--data", str(services.config.data_dir), "root"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ended.stdout) == services.signing_keys.root_jwk
    assert signing_keys.KEYSET_TYPE not in ended.stdout
