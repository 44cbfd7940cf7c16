"""Small music files for tests, written by PyAV and tagged by mutagen: every format the backend takes, in a blink.

The signal is deterministic and broadband (a chord over soft noise), so that a sample-by-sample comparison notices a
lost, doubled or misplaced stretch at once; silence or one sine would hide it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import av
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.oggopus
import mutagen.oggvorbis
import mutagen.wave
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_CODECS = {
    ".flac": ("flac", "s16"),
    ".mp3": ("libmp3lame", "fltp"),
    ".ogg": ("vorbis", "fltp"),
    ".opus": ("libopus", "flt"),
    ".m4a": ("aac", "fltp"),
    ".wav": ("pcm_s16le", "s16"),
}
FORMATS = tuple(_CODECS)
_CHUNK = 65_536


def tone(seconds: float, *, seed: int = 0, rate: int = 44_100, channels: int = 2) -> NDArray[np.float32]:
    """Shape (samples, channels), peak near -6 dBFS, the same for the same arguments on every machine."""
    count = round(seconds * rate)
    random = np.random.default_rng(seed)
    at_s = np.arange(count) / rate
    root_hz = 110.0 * 2 ** (seed % 12 / 12)
    columns = []
    for channel in range(channels):
        chord = sum(np.sin(2 * np.pi * root_hz * ratio * at_s + channel) for ratio in (1.0, 1.25, 1.5, 2.0, 5.03))
        swell = 0.75 + 0.25 * np.sin(2 * np.pi * 0.7 * at_s + channel)
        columns.append(0.08 * chord * swell + 0.02 * random.standard_normal(count))
    return np.stack(columns, axis=1).clip(-0.99, 0.99).astype(np.float32)


def write_song(
    path: Path,
    *,
    title: str | None,
    artist: str | list[str] | None = None,
    album: str | None = None,
    album_artist: str | None = None,
    seconds: float = 6.0,
    seed: int = 1,
    rate: int = 44_100,
    channels: int = 2,
    track_number: int | str | None = None,
    disc_number: int | None = None,
    year: int | str | None = None,
    genre: str | None = None,
    cover: bytes | None = None,
    samples: NDArray[np.float32] | None = None,
) -> Path:
    """Writes one song, its format named by the suffix; `samples` (samples, channels) replaces the tone. `title` of
    None leaves the file untagged. Opus is always 48,000 Hz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix.lower()
    rate = 48_000 if suffix == ".opus" else rate
    signal = tone(seconds, seed=seed, rate=rate, channels=channels) if samples is None else samples
    _encode(path, signal, rate)
    if title is None:
        return path
    artists = [artist] if isinstance(artist, str) else list(artist or [])
    fields: dict[str, list[str]] = {"title": [title]}
    for name, value in (
        ("artist", artists),
        ("album", album),
        ("albumartist", album_artist),
        ("tracknumber", track_number),
        ("discnumber", disc_number),
        ("date", year),
        ("genre", genre),
    ):
        if value:
            fields[name] = [str(part) for part in value] if isinstance(value, list) else [str(value)]
    _tag(path, fields, cover)
    return path


def cover_png(colour: tuple[int, int, int] = (40, 90, 160), size: int = 300) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(stream, "PNG")
    return stream.getvalue()


LYRICS = """[ti:Harbour]
[00:00.50]First light on the harbour
[00:02.00][00:05.00]Hold the line
[00:03.50]The tide is turning
"""


def make_library(folder: Path, *, seconds: float = 6.0) -> Path:
    """Three artists, four albums, eight songs in every format, lyrics beside one, and one file that is no music."""
    lowlands, kestrel, winters = "The Lowlands", "Kestrel", "Nine Winters"
    songs: list[tuple[str, dict[str, Any]]] = [
        ("lowlands/01 Harbour.flac", {"title": "Harbour", "artist": lowlands, "album": "Night Ferry"}),
        ("lowlands/02 Salt.flac", {"title": "Salt", "artist": lowlands, "album": "Night Ferry"}),
        ("lowlands/03 Vær.mp3", {"title": "Vær", "artist": lowlands, "album": "Night Ferry"}),
        (
            "kestrel/01 Updraft.ogg",
            {"title": "Updraft", "artist": kestrel, "album": "Thermals", "genre": "Electronic"},
        ),
        ("kestrel/02 Hover.opus", {"title": "Hover", "artist": kestrel, "album": "Thermals", "genre": "Electronic"}),
        ("kestrel/late/Stoop.m4a", {"title": "Stoop", "artist": kestrel, "album": "Late Flights", "year": 2021}),
        ("winters/Ásgarð.wav", {"title": "Ásgarð", "artist": [winters, kestrel], "album": "Snow Line", "year": 1998}),
        ("winters/Drift.flac", {"title": "Drift", "artist": winters, "album": "Snow Line", "year": 1998}),
    ]
    for number, (name, tags) in enumerate(songs, start=1):
        given: dict[str, Any] = {
            "seconds": seconds,
            "seed": number,
            "track_number": number,
            "year": 2019,
            "genre": "Folk",
        } | tags
        given.setdefault("album_artist", winters if tags["album"] == "Snow Line" else None)
        if number == 1:
            given["cover"] = cover_png()
        write_song(folder / name, **given)
    (folder / "lowlands/01 Harbour.lrc").write_text(LYRICS, encoding="utf-8")
    (folder / "broken.mp3").write_bytes(b"this is not music at all" * 50)
    return folder


def decode(path: Path, rate: int | None = None) -> NDArray[np.float32]:
    """The whole file decoded from its start, (samples, channels), resampled only when `rate` is given."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", rate=rate)
        parts = [out.to_ndarray() for frame in container.decode(stream) for out in resampler.resample(frame)]
        parts += [out.to_ndarray() for out in resampler.resample(None)]
    return np.concatenate(parts, axis=1).T.astype(np.float32)


def _encode(path: Path, signal: NDArray[np.float32], rate: int) -> None:
    codec, sample_format = _CODECS[path.suffix.lower()]
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[signal.shape[1]]
    with av.open(str(path), "w") as container:
        # FFmpeg's own Vorbis encoder calls itself experimental; it is the one that PyAV's wheels hold
        stream = cast(av.AudioStream, container.add_stream(codec, rate=rate, options={"strict": "experimental"}))
        stream.layout = layout
        stream.format = sample_format
        if codec not in ("flac", "pcm_s16le"):
            stream.bit_rate = 160_000
        for frame in _frames(signal, sample_format, layout, rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _frames(signal: NDArray[np.float32], sample_format: str, layout: str, rate: int) -> Iterator[av.AudioFrame]:
    for start in range(0, len(signal), _CHUNK):
        part = signal[start : start + _CHUNK]
        if sample_format == "s16":
            data: NDArray[Any] = np.round(part * 32767).astype(np.int16).reshape(1, -1)
        elif sample_format == "flt":
            data = part.reshape(1, -1)
        else:
            data = part.T
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(data), format=sample_format, layout=layout)
        frame.sample_rate = rate
        frame.pts = start
        yield frame


_ID3: dict[str, Any] = {
    "title": mutagen.id3.TIT2,
    "artist": mutagen.id3.TPE1,
    "album": mutagen.id3.TALB,
    "albumartist": mutagen.id3.TPE2,
    "tracknumber": mutagen.id3.TRCK,
    "discnumber": mutagen.id3.TPOS,
    "date": mutagen.id3.TDRC,
    "genre": mutagen.id3.TCON,
}
_MP4 = {"title": "©nam", "artist": "©ART", "album": "©alb", "albumartist": "aART", "date": "©day", "genre": "©gen"}


def _tag(path: Path, fields: dict[str, list[str]], cover: bytes | None) -> None:
    suffix = path.suffix.lower()
    if suffix in (".mp3", ".wav"):
        _tag_id3(mutagen.mp3.MP3(path) if suffix == ".mp3" else mutagen.wave.WAVE(path), fields, cover)
    elif suffix == ".m4a":
        _tag_mp4(mutagen.mp4.MP4(path), fields, cover)
    else:
        kind: dict[str, Any] = {
            ".flac": mutagen.flac.FLAC,
            ".ogg": mutagen.oggvorbis.OggVorbis,
            ".opus": mutagen.oggopus.OggOpus,
        }
        _tag_comments(kind[suffix](path), fields, cover)


def _tag_id3(file: Any, fields: dict[str, list[str]], cover: bytes | None) -> None:
    if file.tags is None:
        file.add_tags()
    for name, values in fields.items():
        file.tags.add(_ID3[name](encoding=3, text=values))
    if cover:
        file.tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=cover))
    file.save()


def _tag_mp4(file: Any, fields: dict[str, list[str]], cover: bytes | None) -> None:
    for name, values in fields.items():
        if name in _MP4:
            file[_MP4[name]] = values
        else:
            file[{"tracknumber": "trkn", "discnumber": "disk"}[name]] = [(int(values[0].split("/")[0]), 0)]
    if cover:
        file["covr"] = [mutagen.mp4.MP4Cover(cover, mutagen.mp4.MP4Cover.FORMAT_PNG)]
    file.save()


def _tag_comments(file: Any, fields: dict[str, list[str]], cover: bytes | None) -> None:
    for name, values in fields.items():
        file[name] = values
    if cover:
        picture = mutagen.flac.Picture()
        picture.type, picture.mime, picture.data = 3, "image/png", cover
        if isinstance(file, mutagen.flac.FLAC):
            file.add_picture(picture)
        else:
            file["metadata_block_picture"] = [base64.b64encode(picture.write()).decode("ascii")]
    file.save()
