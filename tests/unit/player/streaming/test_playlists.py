"""What a playlist may say, and every way in which a hostile one is refused."""

from __future__ import annotations

import pytest

from player.errors import ProtocolError
from player.streaming.playlists import MAX_PLAYLIST_BYTES, MAX_SEGMENTS, ByteRange, origin, parse_master, parse_media

URL = "https://music.example/api/v1/songs/7/stream?x=1"
MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-STREAM-INF:BANDWIDTH=150000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"
/media/7/128/index.m3u8?sig=a
#EXT-X-STREAM-INF:BANDWIDTH=30000,AVERAGE-BANDWIDTH=24000,CODECS="mp4a.40.2"
/media/7/24/index.m3u8?sig=a
"""
MEDIA = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-SEGUE-SAMPLES:300000
#EXT-X-SEGUE-PRIMING:1024
#EXT-X-MAP:URI="init.mp4?sig=a"
#EXTINF:3.993832,
0.m4s?sig=a
#EXTINF:2.832290,
1.m4s?sig=a
#EXT-X-ENDLIST
"""
MEDIA_URL = "https://music.example/media/7/24/index.m3u8?sig=a"


def test_renditions_stand_slowest_first_with_their_addresses() -> None:
    master = parse_master(MASTER, URL)
    assert [rendition.kbps for rendition in master.renditions] == [24, 128]
    assert master.renditions[1].peak_bps == 150_000
    assert master.urls[0] == "https://music.example/media/7/24/index.m3u8?sig=a"
    assert master.frame_samples == 1024


def test_a_media_playlist_is_resolved_and_timed() -> None:
    media = parse_media(MEDIA, MEDIA_URL)
    assert media.init.url == "https://music.example/media/7/24/init.mp4?sig=a"
    assert [address.url[-11:] for address in media.segments] == ["0.m4s?sig=a", "1.m4s?sig=a"]
    assert media.durations_s == (3.993832, 2.832290)
    assert (media.sample_count, media.priming) == (300_000, 1024)


def test_foreign_playlists_have_no_tags_of_ours() -> None:
    text = "\n".join(line for line in MEDIA.splitlines() if "SEGUE" not in line)
    media = parse_media(text, MEDIA_URL)
    assert media.sample_count is None
    assert media.priming is None


def test_byte_ranges_follow_one_another() -> None:
    text = MEDIA.replace("#EXTINF:3", "#EXT-X-BYTERANGE:100@50\n#EXTINF:3").replace("0.m4s", "all.m4s")
    text = text.replace("#EXTINF:2", "#EXT-X-BYTERANGE:70\n#EXTINF:2").replace("1.m4s", "all.m4s")
    media = parse_media(text, MEDIA_URL)
    assert [address.byte_range for address in media.segments] == [ByteRange(50, 100), ByteRange(150, 70)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("#EXTM3U", "<html>", "sign-in page"),
        ("/media/7/24/", "https://evil.example/", "another host"),
        ("/media/7/24/", "file:///etc/", "address"),
        ("/media/7/24/", "//music.example:444/", "another host"),
        ("/media/7/24/", "http://music.example/", "another host"),
        ("BANDWIDTH=30000", "BANDWIDTH=abc", "cannot be read"),
        ("BANDWIDTH=30000,AVERAGE-BANDWIDTH=24000", "BANDWIDTH=1,AVERAGE-BANDWIDTH=1", "BANDWIDTH"),
        ("mp4a.40.2", "avc1.64001f", "does not play"),
        (MASTER, "#EXTM3U\n", "another kind"),
        (MASTER, MEDIA, "another kind"),
        (MASTER, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=30000\na.m3u8\n" * 40, "over 32"),
    ],
)
def test_a_wrong_master_playlist_is_refused_with_the_reason(old: str, new: str, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        parse_master(MASTER.replace(old, new), URL)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("3.993832", "-1", "sane"),
        ("3.993832", "nan", "sane"),
        ("3.993832", "1e9", "sane"),
        ("3.993832", "abc", "cannot be read"),
        ("#EXT-X-ENDLIST", "", "no end"),
        ('#EXT-X-MAP:URI="init.mp4?sig=a"\n', "", "init"),
        ("1.m4s", "http://169.254.169.254/1.m4s", "another host"),
        ("init.mp4", "https://evil.example/init.mp4", "another host"),
        ("#EXTINF:2", "#EXT-X-DISCONTINUITY\n#EXTINF:2", "discontinuity"),
        ("#EXTINF:3", '#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:3', "decryption"),
        ("#EXTINF:3", "#EXT-X-BYTERANGE:0@0\n#EXTINF:3", "byte range"),
        (MEDIA, MASTER, "another kind"),
        (MEDIA, "#EXTM3U\n#EXT-X-ENDLIST\n", "no segments"),
    ],
)
def test_a_wrong_media_playlist_is_refused_with_the_reason(old: str, new: str, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        parse_media(MEDIA.replace(old, new), MEDIA_URL)


def test_size_and_length_are_bounded() -> None:
    with pytest.raises(ProtocolError, match="larger"):
        parse_media(MEDIA + "#" * MAX_PLAYLIST_BYTES, MEDIA_URL)
    with pytest.raises(ProtocolError, match=f"over {MAX_SEGMENTS}"):
        parse_media(
            MEDIA.replace("#EXT-X-ENDLIST", "#EXTINF:4,\nx.m4s\n" * MAX_SEGMENTS + "#EXT-X-ENDLIST"), MEDIA_URL
        )


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://a.example/x") == origin("https://a.example:443/")
    assert origin("http://a.example") == ("http", "a.example", 80)
    for wrong in ("file:///etc/passwd", "ftp://a", "http://", "javascript:1"):
        with pytest.raises(ValueError, match="scheme"):
            origin(wrong)
