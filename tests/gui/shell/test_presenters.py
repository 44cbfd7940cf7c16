"""The shell's presenters, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from player.account.port import ConnectionPhase, ConnectionState, Place, PlaceKind
from player.domain.catalogue import IngestFailure, IngestPhase, IngestStatus
from player.domain.ids import TrackId
from player.domain.playback import Repeat, Status
from player.domain.stream import FetchCounts, StreamSample
from player.errors import AuthError, NetworkError, NotFound
from player.settings import CAP_KBPS, LYRICS_NUDGES, METERED, PLACE_KIND, QUALITY, VOLUME
from tests.gui.shell.conftest import World
from ui.bridge import GuiScope
from ui.models.queue_rows import QueueModel
from ui.presenters.entrance import EntrancePresenter, Face
from ui.presenters.first_run import FirstRunPresenter, folder_problem
from ui.presenters.ingest_progress import IngestPresenter, present
from ui.presenters.lyric_nudges import MOST_S, MOST_SONGS, LyricNudges
from ui.presenters.lyrics_panel import LyricsPresenter
from ui.presenters.queue_panel import PICKED, QueuePresenter, upcoming_rows
from ui.presenters.sidebar import SidebarPresenter
from ui.presenters.sign_in import SignInPresenter, server_address
from ui.presenters.song_actions import SongActions
from ui.presenters.stream_panel import preference
from ui.presenters.stream_panel import present as present_stream
from ui.presenters.toasts import MOST, STAY_MS, STAY_WITH_UNDO_MS, TICK_MS, Toasts
from ui.presenters.transport import TransportPresenter
from ui.widgets.stream_view import span_s, steps


@pytest.fixture
def songs(world: World) -> Iterator[SongActions]:
    songs = SongActions(world.core.accounts, world.core.playback, GuiScope(world.core.runtime))
    yield songs
    songs.close()


@pytest.fixture
def transport(world: World, songs: SongActions) -> Iterator[TransportPresenter]:
    presenter = TransportPresenter(world.core, songs)
    presenter.start()
    yield presenter
    presenter.close()


class TestTransport:
    def test_shows_what_plays(self, world: World, transport: TransportPresenter) -> None:
        world.play()
        world.until(lambda: transport.state.track == world.tracks[0])
        assert transport.state.wants_sound
        assert transport.state.quality == "AAC 320"
        assert transport.state.can_move

    def test_buffering_and_reconnecting_are_told_apart(self, world: World, transport: TransportPresenter) -> None:
        world.play()
        world.playback.become(Status.BUFFERING)
        world.until(lambda: transport.state.quality == "Buffering")
        world.playback.become(Status.RECONNECTING)
        world.until(lambda: transport.state.quality == "Reconnecting")
        assert transport.state.wants_sound

    def test_a_song_that_cannot_play_says_why(self, world: World, transport: TransportPresenter) -> None:
        world.play()
        world.playback.become(Status.FAILED, NotFound("this song is gone"))
        world.until(lambda: transport.state.problem == "this song is gone")

    def test_seeking_stays_inside_the_song(self, world: World, transport: TransportPresenter) -> None:
        world.play()
        transport.seek_by(-5.0)
        world.playback.advance(2.0)
        transport.seek_by(10_000.0)
        world.until(lambda: world.playback.state.position_s == world.tracks[0].duration_s)

    def test_volume_is_kept_and_unmutes(self, world: World, transport: TransportPresenter) -> None:
        transport.set_muted(True)
        world.until(lambda: world.playback.state.is_muted)
        transport.set_volume(1.7)
        world.until(lambda: not world.playback.state.is_muted)
        assert world.playback.state.volume == 1.0
        assert world.core.settings.get(VOLUME) == 1.0

    def test_repeat_goes_round(self, world: World, transport: TransportPresenter) -> None:
        for wanted in (Repeat.ALL, Repeat.ONE, Repeat.OFF):
            transport.cycle_repeat()
            world.until(lambda wanted=wanted: world.playback.queue.repeat is wanted)  # type: ignore[misc]

    def test_a_refused_like_is_taken_back(self, world: World, transport: TransportPresenter) -> None:
        async def refuse(name: str) -> None:
            if name == "set_liked":
                raise NetworkError("away")

        world.play()
        world.until(lambda: transport.state.track is not None)
        world.service.before = refuse
        seen: list[bool] = []
        transport.state_changed.connect(lambda state: seen.append(state.is_liked))
        transport.toggle_liked()
        assert transport.state.is_liked
        world.until(lambda: not transport.state.is_liked)
        assert seen[0] is True

    def test_the_waveform_of_the_newest_song_wins(self, world: World, transport: TransportPresenter) -> None:
        waves: list[bytes] = []
        transport.waveform_changed.connect(waves.append)
        world.play()
        world.until(lambda: bool(waves) and len(waves[-1]) == 1000)


class TestQueue:
    def test_heads_tell_picked_songs_from_the_source(self, world: World) -> None:
        world.play(4)
        world.do(world.playback.enqueue(world.tracks[5:6], is_next=False))
        rows = upcoming_rows(world.playback.queue)
        assert [row.title for row in rows if row.entry is None] == [PICKED, "Next from Night Ferry"]
        assert [row.place for row in rows if row.entry is not None] == [1, 2, 3, 4]

    def test_rows_follow_commands(self, world: World) -> None:
        presenter = QueuePresenter(world.core)
        model = QueueModel()
        presenter.rows_changed.connect(model.show_rows)
        presenter.start()
        world.play(4)
        world.until(lambda: model.rowCount() == 4)
        last = world.playback.queue.order[3]
        presenter.move(last.id, 1)
        world.until(lambda: world.playback.queue.order[1] is last)
        presenter.remove([last.id])
        world.until(lambda: model.rowCount() == 3)
        presenter.clear()
        world.until(lambda: model.rowCount() == 0)
        presenter.close()

    def test_the_model_keeps_qt_rules(self, world: World, qtmodeltester: object) -> None:
        world.play(5)
        model = QueueModel()
        model.show_rows(upcoming_rows(world.playback.queue))
        qtmodeltester.check(model)  # type: ignore[attr-defined]

    def test_a_drop_asks_for_the_place_after_removal(self, world: World) -> None:
        world.play(5)
        model = QueueModel()
        model.show_rows(upcoming_rows(world.playback.queue))
        asked: list[tuple[int, int]] = []
        model.move_asked.connect(lambda entry, place: asked.append((entry, place)))
        first = world.playback.queue.order[1]
        data = model.mimeData([model.index(1)])
        assert model.dropMimeData(data, model.supportedDropActions(), 4, 0, model.index(-1)) is False
        assert asked == [(first.id, 3)]


class TestLyrics:
    def test_the_line_follows_the_music(self, world: World) -> None:
        presenter = LyricsPresenter(world.core)
        presenter.set_shown(True)
        track = next(track for track in world.tracks if track.has_lyrics)
        world.do(world.playback.play([track]))
        world.until(lambda: presenter.state.is_synced)
        lines: list[int] = []
        presenter.line_changed.connect(lines.append)
        second = presenter.state.lines[1].start_s
        assert second is not None
        presenter.seek_to(1)
        world.until(lambda: lines[-1:] == [1])
        assert world.playback.state.position_s == second
        presenter.close()

    def test_nothing_is_fetched_while_hidden(self, world: World) -> None:
        presenter = LyricsPresenter(world.core)
        track = next(track for track in world.tracks if track.has_lyrics)
        world.do(world.playback.play([track]))
        assert "lyrics" not in world.service.calls
        presenter.close()


class TestEntrance:
    def test_a_first_start_asks_where_the_music_is(self, world: World) -> None:
        world.accounts.become(ConnectionState())
        world.accounts.remembered = None
        presenter = EntrancePresenter(world.core)
        presenter.start()
        world.until(lambda: presenter.state.face is Face.FIRST_RUN)
        presenter.close()

    def test_a_known_place_that_is_away_says_so_and_can_be_retried(self, world: World) -> None:
        world.accounts.become(ConnectionState())
        world.accounts.fail_with = NetworkError("the server answered nothing")
        presenter = EntrancePresenter(world.core)
        presenter.start()
        world.until(lambda: presenter.state.face is Face.UNREACHABLE)
        assert presenter.state.message == "the server answered nothing"
        presenter.start()
        world.until(lambda: presenter.state.face is Face.INSIDE)
        presenter.close()

    def test_an_ended_sign_in_leads_to_the_server_form(self, world: World) -> None:
        world.core.settings.set(PLACE_KIND, "server")
        world.accounts.become(ConnectionState())
        world.accounts.fail_with = AuthError()
        presenter = EntrancePresenter(world.core)
        presenter.start()
        world.until(lambda: presenter.state.face is Face.SIGN_IN)
        presenter.close()


class TestFirstRun:
    def test_a_missing_folder_is_named(self, world: World, tmp_path: Path) -> None:
        presenter = FirstRunPresenter(world.core, home=tmp_path)
        assert presenter.state.folder == "~/Music"
        presenter.go()
        world.until(lambda: "There is no folder" in presenter.state.problem)
        assert not presenter.state.is_busy
        assert world.accounts.asked == []
        presenter.close()

    def test_a_folder_is_entered(self, world: World, tmp_path: Path) -> None:
        presenter = FirstRunPresenter(world.core, home=tmp_path)
        presenter.set_folder(tmp_path)
        presenter.go()
        world.until(lambda: bool(world.accounts.asked) and not presenter.state.is_busy)
        assert world.accounts.asked[0][1] == Place(PlaceKind.FOLDER, str(tmp_path))
        presenter.close()

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        song = tmp_path / "song.flac"
        song.touch()
        assert "is a file" in folder_problem(song)
        assert folder_problem(tmp_path) == ""


class TestSignIn:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("music.example.org", "https://music.example.org"),
            ("localhost:8700", "http://localhost:8700"),
            ("127.0.0.1", "http://127.0.0.1"),
            ("http://nas:4000/segue/", "http://nas:4000/segue"),
            ("[::1]:80", "http://[::1]:80"),
        ],
    )
    def test_addresses(self, text: str, address: str) -> None:
        assert server_address(text) == address

    @pytest.mark.parametrize("text", ["", "ftp://x", "https://", "a b", "http://x:99999", "https://me:pw@x"])
    def test_wrong_addresses(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            server_address(text)

    def test_a_wrong_password_is_told_at_its_field(self, world: World) -> None:
        presenter = SignInPresenter(world.core)
        world.accounts.fail_with = AuthError()
        presenter.submit("music.example.org", "robin", "not it")
        world.until(lambda: presenter.state.field == "password")
        assert not presenter.state.is_busy
        presenter.close()

    def test_registering_asks_for_a_long_password(self, world: World) -> None:
        presenter = SignInPresenter(world.core)
        presenter.set_registering(True)
        presenter.submit("music.example.org", "robin", "short")
        assert presenter.state.field == "password"
        presenter.submit("music.example.org", "robin", "long enough")
        world.until(lambda: bool(world.accounts.asked))
        assert world.accounts.asked[0][0] == "register"
        presenter.close()


class TestSidebar:
    def test_account_and_playlists(self, world: World, songs: SongActions) -> None:
        presenter = SidebarPresenter(world.core, songs)
        presenter.start()
        world.until(lambda: len(presenter.state.playlists) == 2)
        assert presenter.state.standing == "Premium · Online"
        assert presenter.state.initial == "D"
        profile = world.accounts.state.profile
        world.accounts.become(ConnectionState(ConnectionPhase.RECONNECTING, None, profile))
        world.until(lambda: presenter.state.standing == "Premium · Reconnecting")
        made: list[str] = []
        presenter.playlist_made.connect(made.append)
        presenter.create_playlist()
        world.until(lambda: len(made) == 1 and len(presenter.state.playlists) == 3)
        presenter.close()


class TestIngest:
    def test_words(self) -> None:
        failure = IngestFailure("a.mp3", "it is cut short")
        assert present(IngestStatus(IngestPhase.ANALYSING, 3, 1200, 3, ())).text == "Reading your music: 3 of 1,200"
        assert not present(IngestStatus(IngestPhase.IDLE, 0, 0, 3, ())).is_shown
        assert present(IngestStatus(IngestPhase.IDLE, 0, 0, 3, (failure,))).text == "1 file could not be read"
        assert not present(IngestStatus(IngestPhase.IDLE, 0, 0, 3, (failure,)), (failure,)).is_shown

    def test_progress_is_shown_while_it_works(self, world: World) -> None:
        world.service.ingest = IngestStatus(IngestPhase.ANALYSING, 1, 9, 1, ())
        presenter = IngestPresenter(world.core)
        presenter.start()
        world.until(lambda: presenter.state.done == 1)
        presenter.close()


def test_the_stream_panel_says_what_was_asked_and_what_cost_no_network(world: World) -> None:
    kept = world.core.settings
    assert preference(kept) == "Quiet"
    kept.set(QUALITY, "saver")
    kept.set(CAP_KBPS, "128")
    kept.set(METERED, "yes")
    assert preference(kept) == "Saver · at most 128 · metered"
    stats = replace(world.playback.stats(), fetched=FetchCounts(segments=40, from_cache=12, retries=3))
    rows = dict(present_stream(stats, preference(kept)).rows)
    assert rows["Preference"] == "Saver · at most 128 · metered"
    assert rows["From recent songs"] == "12 of 40"
    assert rows["Tried again"] == "3"


def test_stream_figures(world: World) -> None:
    rows = dict(present_stream(world.playback.stats()).rows)
    assert rows["Rendition"] == "–"
    world.play()
    rows = dict(present_stream(world.playback.stats()).rows)
    assert rows["Rendition"] == "AAC 320 kbit/s"
    assert rows["Throughput"] == "4.1 Mbit/s"
    assert rows["First sound"] == "212 ms"
    assert rows["Output"] == "44.1 kHz · stereo"


def test_toasts_are_few_and_undo_once(qtbot: object) -> None:
    toasts = Toasts()
    undone: list[int] = []
    number = toasts.show("Removed", lambda: undone.append(1))
    toasts.undo(number)
    toasts.undo(number)
    assert undone == [1]
    for at in range(MOST + 2):
        toasts.show(str(at))
    assert [toast.text for toast in toasts.shown] == ["2", "3", "4"]


def test_toasts_go_by_themselves_and_stay_longer_with_an_undo(qtbot: object) -> None:
    toasts = Toasts()
    toasts.show("Added")
    toasts.show("Removed", lambda: None)
    for _ in range(STAY_MS // TICK_MS):
        toasts.tick()
    assert [toast.text for toast in toasts.shown] == ["Removed"]
    for _ in range(STAY_WITH_UNDO_MS // TICK_MS):
        toasts.tick()
    assert toasts.shown == ()


class TestNudges:
    def test_a_nudge_moves_the_line_and_is_kept_for_the_song(self, world: World) -> None:
        track = next(track for track in world.tracks if track.has_lyrics)
        presenter = LyricsPresenter(world.core)
        presenter.set_shown(True)
        world.do(world.playback.play([track]))
        world.until(lambda: bool(presenter.state.lines))
        start = presenter.state.lines[1].start_s
        assert start is not None
        lines: list[int] = []
        presenter.line_changed.connect(lines.append)
        world.playback.advance(start + 0.1)
        world.until(lambda: lines[-1:] == [1])
        presenter.nudge(0.4)
        assert lines[-1] == 0, "the words come later"
        presenter.close()

        again = LyricsPresenter(world.core)
        nudges: list[float] = []
        again.nudge_changed.connect(nudges.append)
        again.set_shown(True)
        assert nudges == [pytest.approx(0.4)]
        again.reset_nudge()
        assert world.core.settings.get(LYRICS_NUDGES) == ""
        again.close()

    def test_only_so_many_songs_and_so_far(self, world: World) -> None:
        nudges = LyricNudges(world.core.settings)
        for number in range(MOST_SONGS + 5):
            nudges.keep(TrackId(f"tr_{number}"), 0.2)
        assert nudges.of(TrackId("tr_0")) == 0
        assert nudges.keep(TrackId("tr_9"), 99.0) == MOST_S
        world.core.settings.set(LYRICS_NUDGES, "nonsense\ntr_1 x\ntr_2 -400")
        assert nudges.of(TrackId("tr_1")) == 0
        assert nudges.of(TrackId("tr_2")) == -0.4


def test_what_left_the_queue_comes_back_where_it_stood(world: World) -> None:
    presenter = QueuePresenter(world.core)
    world.play()
    before = [entry.track.id for entry in world.playback.queue.order]
    told: list[tuple[str, Callable[[], None]]] = []
    presenter.removed.connect(lambda words, undo: told.append((words, undo)))
    presenter.remove([world.playback.queue.order[place].id for place in (2, 4)])
    world.until(lambda: bool(told))
    assert len(world.playback.queue.order) == len(before) - 2
    assert told[0][0] == "Removed 2 songs from the queue"
    told[0][1]()
    world.until(lambda: [entry.track.id for entry in world.playback.queue.order] == before)
    presenter.close()


def test_the_graph_has_one_mark_for_a_stretch_of_one_rendition() -> None:
    kbps = (64, 64, 128, 128, 128, 0, 320)
    samples = [StreamSample(float(at), 10.0, rate, 1000.0) for at, rate in enumerate(kbps)]
    assert steps(samples) == [(64, 0.0, 2.0), (128, 2.0, 5.0)]
    assert span_s(samples) == 6.0
    assert span_s([]) == 0.0
