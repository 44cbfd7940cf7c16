from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from server.problems import Problem
from server.streaming.signing import Grant, UrlSigner

_GRANT = Grant("so_1", "abc", "free", 1_000)


def _signature(signer: UrlSigner, grant: Grant) -> str:
    return parse_qs(signer.query(grant))["sig"][0]


def test_a_grant_opens_until_it_expires() -> None:
    signer = UrlSigner(b"k" * 32)
    signature = _signature(signer, _GRANT)
    signer.verify(_GRANT, signature, now_s=999)
    with pytest.raises(Problem) as late:
        signer.verify(_GRANT, signature, now_s=1_000)
    assert (late.value.status, late.value.code) == (403, "URL_EXPIRED")


@pytest.mark.parametrize(
    "changed",
    [
        replace(_GRANT, song_id="so_2"),
        replace(_GRANT, content="abd"),
        replace(_GRANT, plan="premium"),
        replace(_GRANT, expires_at=9_999_999),
    ],
)
def test_nothing_of_it_may_be_changed(changed: Grant) -> None:
    signer = UrlSigner(b"k" * 32)
    with pytest.raises(Problem) as refused:
        signer.verify(changed, _signature(signer, _GRANT), now_s=1)
    assert refused.value.code == "URL_SIGNATURE"


def test_another_key_signs_otherwise_and_nonsense_is_refused() -> None:
    for signature in (_signature(UrlSigner(b"x" * 32), _GRANT), "", "\udce4", "é"):
        with pytest.raises(Problem, match="not made by this backend"):
            UrlSigner(b"k" * 32).verify(_GRANT, signature, now_s=1)
