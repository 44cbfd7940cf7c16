"""What every Playback must do, with or without sound (player/playback/port.py)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from player.domain.catalogue import Track
from player.domain.ids import EntryId
from player.domain.playback import QueueSource, Repeat, Status
from player.domain.sound import OutputChoice, SleepTimer
from tests.contract.playbacks import SUBJECTS, Subject
from tests.unit.player.playback.songs import track

LENGTH_S = 60.0


@pytest.fixture(params=sorted(SUBJECTS))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with SUBJECTS[request.param]() as made:
        yield made


def songs(names: str) -> list[Track]:
    return [track(name, seconds=LENGTH_S) for name in names]


def entry(subject: Subject, name: str) -> EntryId:
    return next(entry.id for entry in subject.playback.queue.order if entry.track.id == name)


def play(subject: Subject, names: str, start: int = 0) -> None:
    subject.do(subject.playback.play(songs(names), start=start))
    subject.hears(names[start])


def test_nothing_plays_at_first(subject: Subject) -> None:
    assert subject.playback.state.status is Status.IDLE
    assert subject.playback.queue.current is None
    for command in (
        subject.playback.resume,
        subject.playback.next,
        subject.playback.previous,
        subject.playback.pause,
    ):
        subject.do(command())
    subject.do(subject.playback.seek(10.0))
    assert subject.playback.state.status is Status.IDLE
    assert subject.playback.state.position_s == 0.0


def test_plays_from_the_song_that_was_asked_for(subject: Subject) -> None:
    source = QueueSource("album", "al", "Night Ferry")
    subject.do(subject.playback.play(songs("abc"), start=1, source=source))
    state = subject.hears("b")
    assert state.duration_s == LENGTH_S
    assert (subject.order, subject.playback.queue.index) == ("abc", 1)
    assert subject.playback.queue.source == source
    assert subject.queues[-1] == subject.playback.queue
    assert subject.states[-1].entry == subject.playback.queue.current
    assert subject.playback.stats().rendition_kbps is not None


def test_an_empty_list_stops(subject: Subject) -> None:
    play(subject, "ab")
    subject.do(subject.playback.play([]))
    state = subject.playback.state
    assert (state.status, state.entry, state.position_s, state.duration_s) == (Status.IDLE, None, 0.0, 0.0)
    assert subject.order == ""


def test_pause_and_resume(subject: Subject) -> None:
    play(subject, "a")
    subject.do(subject.playback.pause())
    assert subject.playback.state.status is Status.PAUSED
    subject.do(subject.playback.toggle())
    subject.hears("a")
    subject.do(subject.playback.toggle())
    assert subject.playback.state.status is Status.PAUSED


def test_a_skip_while_paused_stays_paused(subject: Subject) -> None:
    play(subject, "ab")
    subject.do(subject.playback.pause())
    subject.do(subject.playback.next())
    assert subject.playback.state.status is Status.PAUSED
    assert subject.current == "b"
    subject.do(subject.playback.resume())
    subject.hears("b")


def test_a_song_that_is_chosen_plays_even_when_paused(subject: Subject) -> None:
    play(subject, "abc")
    subject.do(subject.playback.pause())
    subject.do(subject.playback.play_entry(entry(subject, "c")))
    subject.hears("c")
    subject.do(subject.playback.play_entry(EntryId(10_000)))
    assert subject.current == "c"


def test_a_seek_keeps_to_the_song(subject: Subject) -> None:
    play(subject, "ab")
    subject.do(subject.playback.pause())
    for asked_s, reached_s in ((30.0, 30.0), (-5.0, 0.0), (1000.0, LENGTH_S)):
        subject.do(subject.playback.seek(asked_s))
        assert subject.playback.state.position_s == pytest.approx(reached_s, abs=0.1)


def test_the_end_of_the_order_ends(subject: Subject) -> None:
    play(subject, "ab", start=1)
    subject.do(subject.playback.next())
    state = subject.playback.state
    assert (state.status, state.position_s) == (Status.ENDED, LENGTH_S)
    subject.do(subject.playback.resume())
    subject.hears("a")


def test_what_was_queued_after_the_end_comes_first(subject: Subject) -> None:
    play(subject, "a")
    subject.do(subject.playback.next())
    subject.do(subject.playback.enqueue(songs("z"), is_next=False))
    subject.do(subject.playback.toggle())
    subject.hears("z")


def test_a_seek_after_the_end_plays_on_from_there(subject: Subject) -> None:
    play(subject, "a")
    subject.do(subject.playback.next())
    subject.do(subject.playback.seek(12.0))
    assert subject.hears("a").position_s == pytest.approx(12.0, abs=1.0)


def test_previous_is_the_start_then_the_song_before(subject: Subject) -> None:
    play(subject, "abc", start=1)
    subject.do(subject.playback.seek(20.0))
    subject.do(subject.playback.previous())
    assert (subject.current, subject.playback.state.position_s < 3.0) == ("b", True)
    subject.do(subject.playback.previous())
    subject.hears("a")
    subject.do(subject.playback.previous())
    assert subject.current == "a"


def test_everything_repeats_in_both_directions(subject: Subject) -> None:
    play(subject, "abc", start=2)
    subject.do(subject.playback.set_repeat(Repeat.ALL))
    subject.do(subject.playback.next())
    subject.hears("a")
    subject.do(subject.playback.previous())
    subject.hears("c")


def test_one_repeats_until_the_next_is_asked_for(subject: Subject) -> None:
    play(subject, "ab")
    subject.do(subject.playback.set_repeat(Repeat.ONE))
    subject.do(subject.playback.next())
    subject.hears("b")
    subject.do(subject.playback.next())
    assert subject.current == "a"


def test_what_is_picked_plays_before_the_rest(subject: Subject) -> None:
    play(subject, "abc")
    subject.do(subject.playback.enqueue(songs("x"), is_next=False))
    subject.do(subject.playback.enqueue(songs("y"), is_next=False))
    subject.do(subject.playback.enqueue(songs("z"), is_next=True))
    assert subject.order == "azxybc"
    assert [item.is_picked for item in subject.playback.queue.order] == [False, True, True, True, False, False]


def test_picking_into_an_empty_queue_waits_for_play(subject: Subject) -> None:
    subject.do(subject.playback.enqueue(songs("xy"), is_next=False))
    assert (subject.order, subject.current) == ("xy", None)
    assert subject.playback.state.status is Status.IDLE
    subject.do(subject.playback.resume())
    subject.hears("x")


def test_shuffle_keeps_the_song_and_comes_back_to_the_order(subject: Subject) -> None:
    play(subject, "abcdefgh", start=3)
    subject.do(subject.playback.set_shuffled(True))
    assert subject.playback.queue.is_shuffled
    assert subject.order[0] == "d"
    assert sorted(subject.order) == list("abcdefgh")
    subject.do(subject.playback.set_shuffled(False))
    assert (subject.order, subject.current) == ("abcdefgh", "d")
    assert subject.playback.state.is_advancing


def test_with_shuffle_on_the_chosen_song_comes_first(subject: Subject) -> None:
    subject.do(subject.playback.set_shuffled(True))
    play(subject, "abcdefgh", start=5)
    assert (subject.order[0], subject.current) == ("f", "f")


def test_entries_move_to_where_they_are_put(subject: Subject) -> None:
    play(subject, "abcd", start=1)
    subject.do(subject.playback.move_entry(entry(subject, "d"), 0))
    assert (subject.order, subject.current) == ("dabc", "b")
    subject.do(subject.playback.move_entry(entry(subject, "b"), 99))
    assert (subject.order, subject.current) == ("dacb", "b")
    subject.do(subject.playback.move_entry(EntryId(10_000), 0))
    assert subject.order == "dacb"
    assert not any(state.status is Status.PAUSED for state in subject.states)


def test_removing_the_song_that_plays_goes_to_the_next_that_stays(subject: Subject) -> None:
    play(subject, "abcd", start=1)
    subject.do(subject.playback.remove_entries([entry(subject, "b"), entry(subject, "c")]))
    subject.hears("d")
    assert subject.order == "ad"
    subject.do(subject.playback.remove_entries([entry(subject, "d")]))
    assert (subject.order, subject.playback.state.status) == ("a", Status.IDLE)


def test_removing_another_song_leaves_the_music_alone(subject: Subject) -> None:
    play(subject, "abc")
    playing = subject.playback.state.entry
    subject.do(subject.playback.remove_entries([entry(subject, "c"), EntryId(10_000)]))
    assert (subject.order, subject.playback.state.entry) == ("ab", playing)
    assert subject.playback.state.is_advancing


def test_clearing_leaves_what_was_heard_and_what_plays(subject: Subject) -> None:
    play(subject, "abcd", start=1)
    subject.do(subject.playback.clear_upcoming())
    assert (subject.order, subject.current) == ("ab", "b")
    assert subject.playback.state.is_advancing


def test_volume_stays_in_its_range(subject: Subject) -> None:
    for asked, kept in ((0.4, 0.4), (-1.0, 0.0), (3.0, 1.0)):
        subject.do(subject.playback.set_volume(asked))
        assert subject.playback.state.volume == kept
    subject.do(subject.playback.set_muted(True))
    assert subject.playback.state.is_muted


def test_who_unsubscribed_hears_nothing_more(subject: Subject) -> None:
    heard: list[object] = []
    unsubscribe = subject.playback.subscribe(heard.append)
    subject.do(subject.playback.set_volume(0.2))
    assert heard
    unsubscribe()
    unsubscribe()
    heard.clear()
    subject.do(subject.playback.set_volume(0.3))
    assert not heard


def test_versions_of_the_queue_grow(subject: Subject) -> None:
    play(subject, "abc")
    subject.do(subject.playback.set_repeat(Repeat.ALL))
    subject.do(subject.playback.next())
    versions = [queue.version for queue in subject.queues]
    assert versions == sorted(set(versions))


def test_the_speed_stays_in_its_range(subject: Subject) -> None:
    for asked, kept in ((1.5, 1.5), (0.1, 0.5), (9.0, 2.0), (1.0, 1.0)):
        subject.do(subject.playback.set_speed(asked))
        assert subject.playback.state.speed == kept


def test_the_crossfade_stays_in_its_range(subject: Subject) -> None:
    for asked, kept in ((6.0, 6.0), (-1.0, 0.0), (30.0, 12.0)):
        subject.do(subject.playback.set_crossfade(asked))
        assert subject.playback.state.crossfade_s == kept


def test_a_sleep_timer_can_be_seen_and_taken_back(subject: Subject) -> None:
    play(subject, "ab")
    subject.do(subject.playback.set_sleep(SleepTimer(seconds=1800.0)))
    sleep = subject.playback.state.sleep
    assert sleep is not None
    assert sleep.seconds == pytest.approx(1800.0, abs=20.0)
    subject.do(subject.playback.pause())
    assert subject.playback.state.sleep is not None
    subject.do(subject.playback.set_sleep(SleepTimer(songs=2)))
    assert subject.playback.state.sleep == SleepTimer(songs=2)
    subject.do(subject.playback.set_sleep(None))
    assert subject.playback.state.sleep is None


def test_a_device_that_is_not_there_stays_chosen(subject: Subject) -> None:
    play(subject, "a")
    assert subject.playback.state.output == OutputChoice()
    subject.do(subject.playback.set_output("gone", is_exclusive=True))
    choice = subject.playback.state.output
    assert (choice.device_id, choice.is_exclusive) == ("gone", True)
    assert "gone" not in [device.id for device in subject.playback.output_devices()]
    assert subject.playback.state.is_advancing
