"""One album with its songs. Made by AlbumPage."""

from __future__ import annotations

from dataclasses import dataclass

from player.domain.catalogue import AlbumDetail, Track
from player.domain.ids import AlbumId
from player.domain.playback import QueueSource
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Ready
from ui.wording import album_kind, counted, dotted, long_time, plain


@dataclass(frozen=True, slots=True)
class AlbumView:
    detail: AlbumDetail
    kicker: str
    """kind, year and genre"""
    figures: str
    """songs and minutes"""
    is_by_many: bool
    """songs by others than the album's artists: the table then names them"""

    @property
    def tracks(self) -> tuple[Track, ...]:
        return self.detail.tracks

    @property
    def source(self) -> QueueSource:
        return QueueSource("album", self.detail.album.id, self.detail.album.title)

    @property
    def is_liked(self) -> bool:
        return bool(self.tracks) and all(track.is_liked for track in self.tracks)


class AlbumPresenter(PagePresenter):
    _album: AlbumId | None = None

    def open(self, album_id: AlbumId) -> None:
        self._album = album_id
        self._fetch(lambda service: service.album(album_id), _ready, "this album")

    def reload(self) -> None:
        if (album_id := self._album) is not None:
            self._fetch(lambda service: service.album(album_id), _ready, "this album", keeps=True)


def _ready(detail: AlbumDetail) -> Ready[AlbumView]:
    album = detail.album
    genre = album.genres[0] if album.genres else None
    kicker = dotted(
        album_kind(album.kind), str(album.year) if album.year else None, plain(genre, 40) if genre else None
    )
    figures = dotted(counted(album.track_count, "song"), long_time(album.duration_s))
    owners = {artist.id for artist in album.artists}
    is_by_many = any(artist.id not in owners for track in detail.tracks for artist in track.artists)
    return Ready(AlbumView(detail, kicker, figures, is_by_many))
