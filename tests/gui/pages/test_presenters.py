"""The presenters without a window: states, order of answers, edits that roll back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from player.account.port import ConnectionPhase
from player.domain.catalogue import PlaylistDetail, RemoveItems
from player.domain.ids import AlbumId, PlaylistId
from player.errors import Conflict, NetworkError, NotFound, PlayerError, ProtocolError
from player.runtime import Runtime
from tests.gui.pages.conftest import Surroundings
from tests.gui.pages.gates import Gate
from tests.support.fake_accounts import PROFILE
from ui.bridge import GuiScope
from ui.presenters.album import AlbumPresenter
from ui.presenters.home import HomePresenter
from ui.presenters.library import LibraryKind, LibraryPresenter
from ui.presenters.playlist import PlaylistPresenter
from ui.presenters.presenter import PagePresenter
from ui.presenters.search import Facet, SearchPresenter, narrowed
from ui.presenters.states import Empty, Failed, Loading, Offline, Ready


class FixedClock:
    def __init__(self, wall_s: float) -> None:
        self._wall_s = wall_s

    def monotonic_s(self) -> float:
        return self._wall_s

    def wall_s(self) -> float:
        return self._wall_s


@pytest.fixture
def gate(around: Surroundings, runtime: Runtime) -> Gate:
    gate = Gate(runtime)
    around.service.before = gate
    return gate


def shows(qtbot: QtBot, presenter: PagePresenter, check: Callable[[], bool]) -> None:
    qtbot.waitUntil(check, timeout=20_000)


def is_ready(presenter: PagePresenter) -> bool:
    return isinstance(presenter.state, Ready)


def _equal(have: list[int], wanted: list[int]) -> bool:
    return have == wanted


def data_of(presenter: PagePresenter) -> Any:
    assert isinstance(presenter.state, Ready)
    return presenter.state.data


# ---- pages that load


def test_home_greets_and_splits_quick_cards_from_shelves(
    qtbot: QtBot, around: Surroundings, runtime: Runtime
) -> None:
    presenter = HomePresenter(around.accounts, GuiScope(runtime), FixedClock(0.0))
    presenter.reload()
    assert isinstance(presenter.state, Loading)
    shows(qtbot, presenter, lambda: is_ready(presenter))
    view = data_of(presenter)
    assert view.greeting in {"Good morning", "Good afternoon", "Good evening"}
    assert len(view.quick) == 6
    assert "quick" not in {shelf.id for shelf in view.shelves}
    presenter.close()


@pytest.mark.parametrize(
    ("error", "kind", "retry"),
    [(NetworkError(), Offline, None), (NotFound(), Failed, False), (ProtocolError(), Failed, True)],
)
def test_a_failure_says_what_it_means(
    qtbot: QtBot,
    around: Surroundings,
    runtime: Runtime,
    gate: Gate,
    error: PlayerError,
    kind: type,
    retry: bool | None,
) -> None:
    gate.failures["album"] = [error]
    presenter = AlbumPresenter(around.accounts, GuiScope(runtime))
    presenter.open(AlbumId("al_1"))
    shows(qtbot, presenter, lambda: not isinstance(presenter.state, Loading))
    assert isinstance(presenter.state, kind)
    if isinstance(presenter.state, Failed):
        assert presenter.state.can_retry is retry
    presenter.connection_restored()
    shows(qtbot, presenter, lambda: is_ready(presenter))
    presenter.close()


def test_without_a_service_the_page_says_so_and_loads_when_it_comes(
    qtbot: QtBot, around: Surroundings, runtime: Runtime
) -> None:
    around.accounts.become(replace(around.accounts.state, phase=ConnectionPhase.SIGNED_OUT, profile=None))
    presenter = AlbumPresenter(around.accounts, GuiScope(runtime))
    around.context.songs.connected.connect(presenter.connection_restored)
    presenter.open(around.service.catalogue.albums[0].id)
    assert isinstance(presenter.state, Offline)
    around.accounts.become(replace(around.accounts.state, phase=ConnectionPhase.ONLINE, profile=PROFILE))
    shows(qtbot, presenter, lambda: is_ready(presenter))
    presenter.close()


def test_a_reload_that_fails_keeps_what_is_shown(
    qtbot: QtBot, around: Surroundings, runtime: Runtime, gate: Gate
) -> None:
    presenter = HomePresenter(around.accounts, GuiScope(runtime), FixedClock(0.0))
    presenter.reload()
    shows(qtbot, presenter, lambda: is_ready(presenter))
    gate.failures["home"] = [NetworkError()]
    presenter.reload()
    shows(qtbot, presenter, lambda: not gate.failures["home"])
    assert is_ready(presenter)
    presenter.close()


# ---- search


@pytest.fixture
def search(around: Surroundings, runtime: Runtime) -> SearchPresenter:
    return SearchPresenter(around.accounts, GuiScope(runtime), around.context.core.settings)


def found_query(search: SearchPresenter) -> str | None:
    state = search.state
    return state.data.results.query if isinstance(state, Ready) and state.data.results else None


def test_an_older_answer_never_replaces_a_newer_one(
    qtbot: QtBot, around: Surroundings, search: SearchPresenter, gate: Gate
) -> None:
    gate.held = {"search"}
    search.type("ni")
    qtbot.waitUntil(lambda: gate.waiting == ["search"], timeout=20_000)
    search.type("night")
    qtbot.waitUntil(lambda: len(gate.waiting) == 2, timeout=20_000)
    gate.release(1)
    qtbot.waitUntil(lambda: found_query(search) == "night", timeout=20_000)
    gate.release(0)
    gate.held = set()
    search.type("night f")
    qtbot.waitUntil(lambda: found_query(search) == "night f", timeout=20_000)
    search.close()


def test_results_stay_while_the_next_are_on_their_way(qtbot: QtBot, search: SearchPresenter, gate: Gate) -> None:
    search.type("night")
    qtbot.waitUntil(lambda: found_query(search) == "night", timeout=20_000)
    states: list[object] = []
    search.state_changed.connect(states.append)
    gate.held = {"search"}
    search.type("night f")
    qtbot.waitUntil(lambda: bool(gate.waiting), timeout=20_000)
    assert states == []
    assert found_query(search) == "night"
    gate.release()
    qtbot.waitUntil(lambda: found_query(search) == "night f", timeout=20_000)
    search.close()


def test_letters_of_one_turn_ask_once(qtbot: QtBot, around: Surroundings, search: SearchPresenter) -> None:
    for text in ("n", "ni", "nig", "night"):
        search.type(text)
    qtbot.waitUntil(lambda: found_query(search) == "night", timeout=20_000)
    assert around.service.calls.count("search") == 1
    search.close()


def test_facets_narrow_and_the_top_result_is_the_best_name(qtbot: QtBot, search: SearchPresenter) -> None:
    search.type("night ferry")
    qtbot.waitUntil(lambda: found_query(search) == "night ferry", timeout=20_000)
    view = data_of(search)
    assert view.top.title == "Night Ferry"
    assert view.summary.endswith("in 1 ms")
    search.choose(Facet.ALBUMS)
    albums = narrowed(data_of(search), 4)
    assert albums is not None
    assert albums.albums
    assert not albums.tracks
    search.close()


def test_a_failed_search_is_not_hidden_behind_old_results(qtbot: QtBot, search: SearchPresenter, gate: Gate) -> None:
    search.type("night")
    qtbot.waitUntil(lambda: found_query(search) == "night", timeout=20_000)
    gate.failures["search"] = [NetworkError()]
    search.type("glass")
    qtbot.waitUntil(lambda: isinstance(search.state, Offline), timeout=20_000)
    search.close()


def test_recent_searches_are_kept_newest_first_and_forgotten(search: SearchPresenter) -> None:
    for query in ("one", "two", "ONE"):
        search.type(query)
        search.remember()
    assert list(search.recent) == ["ONE", "two"]
    search.forget("two")
    assert list(search.recent) == ["ONE"]
    search.close()


# ---- library


def test_the_library_fetches_page_by_page(
    qtbot: QtBot, around: Surroundings, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.presenters.library.PAGE_ROWS", 10)
    presenter = LibraryPresenter(around.accounts, GuiScope(runtime))
    more: list[int] = []
    presenter.more_arrived.connect(lambda rows: more.append(len(rows.rows)))
    presenter.open(LibraryKind.SONGS)
    shows(qtbot, presenter, lambda: is_ready(presenter))
    assert data_of(presenter).total == 26
    for expected in ([10], [10, 6]):
        presenter.fetch_more()
        qtbot.waitUntil(partial(_equal, more, expected), timeout=20_000)
    presenter.fetch_more()
    assert more == [10, 6]
    presenter.close()


def test_filter_sort_and_genre(qtbot: QtBot, around: Surroundings, runtime: Runtime) -> None:
    presenter = LibraryPresenter(around.accounts, GuiScope(runtime))
    presenter.open(LibraryKind.SONGS, genre="Folk")
    shows(qtbot, presenter, lambda: is_ready(presenter))
    assert {genre for track in data_of(presenter).rows for genre in track.genres} == {"Folk"}
    presenter.open(LibraryKind.SONGS)
    presenter.sort_by("-plays")
    shows(qtbot, presenter, lambda: is_ready(presenter) and data_of(presenter).sort == "-plays")
    plays = [track.plays for track in data_of(presenter).rows]
    assert plays == sorted(plays, reverse=True)
    presenter.filter_by("glass")
    shows(qtbot, presenter, lambda: is_ready(presenter) and data_of(presenter).filter == "glass")
    assert [track.title for track in data_of(presenter).rows] == ["Glass Weather"]
    presenter.open(LibraryKind.LIKED)
    shows(qtbot, presenter, lambda: isinstance(presenter.state, Empty))
    presenter.close()


# ---- playlists


@pytest.fixture
def playlist(qtbot: QtBot, around: Surroundings, runtime: Runtime) -> PlaylistPresenter:
    presenter = PlaylistPresenter(around.accounts, GuiScope(runtime))
    presenter.open(PlaylistId("pl_1"))
    qtbot.waitUntil(lambda: is_ready(presenter), timeout=20_000)
    presenter.told.connect(around.said.append)
    return presenter


def titles(presenter: PlaylistPresenter) -> list[str]:
    return [item.track.title for item in data_of(presenter).items]


def edits(around: Surroundings) -> int:
    return around.service.calls.count("edit_playlist")


def test_a_move_shows_at_once_and_is_confirmed(
    qtbot: QtBot, around: Surroundings, playlist: PlaylistPresenter, gate: Gate
) -> None:
    before = titles(playlist)
    gate.held = {"edit_playlist"}
    playlist.move([data_of(playlist).items[0].id], 3)
    assert titles(playlist) == [before[1], before[2], before[0], *before[3:]]
    qtbot.waitUntil(lambda: bool(gate.waiting), timeout=20_000)
    with qtbot.waitSignal(playlist.list_changed, timeout=20_000):
        gate.release()
    assert titles(playlist) == [before[1], before[2], before[0], *before[3:]]
    assert data_of(playlist).playlist.version != "1"
    playlist.close()


def test_a_refused_edit_rolls_back_and_says_why(
    qtbot: QtBot, around: Surroundings, playlist: PlaylistPresenter, gate: Gate
) -> None:
    before = titles(playlist)
    gate.failures["edit_playlist"] = [NetworkError()]
    playlist.remove([data_of(playlist).items[1].id])
    assert len(titles(playlist)) == len(before) - 1
    qtbot.waitUntil(lambda: titles(playlist) == before, timeout=20_000)
    assert around.said[-1] == "Could not remove the songs: there is no connection"
    playlist.close()


def test_removed_songs_come_back_where_they_were(qtbot: QtBot, playlist: PlaylistPresenter) -> None:
    before = titles(playlist)
    offers: list[Callable[[], None]] = []
    playlist.removed.connect(lambda _text, undo: offers.append(undo))
    items = data_of(playlist).items
    playlist.remove([items[1].id, items[4].id])
    offers[0]()
    qtbot.waitUntil(lambda: titles(playlist) == before, timeout=20_000)
    playlist.close()


def test_a_conflict_reads_again_and_reapplies(
    qtbot: QtBot, around: Surroundings, runtime: Runtime, playlist: PlaylistPresenter
) -> None:
    before, items = titles(playlist), data_of(playlist).items
    others = around.service.edit_playlist(PlaylistId("pl_1"), version="1", edits=[RemoveItems((items[5].id,))])
    runtime.call(others).result(3)
    with qtbot.waitSignal(playlist.list_changed, timeout=20_000):
        playlist.remove([items[0].id])
    assert titles(playlist) == [title for place, title in enumerate(before) if place not in {0, 5}]
    playlist.close()


def test_a_conflict_that_never_ends_is_told(
    qtbot: QtBot, around: Surroundings, playlist: PlaylistPresenter, gate: Gate
) -> None:
    gate.failures["edit_playlist"] = [Conflict() for _ in range(5)]
    before = titles(playlist)
    playlist.remove([data_of(playlist).items[0].id])
    qtbot.waitUntil(lambda: "changed elsewhere" in "".join(around.said), timeout=20_000)
    assert titles(playlist) == before
    assert edits(around) == 3
    playlist.close()


def test_quick_edits_go_out_one_after_another(qtbot: QtBot, playlist: PlaylistPresenter) -> None:
    items = data_of(playlist).items
    for _ in range(3):
        shown = data_of(playlist).items
        playlist.move([shown[0].id], len(shown))
    expected = [item.track.title for item in (*items[3:], *items[:3])]
    assert titles(playlist) == expected
    qtbot.waitUntil(lambda: data_of(playlist).playlist.version == "4", timeout=20_000)
    assert titles(playlist) == expected
    playlist.close()


def test_rename_and_delete(qtbot: QtBot, around: Surroundings, playlist: PlaylistPresenter) -> None:
    with qtbot.waitSignal(playlist.list_changed, timeout=20_000):
        playlist.rename("Night trains", "for the road")
    assert data_of(playlist).playlist.name == "Night trains"
    with qtbot.waitSignal(playlist.deleted, timeout=20_000):
        playlist.delete()
    playlist.close()


# ---- actions


def test_a_like_shows_at_once_and_is_taken_back(qtbot: QtBot, around: Surroundings, gate: Gate) -> None:
    seen: list[bool] = []
    around.context.songs.liked_changed.connect(lambda _ids, is_liked: seen.append(is_liked))
    gate.failures["set_liked"] = [NetworkError()]
    around.context.songs.set_liked(around.service.catalogue.tracks[:1], True)
    assert seen == [True]
    qtbot.waitUntil(lambda: seen == [True, False], timeout=20_000)
    assert around.said[-1] == "Could not like this: there is no connection"


def test_songs_go_into_the_newest_version_of_a_playlist(qtbot: QtBot, around: Surroundings, runtime: Runtime) -> None:
    songs = around.context.songs
    songs.refresh_playlists()
    qtbot.waitUntil(lambda: bool(songs.playlists), timeout=20_000)
    target = songs.playlists[0]
    with qtbot.waitSignal(songs.playlist_edited, timeout=20_000):
        songs.add_to_playlist(target, around.service.catalogue.tracks[:2])
    detail: PlaylistDetail = runtime.call(around.service.playlist(target.id)).result(3)
    assert len(detail.items) == target.track_count + 2
    assert around.said[-1] == f"Added 2 songs to {target.name}"


def test_playing_a_card_gathers_its_songs(qtbot: QtBot, around: Surroundings) -> None:
    album = around.service.catalogue.albums[1]
    around.context.songs.play_item(album)
    qtbot.waitUntil(lambda: around.playback.state.entry is not None, timeout=20_000)
    assert around.playback.queue.source is not None
    assert around.playback.queue.source.title == album.title
    assert len(around.playback.queue.order) == album.track_count


def test_return_before_the_answer_plays_what_was_typed(qtbot: QtBot, search: SearchPresenter, gate: Gate) -> None:
    search.type("night ferry")
    qtbot.waitUntil(lambda: found_query(search) == "night ferry", timeout=20_000)
    chosen: list[str] = []
    search.top_chosen.connect(lambda top: chosen.append(top.title))
    gate.held = {"search"}
    search.type("slack tide")
    search.choose_top()
    qtbot.waitUntil(lambda: bool(gate.waiting), timeout=20_000)
    assert chosen == []
    gate.release()
    qtbot.waitUntil(lambda: chosen == ["Slack Tide"], timeout=20_000)
    search.close()
