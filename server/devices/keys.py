"""The public keys that a device brings, and that they are keys. Pure; called at registration and for every proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.jws import from_base64url
from server.problems import Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

KEY_BYTES = 32


def signing_key(text: str) -> Ed25519PublicKey:
    """An Ed25519 key from base64url; ValueError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(from_base64url(text))


def agreement_key(text: str) -> X25519PublicKey:
    """An X25519 key from base64url; ValueError, also for the points of low order, with which everybody would agree
    on the same secret (RFC 7748, 6.1)."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    key = X25519PublicKey.from_public_bytes(from_base64url(text))
    X25519PrivateKey.generate().exchange(key)
    return key


def check_new(signing: str, agreement: str) -> None:
    for field, parse, text in (
        ("signing_key", signing_key, signing),
        ("agreement_key", agreement_key, agreement),
    ):
        try:
            parse(text)
        except ValueError as error:
            kind = "an Ed25519" if field == "signing_key" else "an X25519"
            sentence = f"`{field}` is not {kind} public key in base64url."
            raise Problem(
                422, "VALIDATION", sentence, errors=[{"at": f"body.{field}", "message": sentence}]
            ) from error
