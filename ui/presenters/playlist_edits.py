"""What edits do to a playlist's items, so that the page can show them before the service has answered. Pure."""

from __future__ import annotations

from player.domain.catalogue import InsertTracks, MoveItems, PlaylistEdit, PlaylistItem, RemoveItems

Items = tuple[PlaylistItem, ...]


def applied(items: Items, edit: PlaylistEdit) -> Items:
    """As docs/api.md says: positions count before the edit. Inserts show when the service has given them ids."""
    match edit:
        case RemoveItems(item_ids):
            gone = set(item_ids)
            return tuple(item for item in items if item.id not in gone)
        case MoveItems(item_ids, position):
            return _moved(items, set(item_ids), position)
        case InsertTracks():
            return items


def _moved(items: Items, moving: set[str], position: int | None) -> Items:
    place = len(items) if position is None else min(max(position, 0), len(items))
    taken = tuple(item for item in items if item.id in moving)
    before = tuple(item for item in items[:place] if item.id not in moving)
    after = tuple(item for item in items[place:] if item.id not in moving)
    return before + taken + after


def still_possible(items: Items, edit: PlaylistEdit) -> PlaylistEdit | None:
    """The edit as it fits a list that somebody else has changed: None where nothing is left to do."""
    present = {item.id for item in items}
    match edit:
        case RemoveItems(item_ids):
            left = tuple(item_id for item_id in item_ids if item_id in present)
            return RemoveItems(left) if left else None
        case MoveItems(item_ids, position):
            left = tuple(item_id for item_id in item_ids if item_id in present)
            return MoveItems(left, _within(position, items)) if left else None
        case InsertTracks(track_ids, position):
            return InsertTracks(track_ids, _within(position, items))


def _within(position: int | None, items: Items) -> int | None:
    return None if position is None or position > len(items) else position
