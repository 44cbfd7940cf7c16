"""What the backend signs, the player opens: neither imports the other, and here they meet."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from player.errors import LicenceRefused
from player.offline.licence import keyset, leaf, lease, time_reply
from server.jws import base64url, sign, thumbprint
from server.licences import tokens
from server.licences.signing_keys import KEYSET_TYPE, Signer

NOW = 1_800_000_000


def signer() -> Signer:
    key = Ed25519PrivateKey.generate()
    public = base64url(key.public_key().public_bytes_raw())
    return Signer(thumbprint(public), public, key)


def jwk(key: Signer) -> dict[str, str]:
    return {"crv": "Ed25519", "kid": key.kid, "kty": "OKP", "x": key.public_key}


def test_the_player_opens_what_the_backend_signs() -> None:
    root, key, device, secret = signer(), signer(), X25519PrivateKey.generate(), os.urandom(32)
    known = keyset.read(
        root.sign({"iat": NOW, "seq": NOW, "keys": [jwk(key)]}, KEYSET_TYPE), keyset.root(jwk(root)), least_seq=NOW
    )
    terms = tokens.LeaseFields("konto", "gerät", "premium", "NL", NOW, NOW - 600, NOW + 86_400, 3, 10, 5, NOW)
    held = lease.read(
        tokens.lease(terms, secret, device.public_key(), key), known, acc="konto", did="gerät", least_seq=3
    )
    unsealed = lease.unsealed(held, device, now_s=NOW)
    fields = tokens.LeafFields("g1", "ein Lied — ü", "320", "gerät", "ab" * 32, 123)
    first, again = (leaf.read(tokens.leaf(fields, secret, key), known, did="gerät") for _ in range(2))
    assert leaf.content_key(first, unsealed) == leaf.content_key(again, unsealed)
    assert first.wrapped_key != again.wrapped_key
    assert time_reply.read(tokens.time_reply("n" * 20, NOW + 0.9, key), known, nonce="n" * 20) == NOW


def test_a_new_registration_opens_nothing_of_the_old_one() -> None:
    key, device = signer(), X25519PrivateKey.generate()
    known = keyset.Keyset(1, {key.kid: key._key.public_key()})
    terms = tokens.LeaseFields("a", "d", "premium", "NL", NOW, NOW - 600, NOW + 86_400, 3, 10, 5, NOW)
    renewed = lease.read(
        tokens.lease(terms, os.urandom(32), device.public_key(), key), known, acc="a", did="d", least_seq=3
    )
    old = leaf.read(
        tokens.leaf(tokens.LeafFields("g1", "s", "320", "d", "ab" * 32, 1), os.urandom(32), key), known, did="d"
    )
    with pytest.raises(LicenceRefused):
        leaf.content_key(old, lease.unsealed(renewed, device, now_s=NOW))


def test_neither_takes_the_others_form_more_loosely() -> None:
    key = signer()
    token = sign({"nonce": "n", "server_time": 1}, key._key, kid=key.kid, typ=tokens.TIME_TYPE)
    known = keyset.Keyset(1, {key.kid: key._key.public_key()})
    assert time_reply.read(token, known, nonce="n") == 1
    with pytest.raises(LicenceRefused):
        time_reply.read(token + "\n", known, nonce="n")
