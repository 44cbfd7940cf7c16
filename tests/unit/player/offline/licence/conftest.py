"""A device with a lease in force."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from player.offline.licence import keyset, leaf, lease
from player.offline.licence.keyset import Keyset, Root
from player.offline.licence.leaf import Leaf
from player.offline.licence.lease import Lease
from tests.support.licence_issuer import Issuer


@dataclass
class Holder:
    issuer: Issuer = field(default_factory=Issuer)

    @property
    def root(self) -> Root:
        return keyset.root(self.issuer.root.jwk)

    @property
    def keyset(self) -> Keyset:
        return keyset.read(self.issuer.keyset(), self.root)

    def lease(self, token: str, *, least_seq: int = 7) -> Lease:
        return lease.read(token, self.keyset, acc="account-1", did="device-1", least_seq=least_seq)

    def leaf(self, token: str) -> Leaf:
        return leaf.read(token, self.keyset, did="device-1")


@pytest.fixture(scope="session")
def holder() -> Holder:
    return Holder()
