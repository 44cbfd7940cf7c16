from __future__ import annotations

import pytest

from player.domain.catalogue import Track
from player.playback.loudness import LoudnessMode, gain_for, target_options
from tests.unit.player.playback.songs import track

A1, A2, B, SINGLE = track("1", album="A"), track("2", album="A"), track("3", album="B"), track("4")


@pytest.mark.parametrize(
    ("mode", "before", "after", "gain"),
    [
        (LoudnessMode.OFF, None, A2, "no"),
        (LoudnessMode.SONG, None, A2, "track"),
        (LoudnessMode.ALBUM, B, None, "album"),
        (LoudnessMode.AUTO, None, A2, "album"),
        (LoudnessMode.AUTO, A2, B, "album"),
        (LoudnessMode.AUTO, B, SINGLE, "track"),
        (LoudnessMode.AUTO, None, None, "track"),
    ],
)
def test_auto_keeps_an_albums_own_differences(
    mode: LoudnessMode, before: Track | None, after: Track | None, gain: str
) -> None:
    assert gain_for(mode, A1, before, after) == gain


def test_songs_without_an_album_share_none() -> None:
    assert gain_for(LoudnessMode.AUTO, SINGLE, track("5"), None) == "track"


@pytest.mark.parametrize(("target", "preamp"), [(-14.0, "4"), (-18.0, "0"), (-23.0, "-5")])
def test_the_target_is_reached_by_the_preamp(target: float, preamp: str) -> None:
    assert target_options(target)["replaygain-preamp"] == preamp
