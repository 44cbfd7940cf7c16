from __future__ import annotations

from player.domain.ids import TrackId
from player.streaming.recent.content import content_address, opening_identity, resigned, song_identity, valid_until_s


def test_signature_and_origin_do_not_count() -> None:
    path = "/media/so_1/0c0ffee0/96/index.m3u8"
    first = content_address(f"http://127.0.0.1:4000{path}?exp=1700000000&plan=premium&sig=ab")
    later = content_address(f"https://music.example{path}?exp=1800000000&plan=free&sig=cd")
    assert first == later == path


def test_every_other_part_of_an_address_counts() -> None:
    addresses = (
        "http://a/hls/song.m3u8?id=1",
        "http://a/hls/song.m3u8?id=2",
        "http://a/hls/song.m3u8?id=1&maxBitRate=96",
        "http://a/hls/song.m3u8",
        "http://a/hls/Song.m3u8",
        "http://a/hls/song.m3u8?id=",
    )
    assert len({content_address(address) for address in addresses}) == len(addresses)


def test_a_playlist_is_signed_anew() -> None:
    old, new = "http://a/m/index.m3u8?exp=1&plan=p&sig=ab", "http://b/m/index.m3u8?exp=2&plan=p&sig=cd"
    text = '#EXT-X-MAP:URI="init.mp4?exp=1&plan=p&sig=ab"\n0.m4s?exp=1&plan=p&sig=ab\n1.m4s?exp=1&plan=p&sig=ab\n'
    assert resigned(text, old, new) == text.replace("exp=1&plan=p&sig=ab", "exp=2&plan=p&sig=cd")
    assert resigned("0.m4s\n", "http://a/index.m3u8", new) == "0.m4s\n"


def test_the_first_signature_to_end_counts() -> None:
    assert valid_until_s("a?exp=1700000300&sig=1\nb?plan=x&exp=1700000200&sig=2\n") == 1_700_000_200
    assert valid_until_s("a?sig=1\nb?expires=5\n") is None


def test_identities_of_different_things_differ() -> None:
    ids = [opening_identity(TrackId("a")), opening_identity(TrackId('a"')), song_identity(TrackId("a"))]
    assert len(set(ids)) == 3
