"""One album: cover, name, Play, Shuffle, heart and its songs (design/album-dark.png)."""

from __future__ import annotations

from player.domain.ids import AlbumId, TrackId
from player.domain.playback import QueueSource
from ui.models.songs import SongModel, rows_of
from ui.pages.catalogue_page import CataloguePage
from ui.presenters.album import AlbumPresenter, AlbumView
from ui.theme.tokens import SPACE
from ui.widgets.artist_links import ArtistLinks
from ui.widgets.buttons import ToggleIconButton
from ui.widgets.context import PageContext
from ui.widgets.hero import Hero
from ui.widgets.plain_label import PlainLabel
from ui.widgets.song_rows import ALBUM_LOOK
from ui.widgets.song_table import SongTable
from ui.wording import counted


class AlbumPage(CataloguePage):
    def __init__(self, context: PageContext) -> None:
        self._presenter = AlbumPresenter(context.core.accounts, self.scope_of(context))
        super().__init__(context, self._presenter)
        self._view: AlbumView | None = None
        self._hero = Hero(context)
        self._artists = ArtistLinks(context)
        self._figures = PlainLabel(context.theme, role="muted")
        self._hero.about.addWidget(self._artists)
        self._hero.about.addSpacing(SPACE.xs)
        self._hero.about.addWidget(self._figures)
        self._hero.about.addStretch(1)
        self._heart = ToggleIconButton(context.theme, "heart", "Like all songs", icon_on="heart-fill")
        self._hero.buttons.addWidget(self._heart)
        self._hero.buttons.addStretch(1)
        self._songs = SongModel(self, is_numbered_by_row=False)
        self._table = SongTable(context, self._songs, ALBUM_LOOK, self._source)
        self.body.addWidget(self._hero)
        self.body.addWidget(self._table)
        self.body.addStretch(1)
        self._connect()

    def open(self, album_id: AlbumId) -> None:
        self._presenter.open(album_id)

    def main_table(self) -> SongTable:
        return self._table

    def show_ready(self, view: AlbumView) -> None:
        self._view = view
        album = view.detail.album
        self.setAccessibleName(f"Album {album.title}")
        self._hero.cover.show_cover(album.cover, album.title)
        self._hero.kicker.set_text(view.kicker.upper())
        self._hero.name.set_text(album.title)
        self._artists.show_artists(album.artists)
        self._figures.set_text(f"· {view.figures}" if album.artists else view.figures)
        self._songs.show_rows(rows_of(view.tracks))
        self._show_heart()

    def _connect(self) -> None:
        songs = self.context.songs
        self.follow(self._table)
        self._hero.play.clicked.connect(self._play)
        self._hero.shuffle.clicked.connect(lambda: songs.play_shuffled(self._songs.tracks, self._source()))
        self._heart.clicked.connect(lambda on: songs.set_liked(self._songs.tracks, on))
        songs.liked_changed.connect(self._on_liked)

    def _source(self) -> QueueSource | None:
        return None if self._view is None else self._view.source

    def _play(self) -> None:
        self.context.songs.play(self._songs.tracks, 0, self._source())

    def _on_liked(self, _ids: frozenset[TrackId], _is_liked: bool) -> None:
        self._show_heart()

    def _show_heart(self) -> None:
        tracks = self._songs.tracks
        self._heart.setVisible(self.context.songs.capabilities.likes and bool(tracks))
        self._heart.show_on(bool(tracks) and all(track.is_liked for track in tracks))
        self._heart.rename(f"Like all {counted(len(tracks), 'song')}")
