"""One artist: Popular and Releases (design/artist-light.png)."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QWidget

from player.domain.catalogue import Track
from player.domain.ids import ArtistId
from player.domain.playback import QueueSource
from ui.models.cards import card_of
from ui.models.songs import SongModel, rows_of
from ui.pages.catalogue_page import CataloguePage
from ui.presenters.artist import ArtistPresenter, ArtistView
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import LinkButton
from ui.widgets.card_shelf import CardShelf
from ui.widgets.context import PageContext
from ui.widgets.hero import Hero
from ui.widgets.plain_label import PlainLabel
from ui.widgets.song_rows import POPULAR_LOOK
from ui.widgets.song_table import SongTable

POPULAR = 5  # rows before "Show all"


class ArtistPage(CataloguePage):
    def __init__(self, context: PageContext) -> None:
        self._presenter = ArtistPresenter(context.core.accounts, self.scope_of(context))
        super().__init__(context, self._presenter)
        self._view: ArtistView | None = None
        self._hero = Hero(context, is_round=True)
        self._figures = PlainLabel(context.theme, role="muted")
        self._hero.about.addWidget(self._figures, 1)
        self._hero.buttons.addStretch(1)
        self._popular = QWidget()
        self._all = LinkButton(context.theme, "Show all", name="Show all popular songs", quiet=True)
        self._all.setCheckable(True)
        self._lay_out_popular()
        self._songs = SongModel(self)
        self._table = SongTable(context, self._songs, POPULAR_LOOK, self._source)
        self._releases = CardShelf(context, "Releases")
        for part in (self._hero, self._popular, self._table, self._releases):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.follow(self._table)
        self.follow(self._releases.list)
        self._all.toggled.connect(self._show_popular)
        self._hero.play.clicked.connect(self._play)
        self._hero.shuffle.clicked.connect(self._shuffle)

    def _lay_out_popular(self) -> None:
        head = QHBoxLayout(self._popular)
        head.setContentsMargins(0, SPACE.s, 0, 0)
        title = PlainLabel(self.context.theme, "Popular", size=TYPE.title, weight=QFont.Weight.DemiBold)
        head.addWidget(title, 1)
        head.addWidget(self._all)

    def open(self, artist_id: ArtistId) -> None:
        self._releases.set_expanded(False)
        self._all.setChecked(False)
        self._presenter.open(artist_id)

    def main_table(self) -> SongTable:
        return self._table

    def show_ready(self, view: ArtistView) -> None:
        self._view = view
        artist, tracks = view.detail.artist, view.detail.top_tracks
        self.setAccessibleName(f"Artist {artist.name}")
        self._hero.cover.show_cover(artist.cover, artist.name)
        self._hero.kicker.set_text("ARTIST")
        self._hero.name.set_text(artist.name)
        self._figures.set_text(view.figures)
        self._show_popular()
        for part in (self._popular, self._table, self._hero.play, self._hero.shuffle):
            part.setVisible(bool(tracks))
        self._releases.show_cards("Releases", [card_of(album, on_artist_page=True) for album in view.detail.albums])
        self._releases.setVisible(bool(view.detail.albums))

    def _show_popular(self, _is_expanded: bool = False) -> None:
        tracks = self._view.detail.top_tracks if self._view is not None else ()
        is_expanded = self._all.isChecked()
        self._all.setText("Show fewer" if is_expanded else "Show all")
        self._all.setVisible(len(tracks) > POPULAR)
        self._songs.show_rows(rows_of(tracks if is_expanded else tracks[:POPULAR]))

    def _tracks(self) -> tuple[Track, ...]:
        """Playing means every popular song, seen or not."""
        return self._view.detail.top_tracks if self._view is not None else ()

    def _source(self) -> QueueSource | None:
        return None if self._view is None else self._view.source

    def _play(self) -> None:
        self.context.songs.play(self._tracks(), 0, self._source())

    def _shuffle(self) -> None:
        self.context.songs.play_shuffled(self._tracks(), self._source())
