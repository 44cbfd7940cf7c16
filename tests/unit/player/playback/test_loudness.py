"""The gain of one song, from what was measured of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from player.domain.catalogue import Loudness, Track
from player.playback.loudness import LoudnessMode, gain_db
from tests.unit.player.playback.songs import track

MEASURED = Loudness(track_lufs=-9.0, track_peak_dbtp=-0.3, album_lufs=-11.0, album_peak_dbtp=-0.1)
A1 = replace(track("1", album="A"), loudness=MEASURED)
A2, B, SINGLE = track("2", album="A"), track("3", album="B"), track("4")


@pytest.mark.parametrize(
    ("mode", "before", "after", "expected_db"),
    [
        (LoudnessMode.OFF, None, A2, 0.0),
        (LoudnessMode.SONG, None, A2, -9.0),
        (LoudnessMode.ALBUM, B, None, -7.0),
        (LoudnessMode.AUTO, None, A2, -7.0),
        (LoudnessMode.AUTO, A2, B, -7.0),
        (LoudnessMode.AUTO, B, SINGLE, -9.0),
        (LoudnessMode.AUTO, None, None, -9.0),
    ],
)
def test_auto_keeps_an_albums_own_differences(
    mode: LoudnessMode, before: Track | None, after: Track | None, expected_db: float
) -> None:
    assert gain_db(mode, -18.0, A1, before, after) == pytest.approx(expected_db)


def test_songs_without_an_album_share_none() -> None:
    first = replace(SINGLE, loudness=MEASURED)
    assert gain_db(LoudnessMode.AUTO, -18.0, first, track("5"), None) == pytest.approx(-9.0)


@pytest.mark.parametrize(
    ("lufs", "peak_dbtp", "target_lufs", "expected_db"),
    [
        (-20.0, -8.0, -14.0, 6.0),
        (-20.0, -2.0, -14.0, 2.0),  # no further than the peak allows
        (-20.0, None, -14.0, 0.0),  # an unknown peak is taken for full scale
        (-20.0, None, -23.0, -3.0),
        (-8.0, 1.5, -8.0, -1.5),
        (None, -3.0, -14.0, 0.0),
    ],
)
def test_a_gain_never_lifts_the_peak_over_full_scale(
    lufs: float | None, peak_dbtp: float | None, target_lufs: float, expected_db: float
) -> None:
    song = replace(SINGLE, loudness=Loudness(track_lufs=lufs, track_peak_dbtp=peak_dbtp))
    assert gain_db(LoudnessMode.SONG, target_lufs, song, None, None) == pytest.approx(expected_db)


@pytest.mark.parametrize(
    ("mode", "loudness"),
    [
        (LoudnessMode.ALBUM, Loudness(track_lufs=-9.0, track_peak_dbtp=-0.3)),
        (LoudnessMode.SONG, Loudness(album_lufs=-9.0, album_peak_dbtp=-0.3)),
    ],
)
def test_what_was_not_measured_is_taken_from_what_was(mode: LoudnessMode, loudness: Loudness) -> None:
    song = replace(SINGLE, loudness=loudness)
    assert gain_db(mode, -14.0, song, None, None) == pytest.approx(-5.0)
