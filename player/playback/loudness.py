"""Evening out loudness. The virtual MP4 carries ReplayGain keys relative to -18 LUFS; mpv applies them exactly at
the song's boundary, without a filter. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from player.domain.catalogue import Track

REPLAYGAIN_REFERENCE_LUFS = -18
"""the loudness ReplayGain 2.0 keys bring a song to; the target is reached by mpv's preamp on top"""


class LoudnessMode(StrEnum):
    OFF = "off"
    SONG = "song"
    ALBUM = "album"
    AUTO = "auto"


def gain_for(mode: LoudnessMode, track: Track, before: Track | None, after: Track | None) -> str:
    """mpv's `replaygain` for one song. AUTO keeps an album's own differences where a neighbour in the order of
    play is of the same album, and evens out single songs elsewhere."""
    match mode:
        case LoudnessMode.OFF:
            return "no"
        case LoudnessMode.SONG:
            return "track"
        case LoudnessMode.ALBUM:
            return "album"
        case LoudnessMode.AUTO:
            return "album" if _shares_album(track, before) or _shares_album(track, after) else "track"


def _shares_album(track: Track, neighbour: Track | None) -> bool:
    return (
        neighbour is not None
        and track.album is not None
        and neighbour.album is not None
        and neighbour.album.id == track.album.id
    )


def target_options(target_lufs: float) -> Mapping[str, str]:
    """mpv's options that bring ReplayGain's reference to `target_lufs`. `replaygain-clip=no` is the mode that
    lowers the gain where the peak would exceed full scale: mpv's manual up to 0.35 says the opposite of what its
    code does (player/audio.c, compute_replaygain); a test holds the code to it."""
    return {
        "replaygain-preamp": f"{target_lufs - REPLAYGAIN_REFERENCE_LUFS:g}",
        "replaygain-clip": "no",
        "replaygain-fallback": "0",
    }
