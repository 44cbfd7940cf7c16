"""The root, the keyset, and keys that come and go."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from sqlalchemy import select

from server.db.models import LicenceKey
from server.db.session import Database
from server.licences.signing_keys import LIFETIME_S, RootUnusable, SigningKeys, root_seed
from tests.support.licensed_device import b64, verified
from tests.support.settable_time import SettableTime


@pytest.fixture
def signing_keys(database: Database, clock: SettableTime) -> SigningKeys:
    return SigningKeys(database, root_file=None, clock=clock)


def keyset(signing_keys: SigningKeys) -> tuple[int, list[str]]:
    found = verified(signing_keys.keyset(), [signing_keys.root_jwk], "segue-keyset+jwt")
    assert found.keys() == {"iat", "seq", "keys"}
    assert all(jwk.keys() == {"crv", "kid", "kty", "x"} for jwk in found["keys"])
    return found["seq"], [jwk["kid"] for jwk in found["keys"]]


def test_the_root_is_made_once(signing_keys: SigningKeys, database: Database, clock: SettableTime) -> None:
    again = SigningKeys(database, root_file=None, clock=clock)
    assert signing_keys.root_jwk == again.root_jwk
    signing_keys.warm_up()
    assert signing_keys.keyset() == again.keyset()
    assert signing_keys.signer().kid == again.signer().kid
    assert signing_keys.root.kid not in keyset(signing_keys)[1], "the root signs the keyset only"


def test_a_key_serves_half_a_year_and_its_signatures_stay_good(
    signing_keys: SigningKeys, database: Database, clock: SettableTime
) -> None:
    first = signing_keys.signer()
    before = keyset(signing_keys)
    token = first.sign({"a": 1}, "t")
    clock.now += LIFETIME_S - 1
    assert signing_keys.signer().kid == first.kid
    clock.now += 2
    second = signing_keys.signer()
    assert second.kid != first.kid
    after = keyset(signing_keys)
    assert after[1] == [first.kid, second.kid]
    assert after[0] > before[0]
    payload = verified(signing_keys.keyset(), [signing_keys.root_jwk], "segue-keyset+jwt")
    assert verified(token, payload["keys"], "t") == {"a": 1}
    with database.reading() as session:
        seeds = {row.kid: row.seed for row in session.scalars(select(LicenceKey))}
    assert seeds[first.kid] is None, "the private half is erased"


def test_a_revoked_key_leaves_the_keyset(signing_keys: SigningKeys, database: Database) -> None:
    first, before = signing_keys.signer(), keyset(signing_keys)
    with database.session() as session:
        assert signing_keys.revoke(session, first.kid)
        assert not signing_keys.revoke(session, first.kid)
        assert not signing_keys.revoke(session, "none")
    second = signing_keys.signer()
    after = keyset(signing_keys)
    assert (after[1], after[0] > before[0]) == ([second.kid], True)


def test_seq_grows_also_when_the_clock_goes_back(
    signing_keys: SigningKeys, database: Database, clock: SettableTime
) -> None:
    seqs = []
    for _ in range(4):
        kid = signing_keys.signer().kid
        seqs.append(keyset(signing_keys)[0])
        with database.session() as session:
            signing_keys.revoke(session, kid)
        seqs.append(keyset(signing_keys)[0])
        clock.now -= 100_000
    assert seqs == sorted(set(seqs))


def test_twenty_years_of_keys_fit_a_token(signing_keys: SigningKeys, clock: SettableTime) -> None:
    for _ in range(40):
        signing_keys.signer()
        clock.now += LIFETIME_S
    assert len(signing_keys.keyset()) < 8192


def pem(path: Path, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None = None) -> Path:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return path


def test_a_hosters_root_signs_instead(database: Database, tmp_path: Path, clock: SettableTime) -> None:
    key = Ed25519PrivateKey.generate()
    signing_keys = SigningKeys(database, root_file=pem(tmp_path / "root.pem", key), clock=clock)
    assert signing_keys.root_jwk["x"] == b64(key.public_key().public_bytes_raw())
    signing_keys.warm_up()
    assert len(keyset(signing_keys)[1]) == 1


def test_what_is_no_root_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("not a key")
    for path, said in (
        (tmp_path / "none.pem", "cannot be read"),
        (tmp_path / "text.pem", "not an unencrypted private key"),
        (pem(tmp_path / "locked.pem", Ed25519PrivateKey.generate(), b"password"), "not an unencrypted private key"),
        (pem(tmp_path / "curve.pem", ec.generate_private_key(ec.SECP256R1())), "not an Ed25519 key"),
    ):
        with pytest.raises(RootUnusable, match=said):
            root_seed(path)


def test_keys_are_not_shown(signing_keys: SigningKeys) -> None:
    assert "PrivateKey" not in repr(signing_keys.signer())
