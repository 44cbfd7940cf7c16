"""Loudness as it is heard: songs are measured, played and measured again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from player.domain.catalogue import Loudness, Track
from player.domain.playback import Status
from player.playback.engine_options import EngineConfig, Output
from player.playback.loudness import LoudnessMode
from player.playback.player import PlayerOptions
from server.ingest.loudness import LoudnessMeter, album_loudness
from tests.unit.player.playback.bench import running
from tests.unit.player.playback.fake_streams import FakeStreams
from tests.unit.player.playback.songs import RATE, Pcm, WavStream, from_recording, noise, track

SECONDS = 3.0
LOUD, QUIET, ALONE = noise(SECONDS, seed=1) * 2, noise(SECONDS, seed=2) * 0.7, noise(SECONDS, seed=3)
TARGETS = (-14.0, -18.0, -23.0)


def measured(pcm: Pcm) -> tuple[float, float]:
    """LUFS and dBTP, by the backend's meter, which its own tests hold to EBU's signals."""
    meter = LoudnessMeter(RATE, 2, len(pcm))
    meter.feed(pcm)
    meter.finish()
    return meter.lufs, meter.peak_dbtp


def tracks() -> list[Track]:
    """Two songs of an album and a single."""
    (loud, loud_peak), (quiet, quiet_peak), (alone, alone_peak) = (measured(pcm) for pcm in (LOUD, QUIET, ALONE))
    album = album_loudness([(loud, SECONDS), (quiet, SECONDS)]), max(loud_peak, quiet_peak)
    return [
        replace(track("loud", seconds=SECONDS, album="A"), loudness=Loudness(loud, loud_peak, *album)),
        replace(track("quiet", seconds=SECONDS, album="A"), loudness=Loudness(quiet, quiet_peak, *album)),
        replace(track("alone", seconds=SECONDS), loudness=Loudness(alone, alone_peak)),
    ]


def heard(path: Path, songs: list[Track], mode: LoudnessMode, target_lufs: float) -> list[tuple[float, float]]:
    pcm = {"loud": LOUD, "quiet": QUIET, "alone": ALONE}
    streams = FakeStreams(lambda song: WavStream(pcm[song.id], track_id=song.id))
    options = PlayerOptions(loudness=mode, target_lufs=target_lufs)
    with running(streams, EngineConfig(Output.RECORDING, record_to=path), options) as bench:
        bench.do(bench.player.play(songs))
        bench.until_status(Status.ENDED)
    samples = from_recording(path)
    assert len(samples) == len(songs) * round(SECONDS * RATE)
    return [measured(part) for part in np.split(samples, len(songs))]


@pytest.mark.parametrize("target_lufs", TARGETS)
def test_every_song_is_brought_to_the_target(tmp_path: Path, target_lufs: float) -> None:
    songs = tracks()
    for song, (lufs, peak_dbtp) in zip(
        songs, heard(tmp_path / "s.wav", songs, LoudnessMode.SONG, target_lufs), strict=True
    ):
        before, peak_before = song.loudness.track_lufs, song.loudness.track_peak_dbtp
        assert before is not None
        assert peak_before is not None
        reachable = min(target_lufs, before - peak_before)  # no further than its peak allows
        assert lufs == pytest.approx(reachable, abs=0.1)
        assert peak_dbtp <= 0.1


@pytest.mark.parametrize("mode", [LoudnessMode.ALBUM, LoudnessMode.AUTO])
@pytest.mark.parametrize("target_lufs", TARGETS)
def test_an_album_keeps_its_own_differences(tmp_path: Path, mode: LoudnessMode, target_lufs: float) -> None:
    songs = tracks()
    loud, quiet, alone = heard(tmp_path / "a.wav", songs, mode, target_lufs)
    album_lufs, album_peak = songs[0].loudness.album_lufs, songs[0].loudness.album_peak_dbtp
    assert album_lufs is not None
    assert album_peak is not None
    reachable = min(target_lufs, album_lufs - album_peak)
    assert album_loudness([(loud[0], SECONDS), (quiet[0], SECONDS)]) == pytest.approx(reachable, abs=0.1)
    assert loud[0] - quiet[0] == pytest.approx(20 * np.log10(2 / 0.7), abs=0.1)
    assert alone[0] == pytest.approx(
        min(target_lufs, measured(ALONE)[0] - measured(ALONE)[1]), abs=0.1
    )  # a single counts as its own


def test_off_leaves_every_sample_alone(tmp_path: Path) -> None:
    songs, path = tracks(), tmp_path / "off.wav"
    heard(path, songs, LoudnessMode.OFF, -23.0)
    whole = np.rint(np.concatenate([LOUD, QUIET, ALONE]) * 32_768) / 32_768
    assert np.abs(from_recording(path) - whole).max() <= 1 / 32_768
