"""The models under Qt's own model tester, and with a list as long as a large library."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from player.domain.catalogue import Track
from player.domain.ids import PlaylistItemId, TrackId
from tests.support.fake_catalogue import build_catalogue
from ui.models.cards import CardModel, card_of
from ui.models.song_mime import TRACKS_MIME, decode_rows, decode_tracks, encode_rows, encode_tracks
from ui.models.songs import Column, SongModel, SongRole, SongRow, rows_of

TRACKS = build_catalogue().tracks
ROOT = QModelIndex()


def checked(model: SongModel | CardModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def many(count: int) -> list[Track]:
    return [replace(TRACKS[0], id=TrackId(f"s{number}"), title=f"Song {number}") for number in range(count)]


def test_rows_can_be_shown_appended_and_changed() -> None:
    model = SongModel()
    tester = checked(model)
    model.show_rows(rows_of(TRACKS[:5]), has_more=True)
    model.append(rows_of(TRACKS[5:9]), has_more=False)
    model.mark_current(TRACKS[2].id, is_playing=True)
    model.mark_liked(frozenset({TRACKS[3].id}), True)
    assert model.tracks[:3] == TRACKS[:3]
    assert model.row(3).track.is_liked
    assert model.index(2, 0).data(SongRole.IS_PLAYING)
    model.show_rows(())
    assert model.rowCount() == 0
    assert tester.model() is model


def test_a_moved_row_changes_only_what_lies_between() -> None:
    model = SongModel()
    tester = checked(model)
    rows = [SongRow(track, PlaylistItemId(f"i{place}")) for place, track in enumerate(TRACKS[:8])]
    model.show_rows(rows)
    resets, removed = QSignalSpy(model.modelReset), QSignalSpy(model.rowsRemoved)
    model.show_rows([rows[0], rows[2], rows[3], rows[1], *rows[4:]])
    assert resets.count() == 0
    assert removed.at(0)[1:] == [1, 3]
    assert [model.row(place).item_id for place in range(5)] == ["i0", "i2", "i3", "i1", "i4"]
    assert tester.model() is model


def test_more_is_asked_for_once_until_it_comes() -> None:
    model = SongModel()
    model.show_rows(rows_of(TRACKS[:5]), has_more=True)
    asked = QSignalSpy(model.more_wanted)
    model.fetchMore(ROOT)
    model.fetchMore(ROOT)
    assert asked.count() == 1
    model.append(rows_of(TRACKS[5:6]), has_more=True)
    assert model.canFetchMore(ROOT)
    model.append((), has_more=False)
    assert not model.canFetchMore(ROOT)


def test_a_change_in_a_hundred_thousand_rows_is_one_signal() -> None:
    model = SongModel()
    model.show_rows(rows_of(many(100_000)))
    changed = QSignalSpy(model.dataChanged)
    model.mark_current(TrackId("s70000"), is_playing=True)
    assert changed.count() == 1
    assert model.index(99_999, Column.TITLE).data() == "Song 99999"


def test_titles_are_plain_and_bounded_in_every_role() -> None:
    wild = replace(TRACKS[0], title="<b>a</b>\u202egnp.exe\n" + "x" * 10_000)
    model = SongModel()
    model.show_rows(rows_of([wild]))
    shown = model.index(0, Column.TITLE).data()
    assert shown.startswith("<b>a</b>gnp.exe xxx")
    assert len(shown) == 300
    assert len(model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)) < 400


def test_dragged_songs_come_out_as_they_went_in() -> None:
    assert decode_tracks(encode_tracks(TRACKS)) == TRACKS
    assert decode_tracks(b"not json") == ()
    assert decode_tracks(b'[{"id": 1}]') == ()
    assert decode_rows(encode_rows(7, [3, 1]), 7) == (3, 1)
    assert decode_rows(encode_rows(7, [3, 1]), 8) == ()
    model = SongModel()
    model.show_rows(rows_of(TRACKS[:4]))
    mime = model.mimeData([model.index(2, 0), model.index(0, 1)])
    assert decode_tracks(bytes(mime.data(TRACKS_MIME).data())) == (TRACKS[0], TRACKS[2])


def test_cards_of_every_kind_pass_the_tester() -> None:
    catalogue = build_catalogue()
    model = CardModel()
    tester = checked(model)
    artists = [card_of(artist) for artist in catalogue.artists]
    model.show_cards([*(card_of(album) for album in catalogue.albums), *artists], has_more=True)
    model.append([card_of(TRACKS[0])], has_more=False)
    assert model.card(0).title == catalogue.albums[0].title
    assert model.card(len(catalogue.albums)).is_round
    assert card_of(catalogue.albums[0], on_artist_page=True).subtitle == "2021 · Album"
    assert tester.model() is model
