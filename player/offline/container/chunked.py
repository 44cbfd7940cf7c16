"""Chunked encryption of one message (https://c2sp.org/chunked-encryption, v1) in the instantiation that C2SP names
Cobblestone-256: HKDF-Expand-SHA-512 and AES-256-GCM. Pure; used by `reader` and `writer` in the runtime's pool.

Property: who has not the input key learns the message's length and nothing else; a chunk that was changed, moved or
comes from another message is refused, and so is another context; the last chunk proves the length; and a ciphertext
opens under one key only (the commitment).

Layout: 24 bytes salt | 32 bytes commitment | chunks of 16,384 + 16 bytes, the last strictly shorter, perhaps empty.
key (32) | base nonce (12) | commitment (32) = HKDF-Expand-SHA-512(input key,
"c2sp.org/chunked-encryption@v1+" | "AEAD_AES_256_GCM" | 0 | salt | context).
Nonce of chunk k: base nonce XOR k, big-endian; no associated data. The key is of one message alone, as the salt is
random (2^80 messages to a 2^-32 chance of a repeated one), so a nonce meets a second plaintext only where the writer
encrypts a chunk twice: see there.
`cryptography` offers the same (`cryptography.cobblestone`, from 50 on), but in order from the first byte only.
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from player.errors import ContainerDamaged

KEY_BYTES = 32
SALT_BYTES = 24
COMMITMENT_BYTES = 32
PREFIX_BYTES = SALT_BYTES + COMMITMENT_BYTES
CHUNK_BYTES = 16_384
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
MAX_CHUNKS = 1 << 38

_NONCE_BYTES = 12
_HASH = SHA512()
_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"


class Message:
    """The keys of one message: of one input key, salt and context."""

    def __init__(self, input_key: bytes, salt: bytes, context: bytes, *, algorithm: HashAlgorithm = _HASH) -> None:
        """`algorithm` is SHA-256 for the published vectors, which are of that instantiation."""
        if len(input_key) != KEY_BYTES or len(salt) != SALT_BYTES:
            raise ContainerDamaged
        length = KEY_BYTES + _NONCE_BYTES + COMMITMENT_BYTES
        derived = HKDFExpand(algorithm=algorithm, length=length, info=_INFO + salt + context).derive(input_key)
        self.salt = salt
        self.commitment = derived[KEY_BYTES + _NONCE_BYTES :]
        self._cipher = AESGCM(derived[:KEY_BYTES])
        self._base_nonce = int.from_bytes(derived[KEY_BYTES : KEY_BYTES + _NONCE_BYTES], "big")

    def check(self, commitment: bytes) -> None:
        """Before any chunk is opened (C2SP, key derivation). ContainerDamaged."""
        if not hmac.compare_digest(commitment, self.commitment):
            raise ContainerDamaged

    def seal(self, number: int, chunk: bytes | memoryview) -> bytes:
        return self._cipher.encrypt(self._nonce(number), chunk, None)

    def open(self, number: int, sealed: bytes | memoryview) -> bytes:
        """ContainerDamaged for all but what `seal` made of this chunk of this message."""
        try:
            return self._cipher.decrypt(self._nonce(number), sealed, None)
        except InvalidTag as error:
            raise ContainerDamaged from error

    def _nonce(self, number: int) -> bytes:
        if not 0 <= number < MAX_CHUNKS:
            raise ContainerDamaged
        return (self._base_nonce ^ number).to_bytes(_NONCE_BYTES, "big")


def require(claim: bool) -> None:
    """ContainerDamaged where it is not so."""
    if not claim:
        raise ContainerDamaged


def chunk_count(plain_bytes: int) -> int:
    """The last is always shorter than a whole one, so 16 KiB make two."""
    return plain_bytes // CHUNK_BYTES + 1


def sealed_size(plain_bytes: int) -> int:
    """Bytes of salt, commitment and chunks."""
    return PREFIX_BYTES + plain_bytes + chunk_count(plain_bytes) * TAG_BYTES


def plain_size(sealed_bytes: int) -> int:
    """Of a whole ciphertext by its length; ContainerDamaged for a length that no message has. Only opening the last
    chunk proves it."""
    whole, last = divmod(sealed_bytes - PREFIX_BYTES, SEALED_CHUNK_BYTES)
    if sealed_bytes < PREFIX_BYTES or last < TAG_BYTES:
        raise ContainerDamaged
    return whole * CHUNK_BYTES + last - TAG_BYTES


def chunk_offset(number: int) -> int:
    """Of a sealed chunk, from the salt's first byte."""
    return PREFIX_BYTES + number * SEALED_CHUNK_BYTES
