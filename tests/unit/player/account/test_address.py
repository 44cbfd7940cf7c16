from __future__ import annotations

import pytest

from player.account.address import parse_address
from player.errors import InvalidPlace


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("music.example.org", ["https://music.example.org"]),
        ("  music.example.org/  ", ["https://music.example.org"]),
        ("https://music.example.org:8443/segue/", ["https://music.example.org:8443/segue"]),
        ("https://music.example.org/api/v1", ["https://music.example.org"]),
        ("HTTPS://Music.Example.org", ["https://music.example.org"]),
        ("http://192.168.1.4:4533", ["http://192.168.1.4:4533"]),
        ("192.168.1.4:4533", ["https://192.168.1.4:4533", "http://192.168.1.4:4533"]),
        ("nas", ["https://nas", "http://nas"]),
        ("nas.lan:80", ["https://nas.lan:80", "http://nas.lan:80"]),
        ("localhost:4533", ["http://localhost:4533", "https://localhost:4533"]),
        ("http://127.0.0.1:1", ["http://127.0.0.1:1"]),
        ("http://[fd00::1]:4533", ["http://[fd00::1]:4533"]),
        ("[::1]:4533", ["http://[::1]:4533", "https://[::1]:4533"]),
    ],
)
def test_what_people_type_becomes_addresses(typed: str, expected: list[str]) -> None:
    assert list(parse_address(typed).candidates) == expected


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "no server's address"),
        ("https://", "no server's address"),
        ("two words", "no server's address"),
        ("host:99999", "no server's address"),
        ("host:0", "no server's address"),
        ("host:abc", "no server's address"),
        ("https://host/?q=1", "no server's address"),
        ("https://[half", "no server's address"),
        ("ftp://host", "not ftp://"),
        ("file:///etc/passwd", "not file://"),
        ("https://me:secret@host", "fields of their own"),
        ("http://music.example.org", "unencrypted"),
        ("http://8.8.8.8", "unencrypted"),
    ],
)
def test_what_is_no_address_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidPlace, match=sentence) as caught:
        parse_address(typed)
    assert "secret" not in caught.value.message
