"""One artist: the most played songs and the releases. Made by ArtistPage."""

from __future__ import annotations

from dataclasses import dataclass

from player.domain.catalogue import ArtistDetail
from player.domain.ids import ArtistId
from player.domain.playback import QueueSource
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Ready
from ui.wording import counted, dotted, plain


@dataclass(frozen=True, slots=True)
class ArtistView:
    detail: ArtistDetail
    figures: str

    @property
    def source(self) -> QueueSource:
        return QueueSource("artist", self.detail.artist.id, self.detail.artist.name)


class ArtistPresenter(PagePresenter):
    _artist: ArtistId | None = None

    def open(self, artist_id: ArtistId) -> None:
        self._artist = artist_id
        self._fetch(lambda service: service.artist(artist_id), _ready, "this artist")

    def reload(self) -> None:
        if (artist_id := self._artist) is not None:
            self._fetch(lambda service: service.artist(artist_id), _ready, "this artist", keeps=True)


def _ready(detail: ArtistDetail) -> Ready[ArtistView]:
    artist = detail.artist
    figures = dotted(
        counted(artist.album_count, "release"),
        counted(artist.track_count, "song"),
        plain(", ".join(artist.genres[:3]), 80) or None,
    )
    return Ready(ArtistView(detail, figures))
