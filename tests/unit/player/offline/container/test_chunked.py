"""Chunked encryption against the published vectors, and against `cryptography`'s own implementation, which shares no
code with ours but AES-GCM and HKDF."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.hazmat.primitives.hashes import SHA256

from player.errors import ContainerDamaged
from player.offline.container.chunked import (
    CHUNK_BYTES,
    PREFIX_BYTES,
    SALT_BYTES,
    Message,
    chunk_count,
    plain_size,
    sealed_size,
)
from player.offline.container.page import PAGE_BYTES
from player.offline.container.reader import ContainerReader
from tests.support.failing_disk import MemoryDisk, MemoryFile
from tests.unit.player.offline.container.conftest import KEY, header_of, song

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("chunked_vectors.json").read_text(encoding="utf-8")
)["vectors"]


def opened(sealed: bytes, message: Message) -> bytes:
    """As `ContainerReader.open` does it, but for the page."""
    message.check(sealed[SALT_BYTES:PREFIX_BYTES])
    length = plain_size(len(sealed))
    reader = ContainerReader(
        MemoryFile(MemoryDisk(), bytearray(PAGE_BYTES) + sealed), message, header_of(bytes(length))
    )
    reader._check_last()
    return reader.read(0, length)


def sealed_by_us(plain: bytes, salt: bytes, context: bytes) -> bytes:
    message = Message(KEY, salt, context)
    chunks = [
        message.seal(number, plain[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES])
        for number in range(chunk_count(len(plain)))
    ]
    return salt + message.commitment + b"".join(chunks)


def test_the_vectors_are_all_there() -> None:
    assert len(VECTORS) == 34
    assert sum(vector["expect"] == "success" for vector in VECTORS) == 9


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_published_vectors(vector: dict[str, Any]) -> None:
    sealed = base64.b64decode(vector["ciphertext"] or "")
    if vector.get("compressed"):
        sealed = zlib.decompress(sealed)
    key, context = bytes.fromhex(vector["key"]), vector["context"].encode()

    def attempt() -> bytes:
        return opened(sealed, Message(key, sealed[:SALT_BYTES], context, algorithm=SHA256()))

    if vector["expect"] == "success":
        plain = attempt()
        assert len(plain) == vector["payload_length"]
        assert hashlib.sha256(plain).hexdigest() == vector["payload_sha256"]
    else:
        with pytest.raises(ContainerDamaged):
            attempt()


LENGTHS = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES, 1_100_000]


@pytest.mark.parametrize("length", LENGTHS)
def test_what_we_seal_cobblestone_256_opens(length: int) -> None:
    plain = song(length)
    sealed = sealed_by_us(plain, bytes(range(SALT_BYTES)), b"context")
    assert len(sealed) == sealed_size(length)
    assert plain_size(len(sealed)) == length
    other = Cobblestone256Decryptor(KEY, b"context")
    assert other.update(sealed) + other.finalize() == plain


@pytest.mark.parametrize("length", LENGTHS)
def test_what_cobblestone_256_seals_we_open(length: int) -> None:
    plain = song(length)
    other = Cobblestone256Encryptor(KEY, b"context")
    sealed = other.update(plain) + other.finalize()
    assert opened(sealed, Message(KEY, sealed[:SALT_BYTES], b"context")) == plain


@pytest.mark.parametrize("length", [0, 55, 56, 71, 56 + 16_400, 56 + 16_400 + 15])
def test_lengths_that_no_message_has(length: int) -> None:
    with pytest.raises(ContainerDamaged):
        plain_size(length)


def test_the_count_of_chunks_ends() -> None:
    message = Message(KEY, bytes(SALT_BYTES), b"")
    for number in (-1, 1 << 38):
        with pytest.raises(ContainerDamaged):
            message.seal(number, b"")
