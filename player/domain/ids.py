"""Ids are opaque strings of the service that gave them; they are never file names."""

from __future__ import annotations

from typing import NewType

TrackId = NewType("TrackId", str)
AlbumId = NewType("AlbumId", str)
ArtistId = NewType("ArtistId", str)
PlaylistId = NewType("PlaylistId", str)
PlaylistItemId = NewType("PlaylistItemId", str)
CoverId = NewType("CoverId", str)
EntryId = NewType("EntryId", int)
"""One place in the queue: the same track queued twice has two entries."""
