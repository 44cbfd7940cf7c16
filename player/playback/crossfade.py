"""How long two songs fade into each other. Pure; `Succession` asks."""

from __future__ import annotations

from player.domain.catalogue import Track
from player.playback.loudness import shares_album

LARGEST_PART = 1 / 3  # of the shorter song: more would leave too little of it to itself
SHORTEST_S = 0.5  # below that it is heard as a stumble


def crossfade_s(wanted_s: float, leaving: Track, coming: Track) -> float:
    """0 where the songs follow each other as they are: inside an album, in its order, they were made to."""
    if wanted_s <= 0 or _follows_in_album(leaving, coming):
        return 0.0
    fade_s = min(wanted_s, LARGEST_PART * min(leaving.duration_s, coming.duration_s))
    return fade_s if fade_s >= SHORTEST_S else 0.0


def _follows_in_album(leaving: Track, coming: Track) -> bool:
    """A disc's first song follows the last of the disc before, whichever number that has."""
    if not shares_album(leaving, coming) or leaving.track_number is None or coming.track_number is None:
        return False
    disc_before, disc = leaving.disc_number or 1, coming.disc_number or 1
    if disc == disc_before:
        return coming.track_number == leaving.track_number + 1
    return disc == disc_before + 1 and coming.track_number == 1
