"""Writes the demo library into a folder, album by album, as tagged FLAC with lyrics beside. Called by `service.py`
on a job thread. Each file appears whole; those that are there are left alone, so an interrupted run goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import mutagen.flac
import numpy as np

from server.demo.band import Stereo
from server.demo.covers import SIDE_PX, draw
from server.demo.instruments import RATE
from server.demo.repertoire import ALBUMS, DemoAlbum, DemoSong
from server.demo.styles import perform
from server.jobs import StopSignal

_PCM_SCALE = 32767
_FRAME = 1 << 16
_FIRST_LINE_BAR = 4
_BARS_A_LINE = 2


def write_library(folder: Path, stop: StopSignal) -> Iterator[tuple[int, int]]:
    """(songs there are, songs in all) after each that was made."""
    total = sum(len(album.songs) for album in ALBUMS)
    done = 0
    for seed, album in enumerate(ALBUMS):
        place = folder / album.artist / album.title
        missing = [n for n in range(len(album.songs)) if not _song_path(place, album, n).exists()]
        done += len(album.songs) - len(missing)
        if not missing:
            continue
        place.mkdir(parents=True, exist_ok=True)
        cover = draw(album.cover, album.ground, album.figure, seed=seed)
        for number, samples in _performances(album, missing):
            if stop.is_set():
                return
            _write(_song_path(place, album, number), album, number, samples, cover)
            done += 1
            yield done, total


def _song_path(place: Path, album: DemoAlbum, number: int) -> Path:
    return place / f"{number + 1:02d} {album.songs[number].title}.flac"


def _performances(album: DemoAlbum, numbers: list[int]) -> Iterator[tuple[int, Stereo]]:
    if not album.is_continuous:
        for number in numbers:
            yield number, perform(album.songs[number].score)
        return
    whole = _continuous(album)
    cuts = np.cumsum([0, *(round(song.score.seconds * RATE) for song in album.songs)])
    for number in numbers:
        yield number, whole[cuts[number] : cuts[number + 1]]


def _continuous(album: DemoAlbum) -> Stereo:
    """One performance over all songs: their chords in turn, the cuts wherever they fall."""
    scores = [song.score for song in album.songs]
    chords = tuple(degree for score in scores for degree in score.chords * 4)
    return perform(replace(scores[0], seconds=sum(score.seconds for score in scores), chords=chords))


def _write(path: Path, album: DemoAlbum, number: int, samples: Stereo, cover: bytes) -> None:
    song = album.songs[number]
    part = path.with_name(f".{path.name}")  # hidden: the scan does not see half a file
    _encode(part, samples)
    _tag(part, album, number, cover)
    if song.lyrics:
        path.with_suffix(".lrc").write_text(lyrics_of(song), encoding="utf-8")
    part.replace(path)


def _encode(path: Path, samples: Stereo) -> None:
    pcm = np.round(samples * _PCM_SCALE).astype(np.int16)
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, options={"compression_level": "3"})
        stream.layout = "stereo"
        stream.format = "s16"
        for start in range(0, len(pcm), _FRAME):
            frame = av.AudioFrame.from_ndarray(
                pcm[start : start + _FRAME].reshape(1, -1), format="s16", layout="stereo"
            )
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _tag(path: Path, album: DemoAlbum, number: int, cover: bytes) -> None:
    file = mutagen.flac.FLAC(path)
    file["title"] = album.songs[number].title
    file["artist"] = file["albumartist"] = album.artist
    file["album"] = album.title
    file["tracknumber"] = f"{number + 1}/{len(album.songs)}"
    file["date"] = str(album.year)
    file["genre"] = album.genre
    picture = mutagen.flac.Picture()
    picture.type, picture.mime, picture.data = 3, "image/jpeg", cover
    picture.width = picture.height = SIDE_PX
    file.add_picture(picture)
    file.save()


def lyrics_of(song: DemoSong) -> str:
    """A line every two bars, where the melody's phrases begin; the verse comes again while the song lasts."""
    bar_s = song.score.beat_s * 4
    lines = []
    for number in range(1000):
        at_s = (_FIRST_LINE_BAR + number * _BARS_A_LINE) * bar_s
        if at_s > song.score.seconds - 2 * bar_s:
            break
        minutes, seconds = divmod(at_s, 60)
        lines.append(f"[{int(minutes):02d}:{seconds:05.2f}]{song.lyrics[number % len(song.lyrics)]}")
    return "\n".join([f"[ti:{song.title}]", *lines]) + "\n"
