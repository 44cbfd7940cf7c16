"""A proof holds for one request, one key and two minutes; everything else is refused by a code."""

from __future__ import annotations

import json
import random
import string
import sys
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from server.devices import keys
from server.devices.proofs import WINDOW_S, Proof, SignedRequest, verify
from server.problems import Problem
from tests.support.licensed_device import LicensedDevice, signed, thumbprint

NOW = 1_750_000_000
ALPHABET = string.ascii_letters + string.digits + "-_.=\n é"
DEVICE = LicensedDevice()
BODY = b'{"song_id":"so_1","rendition":"320"}'
REQUEST = SignedRequest("POST", "/api/v1/licences/leaves", BODY, "access token")
CLAIMS = DEVICE.claims("POST", "/licences/leaves", BODY, "access token", jti="r" * 16) | {"iat": NOW}


def key_of(kid: str) -> Any:
    return keys.signing_key(DEVICE.signing_key) if kid == thumbprint(DEVICE.signing_key) else None


def opened(token: str | None, request: SignedRequest = REQUEST, now: float = NOW) -> Proof:
    return verify(token, request, key_of=key_of, now=now)


def refused(token: str | None, request: SignedRequest = REQUEST, now: float = NOW) -> str:
    with pytest.raises(Problem) as problem:
        opened(token, request, now)
    assert problem.value.status == 403
    return problem.value.code


def test_a_proof_holds_for_its_request() -> None:
    proof = opened(DEVICE.proof(CLAIMS))
    assert (proof.kid, proof.request_id) == (thumbprint(DEVICE.signing_key), "r" * 16)


def test_a_request_is_the_same_after_a_refresh_of_the_sign_in() -> None:
    first = opened(DEVICE.proof(CLAIMS)).request_hash
    again = SignedRequest("POST", "/api/v1/licences/leaves", BODY, "another token")
    claims = DEVICE.claims("POST", "/licences/leaves", BODY, "another token") | {"iat": NOW}
    assert opened(DEVICE.proof(claims), again).request_hash == first


@pytest.mark.parametrize("seconds", [-WINDOW_S, -1, 0, 1, WINDOW_S])
def test_it_holds_for_a_minute_to_either_side(seconds: float) -> None:
    token = DEVICE.proof(CLAIMS)
    opened(token, now=NOW + seconds)
    assert refused(token, now=NOW + seconds + (2 * WINDOW_S + 1) * (1 if seconds >= 0 else -1)) == "PROOF_STALE"


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_proof(token: str | None) -> None:
    assert refused(token) == "PROOF_REQUIRED"


@pytest.mark.parametrize(
    "request_",
    [
        SignedRequest("PUT", REQUEST.path, BODY, "access token"),
        SignedRequest("POST", REQUEST.path + "/", BODY, "access token"),
        SignedRequest("POST", REQUEST.path, BODY + b" ", "access token"),
        SignedRequest("POST", REQUEST.path, b"", "access token"),
        SignedRequest("POST", REQUEST.path, BODY, "stolen token"),
    ],
)
def test_another_request(request_: SignedRequest) -> None:
    assert refused(DEVICE.proof(CLAIMS), request_) == "PROOF_INVALID"


@pytest.mark.parametrize(
    "claims",
    [
        {name: value for name, value in CLAIMS.items() if name != "ath"},
        CLAIMS | {"extra": 1},
        CLAIMS | {"iat": float(NOW)},
        CLAIMS | {"iat": str(NOW)},
        CLAIMS | {"iat": True},
        CLAIMS | {"iat": None},
        CLAIMS | {"jti": "short"},
        CLAIMS | {"jti": "x" * 65},
        CLAIMS | {"jti": "r" * 16 + "\n"},
        CLAIMS | {"jti": 17},
        CLAIMS | {"body": None},
        CLAIMS | {"htm": "post"},
        CLAIMS | {"htu": "https://elsewhere" + REQUEST.path},
    ],
)
def test_other_claims(claims: dict[str, Any]) -> None:
    assert refused(DEVICE.proof(claims)) == "PROOF_INVALID"


def test_huge_numbers_are_only_stale() -> None:
    assert refused(DEVICE.proof(CLAIMS | {"iat": 10**400})) == "PROOF_STALE"
    assert refused(DEVICE.proof(CLAIMS | {"iat": -(10**400)})) == "PROOF_STALE"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"typ": "segue-leaf+jwt"},
        {"typ": "dpop+jwt"},
        {"kid": "another"},
        {"kid": None},
        {"crit": ["exp"]},
        {"jwk": {"kty": "OKP"}},
    ],
)
def test_other_headers(header: dict[str, Any]) -> None:
    assert refused(signed(DEVICE.header() | header, CLAIMS, DEVICE.signing)) == "PROOF_INVALID"


def test_another_key() -> None:
    assert refused(signed(DEVICE.header(), CLAIMS, Ed25519PrivateKey.generate())) == "PROOF_INVALID"


@settings(max_examples=300)
@given(st.data())
def test_no_mutation_is_accepted_nor_ends_untyped(data: st.DataObject) -> None:
    token = DEVICE.proof(CLAIMS)
    at = data.draw(st.integers(0, len(token)))
    how = data.draw(st.sampled_from(["replace", "insert", "delete", "cut", "double"]))
    other = data.draw(st.text(min_size=1, max_size=4))
    mutated = {
        "replace": token[:at] + other + token[at + len(other) :],
        "insert": token[:at] + other + token[at:],
        "delete": token[:at] + token[at + 1 :],
        "cut": token[:at],
        "double": token + "." + token,
    }[how]
    if mutated != token:
        assert refused(mutated) in {"PROOF_INVALID", "PROOF_REQUIRED"}


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(CLAIMS)),
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=3),
)
def test_no_other_claim_is_accepted_nor_ends_untyped(name: str, value: Any) -> None:
    if json.dumps(value) == json.dumps(CLAIMS[name]) or name in {"jti", "iat"}:
        return
    assert refused(DEVICE.proof(CLAIMS | {name: value})) == "PROOF_INVALID"


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_two_hundred_thousand_mutations() -> None:
    """Bits, bytes and stretches of a valid proof, and requests beside it: 0 accepted, 0 untyped errors."""
    chance, count = random.Random(9421), 200_000
    token = DEVICE.proof(CLAIMS)
    for number in range(count):
        at, length = chance.randrange(len(token)), chance.choice((1, 1, 1, 2, 8, 64))
        other = "".join(chance.choice(ALPHABET) for _ in range(chance.choice((0, length, length, 2 * length))))
        mutated = token[:at] + other + token[at + length :]
        if mutated != token:
            assert refused(mutated) in {"PROOF_INVALID", "PROOF_REQUIRED"}, number
    sys.stdout.write(f"{count} mutations, 0 accepted\n")
