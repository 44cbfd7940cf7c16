"""The names of artists as links to their pages: 'The Lowlands, Mira Vance'. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from player.domain.catalogue import ArtistRef
from ui.theme.tokens import TYPE
from ui.widgets.buttons import ThemedButton
from ui.widgets.context import PageContext
from ui.widgets.plain_label import PlainLabel
from ui.wording import plain

MOST = 4
NAME_LIMIT = 40


class ArtistLinks(QWidget):
    """At most four names; an album by more is by 'and others'."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._shown: tuple[ArtistRef, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)

    def show_artists(self, artists: Sequence[ArtistRef]) -> None:
        if tuple(artists) == self._shown:
            return
        self._shown = tuple(artists)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for place, artist in enumerate(artists[:MOST]):
            if place:
                self._row.addWidget(PlainLabel(self._context.theme, ", ", role="muted"))
            self._row.addWidget(self._link(artist))
        if len(artists) > MOST:
            self._row.addWidget(PlainLabel(self._context.theme, " and others", role="muted"))

    def _link(self, artist: ArtistRef) -> ThemedButton:
        name = plain(artist.name, NAME_LIMIT)
        link = ThemedButton(self._context.theme, "name", text=name, name=f"Go to {name}", size=TYPE.body)
        link.clicked.connect(partial(self._open, artist))
        return link

    def _open(self, artist: ArtistRef, _checked: bool = False) -> None:
        self._context.navigator.open_artist(artist.id)
