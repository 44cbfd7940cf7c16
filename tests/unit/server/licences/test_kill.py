"""A backend that is killed while it decides: what was answered is kept, what was not is whole or nothing, and the log
holds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.audit import verify
from server.config import Config
from server.db.migrate import open_database
from server.db.models import AuditEntry, Device, User
from server.devices.devices import NewDevice
from server.devices.proofs import Proof
from server.services import build_services
from tests.support.licensed_device import LicensedDevice

ROOT = Path(__file__).resolve().parents[4]


def _registered(data: Path) -> str:
    services = build_services(Config(data_dir=data))
    with services.database.session() as session:
        session.add(User(id="us_ana", username="ana", display_name="Ana"))
    new = NewDevice(**LicensedDevice().registration)
    device_id: str = services.devices.register("us_ana", new, Proof("kid", "registration-0001", "h"))["id"]
    services.database.close()
    return device_id


def _killed(data: Path, device_id: str, first: int, after_s: float) -> list[tuple[int, int]]:
    """What it had answered: (request, seq)."""
    command = [sys.executable, "-m", "tests.unit.server.licences.renewing", str(data), device_id, str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        time.sleep(after_s)
        child.kill()
        lines += child.stdout.readlines()
    whole = [line.split() for line in lines if line.endswith("\n")]
    return [(int(number), int(seq)) for number, seq in whole]


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_killed_backend_loses_no_decision(tmp_path: Path) -> None:
    chance, kills, answered, first = random.Random(10), 30, 0, 0
    device_id = _registered(tmp_path)
    for _ in range(kills):
        answers = _killed(tmp_path, device_id, first, chance.uniform(0, 0.2))
        assert answers, "it was killed before its first answer"
        answered += len(answers)
        database = open_database(Config(data_dir=tmp_path))
        with database.reading() as session:
            device = session.get(Device, device_id)
            decisions = session.scalar(
                select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "lease.issue")
            )
            verify(session)
        database.close()
        assert device is not None
        # the kill may fall between the commit and the line that tells of it: one decision each time, no more
        assert answers[-1][1] <= device.lease_seq <= answers[-1][1] + 1
        assert answered <= (decisions or 0) <= answered + kills
        first = answers[-1][0] + 2
    sys.stdout.write(f"{kills} kills, {answered} answers, 0 lost\n")
