from __future__ import annotations

from player.domain.ids import EntryId
from player.domain.playback import PlaybackState, QueueEntry, Status
from player.library.history import Listen
from player.library.listening import ListenCounter
from tests.support.fake_catalogue import build_catalogue

TRACKS = build_catalogue().tracks
WALL = 1_000_000.0


class Heard:
    """Plays snapshots into a counter, four a second."""

    def __init__(self) -> None:
        self.counter = ListenCounter()
        self.now_s = 0.0
        self.done: list[Listen] = []

    def at(self, entry: int | None, status: Status, position_s: float = 0.0, duration_s: float = 100.0) -> None:
        queued = None if entry is None else QueueEntry(EntryId(entry), TRACKS[entry])
        state = PlaybackState(status, queued, position_s, duration_s)
        listen = self.counter.observe(state, self.now_s, WALL + self.now_s)
        if listen is not None:
            self.done.append(listen)

    def play(self, entry: int, seconds: float, start_s: float = 0.0, status: Status = Status.PLAYING) -> None:
        for step in range(int(seconds * 4) + 1):
            self.at(entry, status, start_s + step / 4)
            self.now_s += 0.25
        self.now_s -= 0.25


def test_a_song_played_to_the_next_counts_the_time_heard() -> None:
    heard = Heard()
    heard.play(1, 30.0)
    heard.play(2, 10.0)
    heard.at(None, Status.IDLE)
    assert [(listen.track, round(listen.heard_s, 2)) for listen in heard.done] == [(TRACKS[1], 30), (TRACKS[2], 10)]
    assert heard.done[0].started_at_s == WALL


def test_pauses_stalls_and_seeks_add_nothing() -> None:
    heard = Heard()
    heard.play(1, 10.0)
    heard.play(1, 60.0, status=Status.PAUSED)
    heard.play(1, 5.0, start_s=80.0)
    heard.play(1, 20.0, status=Status.RECONNECTING)
    heard.at(1, Status.ENDED)
    assert [round(listen.heard_s) for listen in heard.done] == [15]


def test_a_computer_that_slept_did_not_listen() -> None:
    heard = Heard()
    heard.play(1, 10.0)
    heard.now_s += 3600
    heard.at(1, Status.PLAYING, 10.0)
    heard.at(1, Status.ENDED, 10.0)
    assert [round(listen.heard_s) for listen in heard.done] == [12]


def test_repeating_one_song_is_heard_anew_each_time() -> None:
    heard = Heard()
    heard.play(1, 99.0)
    heard.play(1, 50.0)
    assert [round(listen.heard_s) for listen in heard.done] == [99]
    rest = heard.counter.finish()
    assert rest is not None
    assert round(rest.heard_s) == 50


def test_seeking_back_is_the_same_listen() -> None:
    heard = Heard()
    heard.play(1, 50.0)
    heard.play(1, 20.0)
    assert heard.done == []


def test_a_song_skipped_at_once_was_not_heard() -> None:
    heard = Heard()
    heard.play(1, 0.5)
    heard.play(2, 2.0)
    heard.at(2, Status.FAILED)
    assert [listen.track for listen in heard.done] == [TRACKS[2]]
