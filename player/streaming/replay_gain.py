"""Loudness as mpv takes it: ReplayGain 2.0 tags, whose reference is -18 LUFS. Pure; called when a song is opened."""

from __future__ import annotations

from player.domain.catalogue import Loudness

REFERENCE_LUFS = -18.0
FULL_SCALE = 1.0  # assumed peak where none was measured: mpv then never lifts a song into clipping


def replay_gain_tags(loudness: Loudness) -> tuple[tuple[str, str], ...]:
    """Gain and peak, of the song and of its album; mpv wants both of a pair. Empty while nothing is measured."""
    tags: list[tuple[str, str]] = []
    for kind, lufs, peak_dbtp in (
        ("TRACK", loudness.track_lufs, loudness.track_peak_dbtp),
        ("ALBUM", loudness.album_lufs, loudness.album_peak_dbtp),
    ):
        if lufs is not None:
            peak = FULL_SCALE if peak_dbtp is None else 10.0 ** (peak_dbtp / 20.0)
            tags.append((f"REPLAYGAIN_{kind}_GAIN", f"{REFERENCE_LUFS - lufs:+.2f} dB"))
            tags.append((f"REPLAYGAIN_{kind}_PEAK", f"{peak:.6f}"))
    return tuple(tags)
