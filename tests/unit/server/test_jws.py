"""One form of token is read, and no other spelling of the same."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from server.jws import MAX_LENGTH, JwsRefused, base64url, canonical, from_base64url, opened, sign, thumbprint
from tests.support.licensed_device import b64, parts, unb64

# RFC 8037, appendix A: key, thumbprint and signature
SEED = unb64("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
EXAMPLE = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
TOKEN = sign({"a": 1, "song": "Øresund"}, KEY, kid="k", typ="t")


def key_of(kid: str) -> Ed25519PublicKey | None:
    return KEY.public_key() if kid == "k" else None


def signed(header: bytes, payload: bytes = b"{}") -> str:
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(KEY.sign(text.encode()))}"


def test_the_keys_of_rfc_8037() -> None:
    assert base64url(KEY.public_key().public_bytes_raw()) == PUBLIC
    assert thumbprint(PUBLIC) == THUMBPRINT
    text, _, signature = EXAMPLE.rpartition(".")
    assert base64url(KEY.sign(text.encode())) == signature


def test_a_token_is_read_again() -> None:
    assert opened(TOKEN, typ="t", key_of=key_of) == {"a": 1, "song": "Øresund"}
    assert parts(TOKEN)[0] == {"alg": "EdDSA", "kid": "k", "typ": "t"}


@pytest.mark.filterwarnings("ignore")  # joserfc would rather have RFC 9864's name of the algorithm
def test_a_library_reads_it_too() -> None:
    from joserfc import jws
    from joserfc.jwk import OKPKey

    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": PUBLIC})
    found = jws.deserialize_compact(TOKEN, key, algorithms=["EdDSA"])
    assert json.loads(found.payload) == {"a": 1, "song": "Øresund"}


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


@given(st.binary(max_size=40))
def test_base64url_has_one_spelling(data: bytes) -> None:
    text = base64url(data)
    assert from_base64url(text) == data
    for other in (text + "=", text + "\n", " " + text, text + "A" * (1 if len(text) % 4 != 3 else 2)):
        with contextlib.suppress(ValueError):
            assert from_base64url(other) != data


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        TOKEN + ".",
        TOKEN + "=",
        TOKEN + "\n",
        TOKEN[:-1],
        TOKEN.rpartition(".")[0] + ".",
        "A" * (MAX_LENGTH + 1),
        signed(b'{"alg":"none","kid":"k","typ":"t"}'),
        signed(b'{"alg":"HS256","kid":"k","typ":"t"}'),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"T"}'),
        signed(b'{"alg":"EdDSA","kid":"x","typ":"t"}'),
        signed(b'{"alg":"EdDSA","kid":["k"],"typ":"t"}'),
        signed(b'{"alg":"EdDSA","kid":"k"}'),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t","crit":["b64"],"b64":false}'),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t","jwk":{}}'),
        signed(b'{"alg":"none","alg":"EdDSA","kid":"k","typ":"t"}'),
        signed(b'["alg"]'),
        signed(b"\xff"),
        signed(b"[" * 3000),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b'{"a":1,"a":1}'),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b'{"a":NaN}'),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b"[]"),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b"null"),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b""),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b"\xef\xbb\xbf{}"),
        signed(b'{"alg":"EdDSA","kid":"k","typ":"t"}', b"9" * 5000),
    ],
)
def test_everything_else_is_refused(token: str) -> None:
    with pytest.raises(JwsRefused):
        opened(token, typ="t", key_of=key_of)


@settings(max_examples=400)
@given(st.data())
def test_no_changed_character_is_accepted(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TOKEN) - 1))
    other: Any = data.draw(st.characters(codec="utf-8").filter(lambda one: one != TOKEN[at]))
    with pytest.raises(JwsRefused):
        opened(TOKEN[:at] + other + TOKEN[at + 1 :], typ="t", key_of=key_of)
