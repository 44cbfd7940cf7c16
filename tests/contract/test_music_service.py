"""What every MusicService must do, whoever hosts the music (player/service/port.py). The library differs between
implementations: the tests ask the service what there is and hold its answers against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from player.domain.catalogue import (
    Album,
    Artist,
    InsertTracks,
    MoveItems,
    Page,
    Playlist,
    PlaylistDetail,
    RemoveItems,
    ShelfKind,
    Track,
)
from player.domain.ids import AlbumId, ArtistId, PlaylistId, TrackId
from player.errors import Conflict, NotFound, Rejected
from player.service.port import PlayEvent
from tests.contract.music_services import SUBJECTS, Subject

KINDS = {
    ShelfKind.ALBUMS: Album,
    ShelfKind.ARTISTS: Artist,
    ShelfKind.PLAYLISTS: Playlist,
    ShelfKind.TRACKS: Track,
}


@pytest.fixture(scope="module", params=sorted(SUBJECTS))
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with SUBJECTS[request.param](tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture
def tracks(subject: Subject) -> tuple[Track, ...]:
    found = subject.do(subject.service.tracks()).items
    assert len(found) >= 6
    return found


@pytest.fixture
def playlist(subject: Subject, tracks: tuple[Track, ...]) -> Iterator[PlaylistDetail]:
    """A playlist of the first five songs, removed afterwards."""
    made = subject.do(subject.service.create_playlist("Five", [track.id for track in tracks[:5]]))
    yield made
    now = subject.do(subject.service.playlist(made.playlist.id)).playlist
    subject.do(subject.service.delete_playlist(now.id, version=now.version))


def titles(detail: PlaylistDetail) -> list[str]:
    return [item.track.title for item in detail.items]


# ---- browsing


def test_says_who_listens(subject: Subject) -> None:
    me = subject.do(subject.service.me())
    assert me.id
    assert me.username
    assert me.display_name


def test_pages_hold_every_song_once(subject: Subject, tracks: tuple[Track, ...]) -> None:
    seen: list[TrackId] = []
    cursor: str | None = None
    for _ in range(100):
        page: Page[Track] = subject.do(subject.service.tracks(cursor=cursor, limit=3))
        assert len(page.items) <= 3
        assert page.total in (None, len(tracks))
        seen += [track.id for track in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [track.id for track in tracks]


def test_sorts_by_plays_and_reverses(subject: Subject) -> None:
    plays = [track.plays for track in subject.do(subject.service.tracks(sort="-plays")).items]
    assert plays == sorted(plays, reverse=True)
    ascending = [track.plays for track in subject.do(subject.service.tracks(sort="plays")).items]
    assert ascending == sorted(plays)


def test_sorts_albums_by_year(subject: Subject) -> None:
    years = [album.year for album in subject.do(subject.service.albums(sort="year")).items if album.year]
    assert years == sorted(years)
    assert len(years) >= 3


def test_an_unknown_order_is_refused(subject: Subject) -> None:
    with pytest.raises(Rejected):
        subject.do(subject.service.tracks(sort="colour"))


def test_a_foreign_cursor_is_refused(subject: Subject) -> None:
    with pytest.raises(Rejected):
        subject.do(subject.service.tracks(cursor="not-a-cursor"))


def test_genres_count_the_songs_they_select(subject: Subject) -> None:
    genres = subject.do(subject.service.genres())
    assert genres
    for genre in genres:
        page = subject.do(subject.service.tracks(genre=genre.name))
        assert len(page.items) == genre.track_count
        assert all(genre.name in track.genres for track in page.items)


def test_an_album_holds_its_songs_in_order(subject: Subject) -> None:
    for album in subject.do(subject.service.albums()).items:
        detail = subject.do(subject.service.album(album.id))
        assert detail.album.title == album.title
        assert len(detail.tracks) == album.track_count
        assert sum(track.duration_s for track in detail.tracks) == pytest.approx(album.duration_s, abs=0.1)
        places = [(track.disc_number or 1, track.track_number or 0) for track in detail.tracks]
        assert places == sorted(places)
        assert all(track.album is not None and track.album.id == album.id for track in detail.tracks)


def test_an_artist_holds_albums_and_top_songs(subject: Subject) -> None:
    for artist in subject.do(subject.service.artists()).items:
        detail = subject.do(subject.service.artist(artist.id))
        assert detail.artist.name == artist.name
        assert len(detail.albums) == artist.album_count
        assert detail.top_tracks
        plays = [track.plays for track in detail.top_tracks]
        assert plays == sorted(plays, reverse=True)


def test_a_song_alone_equals_the_song_in_the_list(subject: Subject, tracks: tuple[Track, ...]) -> None:
    assert subject.do(subject.service.track(tracks[0].id)) == tracks[0]


def test_what_is_not_there_is_not_found(subject: Subject) -> None:
    service = subject.service
    for missing in (
        service.track(TrackId("so_missing")),
        service.album(AlbumId("al_missing")),
        service.artist(ArtistId("ar_missing")),
        service.playlist(PlaylistId("pl_missing")),
        service.open_stream(TrackId("so_missing")),
    ):
        with pytest.raises(NotFound):
            subject.do(missing)


def test_home_shelves_hold_what_they_say(subject: Subject, playlist: PlaylistDetail) -> None:
    shelves = subject.do(subject.service.home())
    assert shelves
    assert len({shelf.id for shelf in shelves}) == len(shelves)
    for shelf in shelves:
        assert shelf.title
        assert shelf.items
        if shelf.kind in KINDS:
            assert all(isinstance(item, KINDS[shelf.kind]) for item in shelf.items)


def test_search_finds_a_song_by_the_beginning_of_its_title(subject: Subject, tracks: tuple[Track, ...]) -> None:
    wanted = next(track for track in tracks if track.title.isascii() and len(track.title) > 4)
    found = subject.do(subject.service.search(wanted.title[:4].lower()))
    assert wanted.id in {track.id for track in found.tracks}
    assert found.query == wanted.title[:4].lower()


def test_search_folds_diacritics(subject: Subject, tracks: tuple[Track, ...]) -> None:
    marked = {"Møl": "mol", "Vær": "vaer", "Ásgarð": "asgar"}
    wanted = next(track for track in tracks if track.title in marked)
    found = subject.do(subject.service.search(marked[wanted.title]))
    assert wanted.id in {track.id for track in found.tracks}


def test_search_for_nonsense_is_empty(subject: Subject) -> None:
    assert subject.do(subject.service.search('xyzzy" OR * -- \N{SNOWMAN}')).is_empty


# ---- what a listener keeps


def test_likes_are_kept_newest_first(subject: Subject, tracks: tuple[Track, ...]) -> None:
    first, second = tracks[0].id, tracks[1].id
    subject.do(subject.service.set_liked(first, True))
    subject.do(subject.service.set_liked(second, True))
    subject.do(subject.service.set_liked(second, True))
    liked = subject.do(subject.service.liked_tracks()).items
    assert {track.id for track in liked} == {first, second}
    assert all(track.is_liked for track in liked)
    assert subject.do(subject.service.track(first)).is_liked
    for track_id in (first, second, second):
        subject.do(subject.service.set_liked(track_id, False))
    assert subject.do(subject.service.liked_tracks()).items == ()


def test_a_new_playlist_holds_its_songs(
    subject: Subject, playlist: PlaylistDetail, tracks: tuple[Track, ...]
) -> None:
    assert titles(playlist) == [track.title for track in tracks[:5]]
    assert playlist.playlist.track_count == 5
    assert playlist.playlist.duration_s == pytest.approx(sum(track.duration_s for track in tracks[:5]), abs=0.1)
    assert subject.do(subject.service.playlist(playlist.playlist.id)) == playlist
    assert playlist.playlist.id in {kept.id for kept in subject.do(subject.service.playlists())}


def test_renaming_gives_a_newer_version(subject: Subject, playlist: PlaylistDetail) -> None:
    before = playlist.playlist
    after = subject.do(
        subject.service.rename_playlist(before.id, version=before.version, name="Six", description="of one")
    ).playlist
    assert (after.name, after.description) == ("Six", "of one")
    assert after.version != before.version


def test_inserting_puts_songs_before_the_position(
    subject: Subject, playlist: PlaylistDetail, tracks: tuple[Track, ...]
) -> None:
    a, b, c, d, e = titles(playlist)
    extra = tracks[5]
    edited = subject.do(
        subject.service.edit_playlist(
            playlist.playlist.id,
            version=playlist.playlist.version,
            edits=[InsertTracks((extra.id,), 2), InsertTracks((extra.id, tracks[0].id))],
        )
    )
    assert titles(edited) == [a, b, extra.title, c, d, e, extra.title, a]
    assert len({item.id for item in edited.items}) == 8


@pytest.mark.parametrize(
    ("taken", "position", "expected"),
    [
        ((0,), 3, [1, 2, 0, 3, 4]),
        ((3,), 1, [0, 3, 1, 2, 4]),
        ((4, 0), 2, [1, 0, 4, 2, 3]),
        ((1, 2), None, [0, 3, 4, 1, 2]),
        ((1, 2), 2, [0, 1, 2, 3, 4]),
        ((2,), 0, [2, 0, 1, 3, 4]),
    ],
)
def test_moving_keeps_every_item(
    subject: Subject, playlist: PlaylistDetail, taken: tuple[int, ...], position: int | None, expected: list[int]
) -> None:
    ids = [item.id for item in playlist.items]
    edited = subject.do(
        subject.service.edit_playlist(
            playlist.playlist.id,
            version=playlist.playlist.version,
            edits=[MoveItems(tuple(ids[place] for place in taken), position)],
        )
    )
    assert [item.id for item in edited.items] == [ids[place] for place in expected]


def test_removing_takes_only_what_is_named(subject: Subject, playlist: PlaylistDetail) -> None:
    ids = [item.id for item in playlist.items]
    edited = subject.do(
        subject.service.edit_playlist(
            playlist.playlist.id, version=playlist.playlist.version, edits=[RemoveItems((ids[1], ids[3]))]
        )
    )
    assert [item.id for item in edited.items] == [ids[0], ids[2], ids[4]]


def test_an_edit_of_an_old_version_conflicts_and_changes_nothing(subject: Subject, playlist: PlaylistDetail) -> None:
    service, before = subject.service, playlist.playlist
    newer = subject.do(service.rename_playlist(before.id, version=before.version, name="Newer"))
    edits = [RemoveItems((playlist.items[0].id,))]
    with pytest.raises(Conflict):
        subject.do(service.edit_playlist(before.id, version=before.version, edits=edits))
    with pytest.raises(Conflict):
        subject.do(service.rename_playlist(before.id, version=before.version, name="Older"))
    with pytest.raises(Conflict):
        subject.do(service.delete_playlist(before.id, version=before.version))
    assert subject.do(service.playlist(before.id)) == newer


def test_edits_are_all_or_none(subject: Subject, playlist: PlaylistDetail) -> None:
    unknown = replace(RemoveItems(()), item_ids=(playlist.items[0].id, playlist.items[0].id.__class__("pi_missing")))
    edits = [RemoveItems((playlist.items[1].id,)), unknown]
    with pytest.raises((Rejected, NotFound)):
        subject.do(
            subject.service.edit_playlist(playlist.playlist.id, version=playlist.playlist.version, edits=edits)
        )
    assert subject.do(subject.service.playlist(playlist.playlist.id)) == playlist


def test_a_deleted_playlist_is_gone(subject: Subject) -> None:
    made = subject.do(subject.service.create_playlist("Brief")).playlist
    subject.do(subject.service.delete_playlist(made.id, version=made.version))
    with pytest.raises(NotFound):
        subject.do(subject.service.playlist(made.id))


def test_a_listen_delivered_twice_is_taken_twice_without_complaint(
    subject: Subject, tracks: tuple[Track, ...]
) -> None:
    event = PlayEvent("event-0001", tracks[0].id, 1_790_000_000.0, 4.0)
    plays = subject.do(subject.service.track(tracks[0].id)).plays
    subject.do(subject.service.send_play_events([event]))
    subject.do(subject.service.send_play_events([event]))
    assert subject.do(subject.service.track(tracks[0].id)).plays - plays in (0, 1)


# ---- media


def test_covers_are_pictures(subject: Subject) -> None:
    cover = next(album.cover for album in subject.do(subject.service.albums()).items if album.cover)
    picture = subject.do(subject.service.cover(cover.id, 160))
    assert picture.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF"))
    assert len(cover.colour) == 7


def test_lyrics_are_in_order_or_none(subject: Subject, tracks: tuple[Track, ...]) -> None:
    sung = next(track for track in tracks if track.has_lyrics)
    silent = next(track for track in tracks if not track.has_lyrics)
    lyrics = subject.do(subject.service.lyrics(sung.id))
    assert lyrics is not None
    starts = [line.start_s for line in lyrics.lines if line.start_s is not None]
    assert starts == sorted(starts)
    assert lyrics.is_synced == bool(starts)
    assert subject.do(subject.service.lyrics(silent.id)) is None


def test_a_waveform_has_a_thousand_points_or_none(subject: Subject, tracks: tuple[Track, ...]) -> None:
    assert len(subject.do(subject.service.waveform(tracks[0].id))) in (0, 1000)


def test_a_stream_is_an_hls_master_playlist(subject: Subject, tracks: tuple[Track, ...]) -> None:
    document = subject.do(subject.service.open_stream(tracks[0].id))
    assert document.text.startswith("#EXTM3U")
    assert "#EXT-X-STREAM-INF" in document.text
    assert document.url.startswith("http")
    assert document.url == subject.service.stream_url(tracks[0].id)
