"""One playlist: name and description edited in place, songs dragged into order, removed with undo."""

from __future__ import annotations

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from player.domain.catalogue import Track
from player.domain.ids import PlaylistId, PlaylistItemId
from player.domain.playback import QueueSource
from ui.models.songs import SongModel, rows_of_items
from ui.pages.catalogue_page import CataloguePage
from ui.presenters.playlist import PlaylistPresenter, PlaylistView
from ui.presenters.states import Empty
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import IconButton
from ui.widgets.context import PageContext
from ui.widgets.hero import Hero
from ui.widgets.inline_edit import InlineEdit
from ui.widgets.page import Message
from ui.widgets.plain_label import PlainLabel
from ui.widgets.song_rows import LIST_LOOK
from ui.widgets.song_table import SongTable
from ui.wording import plain

NO_SONGS = Empty(
    "Add the first songs",
    "Find something with Ctrl+L, then drag it onto this playlist at the left, or choose 'Add to playlist' from a "
    "song's menu.",
)


class PlaylistPage(CataloguePage):
    def __init__(self, context: PageContext) -> None:
        self._presenter = PlaylistPresenter(context.core.accounts, self.scope_of(context))
        super().__init__(context, self._presenter)
        self._view: PlaylistView | None = None
        theme = context.theme
        self._hero = Hero(context)
        self._name = InlineEdit(theme, self._hero.name, "Name of the playlist", size=TYPE.heading, limit=200)
        self._description = PlainLabel(theme, role="muted")
        self._describe = InlineEdit(theme, self._description, "Description", size=TYPE.body, limit=500)
        self._figures = PlainLabel(theme, role="muted")
        self._rename = IconButton(theme, "pencil-simple", "Rename this playlist")
        self._delete = IconButton(theme, "trash", "Delete this playlist")
        self._songs = SongModel(self)
        self._table = SongTable(context, self._songs, LIST_LOOK, self._source)
        self._hint = Message(theme)
        self._hint.say("playlist", NO_SONGS.title, NO_SONGS.message)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._hero.kicker.set_text("PLAYLIST")
        self._hero.insert_editor(self._name)
        self._hero.about.setSpacing(SPACE.xs)
        self._hero.about.addWidget(self._describe, 1)
        self._hero.about.addWidget(self._description)
        self._hero.about.addWidget(self._figures, 1)
        self._hero.buttons.addWidget(self._rename)
        self._hero.buttons.addWidget(self._delete)
        self._hero.buttons.addStretch(1)
        for part in (self._hero, self._table, self._hint):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def _connect(self) -> None:
        presenter, songs = self._presenter, self.context.songs
        self.follow(self._table)
        self._hero.play.clicked.connect(lambda: songs.play(self._songs.tracks, 0, self._source()))
        self._hero.shuffle.clicked.connect(lambda: songs.play_shuffled(self._songs.tracks, self._source()))
        self._rename.clicked.connect(self._name.start)
        self._delete.clicked.connect(presenter.delete)
        self._name.finished.connect(lambda name: self._save(name, None))
        self._describe.finished.connect(lambda text: self._save(None, text))
        self._table.rows_moved.connect(self._move)
        self._table.tracks_dropped.connect(presenter.insert)
        self._table.remove_asked.connect(lambda rows: presenter.remove(self._item_ids(rows)))
        presenter.removed.connect(self.context.toasts.show)
        presenter.list_changed.connect(songs.refresh_playlists)
        presenter.deleted.connect(self._on_deleted)
        songs.playlist_edited.connect(self._on_edited)

    def open(self, playlist_id: PlaylistId) -> None:
        self._name.stop()
        self._describe.stop()
        self._presenter.open(playlist_id)

    def rename(self) -> None:
        """Start typing the name: the window calls it for a playlist that was just made."""
        self._name.start()

    def main_table(self) -> SongTable:
        return self._table

    def show_ready(self, view: PlaylistView) -> None:
        self._view = view
        playlist = view.playlist
        self.setAccessibleName(f"Playlist {playlist.name}")
        cover = playlist.cover or next((track.cover for track in view.tracks if track.cover), None)
        self._hero.cover.show_cover(cover, playlist.name)
        self._hero.name.set_text(playlist.name)
        description = plain(playlist.description)
        self._description.set_text(description)
        self._description.setVisible(bool(description) and self._describe.isHidden())
        self._figures.set_text(f"· {view.figures}" if description else view.figures)
        for tool in (self._rename, self._delete):
            tool.setVisible(view.can_edit)
        for pill in (self._hero.play, self._hero.shuffle):
            pill.setVisible(bool(view.items))
        self._name.set_enabled(view.can_edit)
        self._describe.set_enabled(view.can_edit)
        self._table.set_editable(view.can_edit)
        self._table.setVisible(bool(view.items))
        self._hint.setVisible(not view.items)
        self._songs.show_rows(rows_of_items(view.items))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._view is None or not self._view.can_edit:
            return
        menu = QMenu(self)
        self.context.theme.dress_menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction("Rename").triggered.connect(lambda _checked=False: self._name.start())
        menu.addAction("Edit description").triggered.connect(lambda _checked=False: self._describe.start())
        menu.addAction("Delete playlist").triggered.connect(lambda _checked=False: self._presenter.delete())
        menu.popup(event.globalPos())

    def _source(self) -> QueueSource | None:
        return None if self._view is None else self._view.source

    def _save(self, name: str | None, description: str | None) -> None:
        if (view := self._view) is not None:
            playlist = view.playlist
            self._presenter.rename(
                playlist.name if name is None else name, playlist.description if description is None else description
            )

    def _move(self, rows: tuple[int, ...], place: int) -> None:
        self._presenter.move(self._item_ids(rows), None if place >= self._songs.rowCount() else place)
        first = place - sum(1 for row in rows if row < place)
        self._table.select_rows(range(first, first + len(rows)))

    def _item_ids(self, rows: tuple[int, ...]) -> list[PlaylistItemId]:
        return [item_id for row in rows if (item_id := self._songs.row(row).item_id) is not None]

    def _on_edited(self, playlist_id: str) -> None:
        if self._view is not None and self._view.playlist.id == playlist_id:
            self._presenter.reload()

    def _on_deleted(self, view: PlaylistView) -> None:
        name, tracks = view.playlist.name, view.tracks
        self.context.navigator.open_library("playlists")
        self.context.toasts.show(f"Deleted {plain(name, 80)}", lambda: self._make_again(name, tracks))

    def _make_again(self, name: str, tracks: tuple[Track, ...]) -> None:
        self.context.songs.create_playlist(name, tracks, self.context.navigator.open_playlist)
