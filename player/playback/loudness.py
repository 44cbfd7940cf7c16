"""Evening out loudness: the gain of one song, from what was measured of it when it was taken in. Pure; `Succession`
asks, the engine applies it from the song's first sample on (filters.py)."""

from __future__ import annotations

from enum import StrEnum

from player.domain.catalogue import Loudness, Track

UNMEASURED_PEAK_DBTP = 0.0  # full scale: a song whose peak is not known is never lifted


class LoudnessMode(StrEnum):
    OFF = "off"
    SONG = "song"
    ALBUM = "album"
    AUTO = "auto"


def gain_db(mode: LoudnessMode, target_lufs: float, track: Track, before: Track | None, after: Track | None) -> float:
    """What brings the song to the target, or less where its peak would pass full scale. AUTO keeps an album's own
    differences where a neighbour in the order of play is of the same album, and evens out single songs elsewhere."""
    match mode:
        case LoudnessMode.OFF:
            return 0.0
        case LoudnessMode.SONG:
            is_by_album = False
        case LoudnessMode.ALBUM:
            is_by_album = True
        case LoudnessMode.AUTO:
            is_by_album = shares_album(track, before) or shares_album(track, after)
    lufs, peak_dbtp = _measured(track.loudness, is_by_album=is_by_album)
    if lufs is None:
        return 0.0
    return min(target_lufs - lufs, -(UNMEASURED_PEAK_DBTP if peak_dbtp is None else peak_dbtp))


def shares_album(track: Track, neighbour: Track | None) -> bool:
    return (
        neighbour is not None
        and track.album is not None
        and neighbour.album is not None
        and neighbour.album.id == track.album.id
    )


def _measured(loudness: Loudness, *, is_by_album: bool) -> tuple[float | None, float | None]:
    """Loudness and peak of the album or the song; of the other where the one was not measured."""
    album = loudness.album_lufs, loudness.album_peak_dbtp
    song = loudness.track_lufs, loudness.track_peak_dbtp
    first, second = (album, song) if is_by_album else (song, album)
    return second if first[0] is None else first
