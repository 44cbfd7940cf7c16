"""Which songs fade into each other, and how long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from player.domain.catalogue import Track
from player.playback.crossfade import crossfade_s
from tests.unit.player.playback.songs import track


def on_album(number: int | None, disc: int | None = None, album: str = "A") -> Track:
    return replace(track(f"{disc}-{number}", seconds=200.0, album=album), track_number=number, disc_number=disc)


SINGLE = track("s", seconds=200.0)


@pytest.mark.parametrize(
    ("leaving", "coming", "expected_s"),
    [
        (SINGLE, on_album(1), 8.0),
        (on_album(1), on_album(2), 0.0),
        (on_album(1), on_album(3), 8.0),  # an album, but not in its order
        (on_album(2), on_album(1), 8.0),
        (on_album(9, disc=1), on_album(1, disc=2), 0.0),
        (on_album(9, disc=1), on_album(10, disc=2), 8.0),
        (on_album(1), on_album(2, album="B"), 8.0),
        (on_album(None), on_album(None), 8.0),
    ],
)
def test_an_album_in_its_order_follows_as_it_was_made(leaving: Track, coming: Track, expected_s: float) -> None:
    assert crossfade_s(8.0, leaving, coming) == expected_s
    assert crossfade_s(0.0, leaving, coming) == 0.0


@pytest.mark.parametrize(("seconds", "expected_s"), [(9.0, 3.0), (36.0, 12.0), (1.2, 0.0)])
def test_a_fade_takes_a_third_of_the_shorter_song_at_most(seconds: float, expected_s: float) -> None:
    short = track("short", seconds=seconds)
    assert crossfade_s(12.0, short, SINGLE) == pytest.approx(expected_s)
    assert crossfade_s(12.0, SINGLE, short) == pytest.approx(expected_s)
