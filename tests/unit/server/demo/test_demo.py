"""The demo library: made whole once by the module's fixture would cost half a minute, so songs are taken singly."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from pathlib import Path

import mutagen.flac
import numpy as np
import pytest
from PIL import Image

from server.demo import library
from server.demo.covers import SIDE_PX, draw
from server.demo.library import lyrics_of, write_library
from server.demo.repertoire import ALBUMS, NIGHT_FERRY, THERMALS
from server.demo.service import SONGS
from server.demo.styles import STYLES, perform
from server.ingest.lyrics import parse
from tests.support.music import decode

_SONGS = [song for album in ALBUMS for song in album.songs]


def test_the_repertoire_is_what_is_promised() -> None:
    assert len(ALBUMS) == 6
    assert len({album.artist for album in ALBUMS}) == 4
    assert len({song.title for song in _SONGS}) == 24 == SONGS
    assert all(45 <= song.score.seconds <= 120 for song in _SONGS)
    assert {album.year // 10 for album in ALBUMS} >= {198, 199, 200, 201, 202}
    assert sum(bool(song.lyrics) for song in _SONGS) >= 6
    assert {song.score.style for song in _SONGS} == set(STYLES)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_is_clean_music(style: str) -> None:
    song = next(song for song in _SONGS if song.score.style == style)
    samples = perform(replace(song.score, seconds=24.0))
    assert np.abs(samples).max() < 10 ** (-1 / 20)
    assert np.abs(samples.mean(axis=0)).max() < 1e-3
    assert np.abs(samples[[0, -1]]).max() < 1e-3  # no click at either end
    rms = 20 * np.log10(samples[44_100 * 4 : 44_100 * 20].std())
    assert song.score.rms_dbfs - 4 < rms < song.score.rms_dbfs + 4
    left, right = samples.T.astype(np.float64)
    assert (left * right).mean() < 0.99 * left.std() * right.std()  # stereo
    short = replace(song.score, seconds=5.0)
    assert np.array_equal(perform(short), perform(short))


def test_a_continuous_album_is_one_piece() -> None:
    songs = tuple(replace(s, score=replace(s.score, seconds=6.0 + 0.137 * n)) for n, s in enumerate(THERMALS.songs))
    album = replace(THERMALS, songs=songs)
    parts = [samples for _, samples in library._performances(album, [0, 1, 2, 3])]
    whole = library._continuous(album)
    assert np.array_equal(np.concatenate(parts), whole)
    joint = len(parts[0])
    assert np.abs(whole[joint - 2000 : joint + 2000]).max() > 0.05, "the cut should fall into sound"


def test_files_are_tagged_drawn_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(NIGHT_FERRY.songs[0], score=replace(NIGHT_FERRY.songs[0].score, seconds=22.0))
    monkeypatch.setattr(library, "ALBUMS", (replace(NIGHT_FERRY, songs=(short,)),))
    never = threading.Event()
    assert list(write_library(tmp_path, never)) == [(1, 1)]
    path = tmp_path / "The Lowlands/Night Ferry/01 Harbour Lights.flac"
    file = mutagen.flac.FLAC(path)
    assert (file["title"], file["album"], file["date"]) == (["Harbour Lights"], ["Night Ferry"], ["2024"])
    with Image.open(io.BytesIO(file.pictures[0].data)) as image:
        assert image.size == (SIDE_PX, SIDE_PX)
    assert len(decode(path)) == 22 * 44_100
    assert path.with_suffix(".lrc").exists()
    written = path.stat().st_mtime_ns
    assert list(write_library(tmp_path, never)) == []
    assert path.stat().st_mtime_ns == written


def test_a_stopped_run_leaves_whole_files_only(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert list(write_library(tmp_path, stop)) == []
    assert not list(tmp_path.rglob("*.flac"))


def test_lyrics_are_synced_within_their_song() -> None:
    for song in _SONGS:
        if song.lyrics:
            parsed = parse(lyrics_of(song))
            assert parsed.is_synced
            assert all(line.start_s is not None and line.start_s < song.score.seconds for line in parsed.lines)
            assert {line.text for line in parsed.lines} <= set(song.lyrics)


def test_covers_are_the_same_each_time_and_differ() -> None:
    pictures = [draw(album.cover, album.ground, album.figure, seed=seed) for seed, album in enumerate(ALBUMS)]
    assert len(set(pictures)) == 6
    assert pictures[0] == draw(ALBUMS[0].cover, ALBUMS[0].ground, ALBUMS[0].figure, seed=0)
