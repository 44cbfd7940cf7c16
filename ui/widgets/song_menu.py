"""The context menus of songs and of cards: the same words in the same order everywhere. GUI thread.

A menu is made when it is asked for and ends with itself. Names from outside get their '&' doubled: a title is never
a mnemonic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from player.domain.catalogue import Album, Artist, Playlist, Track
from player.domain.playback import QueueSource
from ui.widgets.context import PageContext
from ui.wording import plain

NAME_LIMIT = 48


def song_menu(
    context: PageContext,
    parent: QWidget,
    tracks: Sequence[Track],
    source: QueueSource | None,
    *,
    play: Callable[[], None] | None = None,
    remove: Callable[[], None] | None = None,
) -> QMenu:
    """`play` where playing means more than these songs alone; `remove` in a playlist that may be edited."""
    menu = _menu(context, parent)
    songs = context.songs

    def play_all() -> None:
        if play is not None:
            play()
        else:
            songs.play(tracks, 0, source)

    _add(menu, "Play", play_all, "Return")
    _add(menu, "Play next", lambda: songs.enqueue(tracks, is_next=True), "Shift+Return")
    _add(menu, "Add to queue", lambda: songs.enqueue(tracks, is_next=False), "Ctrl+Return")
    menu.addSeparator()
    if songs.capabilities.likes:
        is_liked = all(track.is_liked for track in tracks)
        _add(menu, "Remove like" if is_liked else "Like", lambda: songs.set_liked(tracks, not is_liked))
    if songs.capabilities.playlists_edit:
        _playlist_menu(context, menu, tracks)
    if remove is not None:
        _add(menu, "Remove from this playlist", remove, "Del")
    _go_to(context, menu, tracks)
    return menu


def _playlist_menu(context: PageContext, menu: QMenu, tracks: Sequence[Track]) -> None:
    songs = context.songs
    into = menu.addMenu("Add to playlist")
    _add(into, "New playlist", lambda: _new_playlist(context, tracks))
    if songs.playlists:
        into.addSeparator()
    for playlist in songs.playlists:
        _add(into, _label(playlist.name), partial(songs.add_to_playlist, playlist, tracks))


def _new_playlist(context: PageContext, tracks: Sequence[Track]) -> None:
    songs = context.songs
    songs.create_playlist(songs.new_playlist_name(), tracks, context.navigator.open_playlist)


def _go_to(context: PageContext, menu: QMenu, tracks: Sequence[Track]) -> None:
    if len(tracks) != 1:
        return
    track = tracks[0]
    menu.addSeparator()
    if (album := track.album) is not None:
        _add(menu, "Go to album", lambda: context.navigator.open_album(album.id))
    if len(track.artists) == 1:
        artist = track.artists[0]
        _add(menu, "Go to artist", lambda: context.navigator.open_artist(artist.id))
    elif track.artists:
        artists = menu.addMenu("Go to artist")
        for each in track.artists:
            _add(artists, _label(each.name), partial(context.navigator.open_artist, each.id))


def card_menu(context: PageContext, parent: QWidget, item: Album | Artist | Playlist | Track) -> QMenu:
    if isinstance(item, Track):
        return song_menu(context, parent, [item], QueueSource("song", item.id, item.title))
    menu = _menu(context, parent)
    songs = context.songs
    _add(menu, "Play", lambda: songs.play_item(item))
    _add(menu, "Play next", lambda: songs.enqueue_item(item, is_next=True))
    _add(menu, "Add to queue", lambda: songs.enqueue_item(item, is_next=False))
    menu.addSeparator()
    _add(menu, "Open", lambda: context.open(item))
    if isinstance(item, Album) and item.artists:
        artist = item.artists[0]
        _add(menu, "Go to artist", lambda: context.navigator.open_artist(artist.id))
    return menu


def _menu(context: PageContext, parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    context.theme.dress_menu(menu)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _label(name: str) -> str:
    return plain(name, NAME_LIMIT).replace("&", "&&")


def _add(menu: QMenu, words: str, act: Callable[[], None], keys: str = "") -> None:
    action = menu.addAction(words)
    action.triggered.connect(lambda _checked=False: act())
    if keys:
        # Shown beside the words only: the list itself answers the keys while it has the focus.
        action.setText(f"{words}\t{QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)}")
