"""A backend's process that renews one device's lease as fast as it can, for `test_kill.py` to kill: each answer that
was given is a line on standard output, after it was committed.

Run as `python -m tests.unit.server.licences.renewing DATA DEVICE FIRST_REQUEST`.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from server.config import Config
from server.devices.devices import ProvenDevice
from server.devices.proofs import Proof
from server.services import build_services
from tests.support.licensed_device import parts


def main() -> None:
    data, device_id, first = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    services = build_services(Config(data_dir=data))
    services.leases._renewals._limit = 1_000_000
    for number in itertools.count(first):
        device = ProvenDevice(device_id, "us_ana", Proof("kid", f"request-{number:012}", "hash"))
        seq = parts(services.leases.renew(device)["lease"])[1]["seq"]
        sys.stdout.write(f"{number} {seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
