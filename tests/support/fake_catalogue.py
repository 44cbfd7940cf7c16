"""A small invented catalogue for tests: 4 artists, 5 albums, 26 songs. Titles reach for what trips code up:
diacritics, points inside a word, a long one. Frozen, the same at every call; used by `fake_service`."""

from __future__ import annotations

from dataclasses import dataclass

from player.domain.catalogue import Album, AlbumRef, Artist, ArtistRef, Cover, Loudness, Track
from player.domain.ids import AlbumId, ArtistId, CoverId, TrackId


@dataclass(frozen=True)
class Catalogue:
    artists: tuple[Artist, ...]
    albums: tuple[Album, ...]
    tracks: tuple[Track, ...]

    def tracks_of(self, album_id: AlbumId) -> tuple[Track, ...]:
        return tuple(track for track in self.tracks if track.album is not None and track.album.id == album_id)


@dataclass(frozen=True)
class _Record:
    artist: str
    title: str
    year: int
    genre: str
    colour: str
    songs: tuple[tuple[str, float], ...]


RECORDS = (
    _Record("Halden Pier", "Night Ferry", 2021, "Electronic", "#23425f", (
        ("Casting Off", 214.0), ("Harbour Lights", 187.5), ("Night Ferry", 263.2), ("Low Water", 201.0),
        ("Foghorn", 176.4), ("Landfall", 242.9),
    )),
    _Record("Halden Pier", "Slack Tide", 2023, "Electronic", "#5b4a7a", (
        ("Breakwater", 198.2), ("T.N.T.", 154.0), ("Slack Tide", 305.1), ("Møl", 222.2),
    )),
    _Record("Marta Dvořáková", "Zimní světlo", 2018, "Classical", "#8a6f3d", (
        ("Předehra", 131.0), ("Ticho", 248.3), ("Sníh na řece", 281.7), ("Coda", 95.2),
    )),
    _Record("The Paper Kites Club", "Rooftop Sessions", 2020, "Folk", "#4f7a52", (
        ("Copper Kettle", 167.0), ("Letters to Oslo", 203.3), ("Wool and Wire", 189.9),
        ("A Song with a Rather Long Title That No Column Was Ever Wide Enough to Show Whole", 240.0),
        ("Goodbye, Attic", 211.5),
    )),
    _Record("Ósk", "Glass Weather", 2024, "Ambient", "#7fa3a8", (
        ("Rime", 320.4), ("Glass Weather", 287.0), ("Thaw", 298.8), ("Straße", 180.0), ("Meltwater", 344.4),
        ("Sleet", 190.3), ("Clear", 402.7),
    )),
)  # fmt: skip


def build_catalogue() -> Catalogue:
    artists = {
        name: ArtistRef(ArtistId(f"ar_{number}"), name)
        for number, name in enumerate(dict.fromkeys(record.artist for record in RECORDS), 1)
    }
    albums: list[Album] = []
    tracks: list[Track] = []
    for number, record in enumerate(RECORDS, 1):
        album = _album(number, record, artists[record.artist])
        albums.append(album)
        tracks += _tracks(record, album, first=len(tracks))
    return Catalogue(
        artists=tuple(_artist(ref, albums) for ref in artists.values()), albums=tuple(albums), tracks=tuple(tracks)
    )


def _album(number: int, record: _Record, artist: ArtistRef) -> Album:
    return Album(
        id=AlbumId(f"al_{number}"),
        title=record.title,
        artists=(artist,),
        year=record.year,
        genres=(record.genre,),
        cover=Cover(CoverId(f"co_{number}"), record.colour),
        track_count=len(record.songs),
        duration_s=sum(length for _, length in record.songs),
    )


def _tracks(record: _Record, album: Album, first: int) -> list[Track]:
    return [
        Track(
            id=TrackId(f"so_{first + place}"),
            title=title,
            artists=album.artists,
            album=AlbumRef(album.id, album.title),
            duration_s=length,
            track_number=place,
            disc_number=1,
            year=record.year,
            genres=album.genres,
            cover=album.cover,
            has_lyrics=place == 1,
            plays=(37 * (first + place)) % 50,
            loudness=Loudness(-13.0 + place, -1.0, -12.0, -0.5),
        )
        for place, (title, length) in enumerate(record.songs, 1)
    ]


def _artist(ref: ArtistRef, albums: list[Album]) -> Artist:
    own = [album for album in albums if ref in album.artists]
    return Artist(
        id=ref.id,
        name=ref.name,
        cover=own[0].cover,
        album_count=len(own),
        track_count=sum(album.track_count for album in own),
        genres=own[0].genres,
    )
