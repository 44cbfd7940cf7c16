"""Init, grid and layout: what mpv's demuxer is told before the first sample."""

from __future__ import annotations

import io
import struct

import av
import pytest

from player.errors import ProtocolError
from player.streaming.boxes import boxes, child
from player.streaming.init_segment import MAX_INIT_BYTES, patch_init, read_init
from player.streaming.opening import same_grid
from player.streaming.playlists import Address, MediaPlaylist
from player.streaming.song_grid import SongGrid, song_grid
from player.streaming.virtual_mp4 import Layout, slot_bound
from tests.support.media_server import song


def playlist(*durations: float, samples: int | None = None, priming: int | None = 1024) -> MediaPlaylist:
    address = Address("http://a/x")
    return MediaPlaylist(address, (address,) * len(durations), durations, samples, priming)


def test_an_init_tells_rate_channels_and_edit() -> None:
    init = read_init(song(2, 9.7).init)
    assert (init.sample_rate_hz, init.channels, init.edit_start) == (44_100, 2, 1024)
    assert init.defaults.track_number == 1
    assert init.defaults.frame_duration == 1024
    assert init.edit_samples is not None
    assert abs(init.edit_samples - song(2, 9.7).timeline.sample_count) < 44_100 / 1000
    assert read_init(song(3, 5.0, 48_000, 1).init).channels == 1


def test_the_patched_init_skips_the_priming_and_carries_no_tags() -> None:
    known = song(2, 9.7)
    patched = patch_init(read_init(known.init), priming=1024)
    edit = child(patched, b"moov", b"trak", b"edts", b"elst")
    assert struct.unpack(">IIIiHH", edit) == (0, 1, 0, 1024, 1, 0)
    again = read_init(patched)
    assert (again.edit_start, again.edit_samples) == (1024, None)
    assert patch_init(again, priming=1024) == patched
    assert all(inner.kind != b"udta" for inner in boxes(child(patched, b"moov")))
    with av.open(io.BytesIO(patched + b"".join(known.segments[1])), "r") as container:
        assert not [name for name in container.metadata if name.upper().startswith("REPLAYGAIN")]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"mp4a", b"ac-3", "no AAC"),
        (b"mdhd", b"free", "mdhd"),
        (b"trak", b"free", "one track"),
        (b"mvex", b"free", "mvex"),
        (struct.pack(">I", 44_100), struct.pack(">I", 4), "sample rate"),
        (struct.pack(">I", 44_100), struct.pack(">I", 22_050), "time scale"),
    ],
)
def test_a_wrong_init_is_refused(old: bytes, new: bytes, reason: str) -> None:
    data = song(2, 9.7).init
    assert old in data
    with pytest.raises(ProtocolError, match=reason):
        read_init(data.replace(old, new, 1))


def test_an_init_is_bounded() -> None:
    with pytest.raises(ProtocolError, match="empty"):
        read_init(b"")
    with pytest.raises(ProtocolError, match="larger"):
        read_init(bytes(MAX_INIT_BYTES + 1))


def grid() -> SongGrid:
    init = read_init(song(2, 9.7).init)
    return song_grid(playlist(3.993832, 3.993832, 1.0, samples=395_300 - 1024), init, 1024)


def test_decimal_seconds_become_whole_frames() -> None:
    found = grid()
    assert found.starts == (0, 172 * 1024, 344 * 1024)
    assert found.durations[:2] == (172 * 1024, 172 * 1024)
    assert found.durations[2] % 1024 == 0
    assert found.starts[2] + found.durations[2] >= found.sample_count + 1024


def test_positions_and_slots() -> None:
    found = grid()
    assert found.slot_at(0.0) == (0, 1024 / 44_100)
    slot, into_s = found.slot_at(5.0)
    assert slot == 1
    assert found.start_s(1) + into_s == pytest.approx(5.0)
    assert found.slot_at(1e9)[0] == 2
    assert found.slot_at(-1.0)[0] == 0
    assert found.start_s(0) == 0.0
    assert found.start_s(3) == found.sample_count / 44_100
    assert found.duration_s(0) == pytest.approx(3.993832, abs=1e-6)


def test_without_our_tags_the_init_or_the_sum_tells_the_length() -> None:
    init = read_init(song(2, 9.7).init)
    timeline = song(2, 9.7).timeline
    durations = [timeline.samples_of(index) / 44_100 for index in range(timeline.segment_count)]
    by_edit = song_grid(playlist(*durations, priming=None), init, 1024)
    assert by_edit.priming == 1024
    assert abs(by_edit.sample_count - timeline.sample_count) < 44_100 / 1000
    bare = read_init(patch_init(init, priming=1024))
    assert abs(song_grid(playlist(*durations), bare, 1024).sample_count - timeline.sample_count) < 1024


@pytest.mark.parametrize(
    ("durations", "samples"), [((4.0, 4.0), 44_100), ((4.0, 4.0), 10_000_000), ((0.001, 4.0), 176_000)]
)
def test_a_grid_that_contradicts_itself_is_refused(durations: tuple[float, ...], samples: int) -> None:
    with pytest.raises(ProtocolError):
        song_grid(playlist(*durations, samples=samples), read_init(song(2, 9.7).init), 1024)


def test_renditions_must_share_the_grid() -> None:
    reference = playlist(4.0, 2.0, samples=1)
    assert same_grid(playlist(4.0, 2.0, samples=1), reference).durations_s == (4.0, 2.0)
    for other in (playlist(4.0, samples=1), playlist(4.0, 2.5, samples=1)):
        with pytest.raises(ProtocolError, match="cut differently"):
            same_grid(other, reference)
    with pytest.raises(ProtocolError, match="length"):
        same_grid(playlist(4.0, 2.0, samples=2), reference)


def test_slots_lie_one_behind_another_up_to_the_end() -> None:
    layout = Layout(b"init", 44_100, (4096, 2048), (1000, 500))
    kind_at = layout.head.index(b"sidx")
    assert layout.head[:4] == b"init"
    assert struct.unpack_from(">I", layout.head, kind_at - 4)[0] == len(layout.head) - 4
    assert layout.size_bytes == len(layout.head) + 1500
    assert layout.place(len(layout.head)) == (0, 0)
    assert layout.place(len(layout.head) + 1499) == (1, 499)
    whole = b"".join(layout.padding(0, 900, within, 3) for within in range(900, 908))
    assert layout.padding(0, 900, 900, 8) == struct.pack(">I4s", 100, b"free")
    assert len(whole) > 8
    assert layout.padding(0, 900, 990, 100) == bytes(10)
    assert layout.fits(0, 1000)
    assert layout.fits(0, 992)
    assert not layout.fits(0, 995)
    assert not layout.fits(0, 1001)
    assert slot_bound(368_000, 4.0) == 230_000 + 4096
