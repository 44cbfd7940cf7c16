from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from player.domain.catalogue import IngestPhase, IngestStatus
from player.errors import NotFound
from player.headless.wanted import Wanted, find, parse_wanted
from tests.support.fake_service import FakeService


def test_kind_and_query_are_read() -> None:
    assert parse_wanted("album: Night Ferry ") == Wanted("album", "Night Ferry")
    assert parse_wanted("song:a:b") == Wanted("song", "a:b")


@pytest.mark.parametrize("text", ["", "album", "album:", "album:  ", "film:x", ":x"])
def test_anything_else_is_refused_with_the_kinds(text: str) -> None:
    with pytest.raises(ValueError, match="song, album, playlist, artist"):
        parse_wanted(text)


def test_each_kind_finds_its_songs() -> None:
    service = FakeService()
    album = service.catalogue.albums[0]
    track = service.catalogue.tracks[0]
    found = asyncio.run(find(service, Wanted("album", album.title)))
    assert found.source.title == album.title
    assert len(found.tracks) == album.track_count
    assert asyncio.run(find(service, Wanted("song", track.title))).tracks[0].title == track.title
    assert asyncio.run(find(service, Wanted("playlist", "Evening trains"))).source.kind == "playlist"
    by_artist = asyncio.run(find(service, Wanted("artist", track.artists[0].name)))
    assert all(track.artists[0] in heard.artists for heard in by_artist.tracks)


def test_no_match_is_not_found() -> None:
    with pytest.raises(NotFound, match="album:nowhere"):
        asyncio.run(find(FakeService(), Wanted("album", "nowhere")))


def test_an_album_waits_for_the_scan_and_a_song_does_not() -> None:
    service = FakeService()
    done = service.ingest
    service.ingest = IngestStatus(IngestPhase.SCANNING, 3, 9, 3, ())
    told: list[IngestStatus] = []

    def hear(status: IngestStatus) -> None:
        told.append(status)
        service.ingest = replace(done, phase=IngestPhase.ANALYSING)

    track = service.catalogue.tracks[0]
    asyncio.run(find(service, Wanted("song", track.title), hear))
    assert told == []
    asyncio.run(find(service, Wanted("album", service.catalogue.albums[0].title), hear))
    assert [status.done for status in told] == [3]
