"""Sealing against the vectors of RFC 9180's authors, and against two other implementations."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke as others
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from server.licences.hpke import ENC_BYTES, TAG_BYTES, seal, seal_with
from tests.support.licensed_device import opened_hpke

# github.com/cfrg/draft-irtf-cfrg-hpke, test-vectors.json (the file RFC 9180, appendix A, is made from), as the PyPI
# package cryptography-vectors 50.0.2 carries it: mode 0, kem 0x0020, kdf 0x0001, aead 0x0002, encryption 0
INFO = "4f6465206f6e2061204772656369616e2055726e"
RECIPIENT = "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c"
RECIPIENT_PRIVATE = "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d"
EPHEMERAL = "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11"
ENC = "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"
PLAIN = "4265617574792069732074727574682c20747275746820626561757479"
AAD = "436f756e742d30"
SEALED = "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"

SUITE = others.Suite(others.KEM.X25519, others.KDF.HKDF_SHA256, others.AEAD.AES_256_GCM)


def test_the_published_vector() -> None:
    ephemeral = X25519PrivateKey.from_private_bytes(bytes.fromhex(EPHEMERAL))
    recipient = X25519PublicKey.from_public_bytes(bytes.fromhex(RECIPIENT))
    info, aad, plain = (bytes.fromhex(text) for text in (INFO, AAD, PLAIN))
    assert seal_with(ephemeral, recipient, plain, info=info, aad=aad).hex() == ENC + SEALED
    # the tests' own opener holds against it too
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(RECIPIENT_PRIVATE))
    assert opened_hpke(private, bytes.fromhex(ENC + SEALED), info=info, aad=aad) == plain


@pytest.mark.parametrize("length", [0, 1, 32, 5000])
def test_what_is_sealed_opens_elsewhere(length: int) -> None:
    private, plain = X25519PrivateKey.generate(), bytes(range(256)) * 20
    sealed = seal(private.public_key(), plain[:length], info=b"info", aad=b"")
    assert len(sealed) == ENC_BYTES + length + TAG_BYTES
    assert SUITE.decrypt(sealed, private, b"info") == plain[:length]
    assert opened_hpke(private, sealed, info=b"info", aad=b"") == plain[:length]


def test_nothing_is_sealed_twice_alike() -> None:
    recipient = X25519PrivateKey.generate().public_key()
    assert len({seal(recipient, b"key", info=b"", aad=b"") for _ in range(50)}) == 50


def test_another_key_info_or_aad_opens_nothing() -> None:
    private = X25519PrivateKey.generate()
    sealed = seal(private.public_key(), b"key", info=b"info", aad=b"aad")
    for key, info, aad in (
        (X25519PrivateKey.generate(), b"info", b"aad"),
        (private, b"inf0", b"aad"),
        (private, b"info", b""),
    ):
        with pytest.raises(InvalidTag):
            opened_hpke(key, sealed, info=info, aad=aad)


def test_a_point_of_low_order_gets_nothing() -> None:
    with pytest.raises(ValueError, match="shared key"):
        seal(X25519PublicKey.from_public_bytes(bytes(32)), b"key", info=b"", aad=b"")
