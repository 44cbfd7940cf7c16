"""Opening against the vector of RFC 9180's authors and against `cryptography`'s own sealing."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives import hpke as others
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from player.errors import LicenceRefused
from player.offline.licence.hpke import opened
from tests.support.licence_issuer import sealed

# github.com/cfrg/draft-irtf-cfrg-hpke, test-vectors.json (of which RFC 9180, appendix A, is made), as the PyPI
# package cryptography-vectors 50.0.2 carries it: mode 0, kem 0x0020, kdf 0x0001, aead 0x0002, encryption 0
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
PRIVATE = bytes.fromhex("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d")
PLAIN = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
AAD = bytes.fromhex("436f756e742d30")
SEALED = bytes.fromhex(
    "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"
    "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"
)
SUITE = others.Suite(others.KEM.X25519, others.KDF.HKDF_SHA256, others.AEAD.AES_256_GCM)


def test_the_published_vector() -> None:
    assert opened(X25519PrivateKey.from_private_bytes(PRIVATE), SEALED, info=INFO, aad=AAD) == PLAIN


@pytest.mark.parametrize("length", [0, 1, 32, 5000])
def test_what_others_seal_opens(length: int) -> None:
    private, plain = X25519PrivateKey.generate(), random.Random(length).randbytes(length)
    assert opened(private, SUITE.encrypt(plain, private.public_key(), b"info"), info=b"info", aad=b"") == plain
    ours = sealed(private.public_key(), plain, b"aad", b"info")
    assert opened(private, ours, info=b"info", aad=b"aad") == plain


def test_nothing_else_opens() -> None:
    private = X25519PrivateKey.from_private_bytes(PRIVATE)
    flipped = [SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :] for at in range(len(SEALED))]
    cut = [SEALED[:length] for length in range(len(SEALED))]
    low_order = [bytes(32) + SEALED[32:], b"\x01" + bytes(31) + SEALED[32:]]
    for data in flipped + cut + low_order:
        with pytest.raises(LicenceRefused):
            opened(private, data, info=INFO, aad=AAD)
    for key, info, aad in (
        (X25519PrivateKey.generate(), INFO, AAD),
        (private, INFO[:-1], AAD),
        (private, INFO, AAD + b"0"),
    ):
        with pytest.raises(LicenceRefused):
            opened(key, SEALED, info=info, aad=aad)
