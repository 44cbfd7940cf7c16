"""Albums, artists, playlists, songs and genres as cards of a shelf or grid. Filled by pages in the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from player.domain.catalogue import Album, Artist, Cover, Genre, Playlist, Track
from ui.wording import album_kind, counted, dotted, plain

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
CardItem = Album | Artist | Playlist | Track | Genre


class CardRole(IntEnum):
    CARD = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows; `item` is what it stands for."""

    item: CardItem
    title: str
    subtitle: str
    cover: Cover | None
    is_round: bool = False


def card_of(item: CardItem, *, on_artist_page: bool = False) -> Card:
    """On an artist's own page an album says its year and kind instead of the artist's name again."""
    match item:
        case Album():
            about = dotted(str(item.year) if item.year else None, album_kind(item.kind))
            return Card(item, plain(item.title), about if on_artist_page else plain(item.artist_line), item.cover)
        case Artist():
            return Card(item, plain(item.name), "Artist", item.cover, is_round=True)
        case Playlist():
            about = plain(item.description, 120) or counted(item.track_count, "song")
            return Card(item, plain(item.name), about, item.cover)
        case Track():
            return Card(item, plain(item.title), plain(item.artist_line), item.cover)
        case Genre():
            return Card(item, plain(item.name), counted(item.track_count, "song"), None)


def kind_of(item: CardItem) -> str:
    """One word, for a second line that must say what this is."""
    match item:
        case Album():
            return album_kind(item.kind)
        case Artist():
            return "Artist"
        case Playlist():
            return "Playlist"
        case Track():
            return "Song"
        case Genre():
            return "Genre"


class CardModel(QAbstractListModel):
    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[Card] = []
        self._has_more = False
        self._is_asking = False

    def show_cards(self, cards: Sequence[Card], *, has_more: bool = False) -> None:
        self._has_more, self._is_asking = has_more, False
        if list(cards) == self._cards:
            return
        self.beginResetModel()
        self._cards = list(cards)
        self.endResetModel()

    def append(self, cards: Sequence[Card], *, has_more: bool) -> None:
        self._has_more, self._is_asking = has_more, False
        if cards:
            first = len(self._cards)
            self.beginInsertRows(NOWHERE, first, first + len(cards) - 1)
            self._cards.extend(cards)
            self.endInsertRows()

    def card(self, row: int) -> Card:
        return self._cards[row]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._cards):
            return None
        card = self._cards[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return card.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{card.title}, {card.subtitle}" if card.subtitle else card.title
            case CardRole.CARD:
                return card
        return None

    def roleNames(self) -> dict[int, QByteArray]:
        return {**super().roleNames(), CardRole.CARD: QByteArray(b"card")}

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.NoItemFlags
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemNeverHasChildren

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more and not self._is_asking

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._is_asking = True
            self.more_wanted.emit()
