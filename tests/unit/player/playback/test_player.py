"""The player with real mpv and a silent clock: what a listener does, and what the network does to it."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace

import pytest

from player.domain.catalogue import Loudness, Track
from player.domain.playback import PlaybackState, QueueState, Repeat, Status
from player.domain.sound import SleepTimer
from player.errors import AudioDeviceError, AuthError, NetworkError
from player.playback.engine_options import EngineConfig, Output
from player.playback.loudness import LoudnessMode
from player.playback.player import PlayerOptions
from player.playback.queue import Queue
from tests.unit.player.playback.bench import FAST, PlayerBench, a_song, running
from tests.unit.player.playback.fake_streams import FakeHealth, FakeStreams
from tests.unit.player.playback.songs import WavStream, noise, track

LONG = 60.0


def long_songs(*names: str) -> list[Track]:
    return [track(name, seconds=LONG) for name in names]


def test_plays_and_tells_the_first_sound() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a", "b"), start=1))
        state = bench.until_status(Status.PLAYING, "b")
        assert state.duration_s == LONG
        assert bench.until(lambda state: state.position_s > 0.2).is_advancing
        stats = bench.player.stats()
        assert stats.first_sound_ms is not None
        assert 0 < stats.first_sound_ms < 5000
        assert stats.stalls == 0
        assert bench.streams.plans[-1] == ("b",)


def test_songs_follow_each_other_to_the_end() -> None:
    with running(config=FAST) as bench:
        bench.do(bench.player.play([track(name, seconds=20.0) for name in "abc"]))
        state = bench.until_status(Status.ENDED)
        assert state.position_s == state.duration_s
        assert bench.streams.prepared == ["a", "b", "c"]


def test_pause_holds_the_position_and_resume_goes_on() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.until(lambda state: state.position_s > 0.1)
        bench.do(bench.player.pause())
        held = bench.until_status(Status.PAUSED).position_s
        bench.do(bench.player.toggle())
        assert bench.until(lambda state: state.is_advancing and state.position_s > held + 0.1)
        assert bench.player.stats().stalls == 0


def test_closing_says_nothing_more_about_the_position(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.until(lambda state: state.position_s > 0.3)
        said: list[object] = []
        bench.player.subscribe(said.append)
        close = bench.engine.close

        def close_late() -> None:  # so that mpv's last events overtake it
            time.sleep(0.3)
            close()

        monkeypatch.setattr(bench.engine, "close", close_late)
        bench.do(bench.player.aclose())
        assert not [state for state in said if isinstance(state, PlaybackState) and state.position_s < 0.3]


def test_seeks_and_stays_playing() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.until_status(Status.PLAYING)
        bench.do(bench.player.seek(31.5))
        assert bench.player.state.position_s == pytest.approx(31.5, abs=0.2)
        state = bench.until(lambda state: state.position_s > 31.6)
        assert state.status is Status.PLAYING
        assert Status.BUFFERING not in {seen.status for seen in bench.seen if seen.position_s >= 31.5}


def test_a_seek_before_the_song_is_open_is_where_it_begins() -> None:
    streams = FakeStreams(a_song)
    streams.held["a"] = asyncio.Event()
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.do(bench.player.seek(40.0))
        bench.runtime.loop.call_soon_threadsafe(streams.held["a"].set)
        bench.until_status(Status.PLAYING)
        assert all(seen.position_s >= 39.9 for seen in bench.seen if seen.is_advancing)


def test_ten_quick_skips_open_the_last_song_only() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs(*"abcdefghijkl")))
        bench.until_status(Status.PLAYING, "a")
        before = len(bench.streams.prepared)

        async def skip_ten() -> None:
            for _ in range(10):
                await bench.player.next()

        bench.do(skip_ten())
        bench.until_status(Status.PLAYING, "k")
        opened = set(bench.streams.prepared[before:])
        assert opened <= {"b", "k", "l"}  # b was to follow a without a gap
        assert bench.titles_heard() == ["a", "k"]


def test_previous_goes_to_the_start_first() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a", "b"), start=1))
        bench.until_status(Status.PLAYING, "b")
        bench.do(bench.player.seek(10.0))
        bench.do(bench.player.previous())
        assert bench.player.state.position_s < 3.0
        assert bench.player.queue.index == 1
        bench.do(bench.player.previous())
        assert bench.until_status(Status.PLAYING, "a")


def test_next_at_the_end_ends_and_resume_begins_again() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a", "b"), start=1))
        bench.do(bench.player.next())
        assert bench.player.state.status is Status.ENDED
        bench.do(bench.player.resume())
        bench.until_status(Status.PLAYING, "a")


def test_what_was_queued_after_the_end_is_played_on_resume() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.do(bench.player.next())
        bench.do(bench.player.enqueue(long_songs("z"), is_next=False))
        bench.do(bench.player.resume())
        bench.until_status(Status.PLAYING, "z")


def test_removing_the_song_that_plays_goes_to_the_next() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a", "b", "c")))
        bench.until_status(Status.PLAYING, "a")
        bench.do(bench.player.remove_entries([bench.player.queue.order[0].id]))
        bench.until_status(Status.PLAYING, "b")
        bench.do(bench.player.remove_entries([entry.id for entry in bench.player.queue.order]))
        assert bench.player.state.status is Status.IDLE
        assert bench.player.queue.order == ()


def test_a_changed_queue_changes_what_follows_and_not_what_plays() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a", "b", "c")))
        bench.until_status(Status.PLAYING, "a")
        for _ in range(3):
            bench.do(bench.player.move_entry(bench.player.queue.order[1].id, 2))
        bench.do(bench.player.seek(LONG - 0.8))
        bench.until_status(Status.PLAYING, "c")
        assert bench.titles_heard() == ["a", "c"]
        assert bench.player.stats().stalls == 0


def test_repeat_one_plays_it_again() -> None:
    with running(config=FAST, options=PlayerOptions(repeat=Repeat.ONE)) as bench:
        bench.do(bench.player.play([track("a", seconds=3.0), track("b")]))
        bench.until(lambda _: len(bench.streams.prepared) >= 4)
        assert set(bench.streams.prepared) == {"a"}


def test_a_network_fault_holds_and_never_skips() -> None:
    streams = FakeStreams(a_song)
    streams.errors["a"] = [NetworkError("no route"), NetworkError("no route")]
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        state = bench.until_status(Status.RECONNECTING, "a")
        assert isinstance(state.error, NetworkError)
        assert state.retry_in_s is not None
        bench.do(bench.player.retry_now())
        bench.until_status(Status.PLAYING, "a")
        assert streams.retries == 1
        assert bench.titles_heard() == ["a"]


@pytest.mark.allow_log("a song cannot be played: NOT_FOUND")
def test_a_song_that_is_gone_is_said_and_passed_over() -> None:
    streams = FakeStreams(a_song)
    streams.gone.add("a")
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.PLAYING, "b")
        failed = [state for state in bench.seen if state.status is Status.FAILED]
        assert failed
        assert failed[0].entry is not None
        assert failed[0].entry.track.id == "a"
        assert failed[0].error is not None
        assert failed[0].error.code == "NOT_FOUND"


@pytest.mark.allow_log("a song cannot be played: NOT_FOUND")
def test_a_queue_of_gone_songs_comes_to_rest() -> None:
    streams = FakeStreams(a_song)
    streams.gone |= {"a", "b"}
    with running(streams, options=PlayerOptions(repeat=Repeat.ALL, failed_pause_s=0.01)) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.FAILED, "b")
        streams.gone.clear()
        bench.do(bench.player.resume())
        bench.until_status(Status.PLAYING, "b")


@pytest.mark.allow_log("a song cannot be played: AUTH")
def test_being_signed_out_does_not_run_through_the_queue() -> None:
    streams = FakeStreams(a_song)
    streams.errors["a"] = [AuthError("you are signed out")]
    with running(streams, options=PlayerOptions(failed_pause_s=0.0)) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.FAILED, "a")
        bench.do(bench.player.resume())
        bench.until_status(Status.PLAYING, "a")
        assert bench.titles_heard() == ["a"]


def test_a_source_that_stops_mid_song_stalls_and_goes_on_at_the_same_place() -> None:
    made: list[WavStream] = []

    def held(song: Track) -> WavStream:
        pcm = noise(LONG)
        made.append(WavStream(pcm, hold_at=44 + 44_100 * 8 * 2))  # two seconds of stereo float
        return made[-1]

    streams = FakeStreams(held)
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.BUFFERING)
        bench.until_status(Status.PLAYING)
        stopped = bench.until_status(Status.BUFFERING).position_s
        streams.health = FakeHealth("reconnecting", NetworkError("gone"), next_retry_at_s=1e12)
        held_up = bench.until(lambda state: state.status is Status.RECONNECTING and state.retry_in_s is not None)
        assert held_up.retry_in_s is not None
        assert held_up.retry_in_s > 1e6
        streams.health = FakeHealth()
        made[0].release()
        state = bench.until_status(Status.PLAYING)
        assert state.position_s == pytest.approx(stopped, abs=0.3)
        assert stopped == pytest.approx(2.0, abs=0.3)
        assert state.retry_in_s is None
        assert bench.player.stats().fetched == FakeHealth().fetched
        assert bench.player.stats().stalls == 1
        assert bench.player.stats().stall_s > 0.1
        assert bench.titles_heard() == ["a"]


def test_an_early_end_is_not_believed() -> None:
    def cut_once(song: Track) -> WavStream:
        whole = len(streams.prepared) > 1
        return WavStream(noise(LONG), cut_at=None if whole else 44 + 44_100 * 8)

    streams = FakeStreams(cut_once)
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.PLAYING, "a")
        state = bench.until(lambda state: state.position_s > 1.3)
        assert state.entry is not None
        assert state.entry.track.id == "a"
        assert streams.prepared[:2] == ["a", "a"] or streams.prepared[:3] == ["a", "b", "a"]


@pytest.mark.allow_log("cannot be played: PROTOCOL|mpv ")
def test_a_song_that_cannot_be_decoded_fails_in_the_end() -> None:
    streams = FakeStreams(lambda song: WavStream(noise(LONG), body=bytes(5_000)) if song.id == "a" else a_song(song))
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.PLAYING, "b")
        assert streams.prepared.count("a") > 1


def test_a_restored_queue_stands_paused_and_fetches_nothing() -> None:
    queue = Queue(random.Random(1))
    queue.replace(long_songs("a", "b"), start=1)
    with running() as bench:
        bench.do(bench.player.restore(queue.state, 21.0))
        assert bench.player.state.status is Status.PAUSED
        assert bench.player.state.position_s == 21.0
        assert bench.streams.prepared == []
        assert not bench.engine.is_open
        bench.do(bench.player.toggle())
        bench.until_status(Status.PLAYING, "b")
        assert all(state.position_s > 20.9 for state in bench.seen if state.is_advancing)


def test_volume_mute_and_order_are_told() -> None:
    orders: list[QueueState] = []
    with running() as bench:
        bench.player.subscribe(lambda event: orders.append(event) if isinstance(event, QueueState) else None)
        bench.do(bench.player.set_volume(1.7))
        bench.do(bench.player.set_muted(True))
        bench.do(bench.player.set_shuffled(True))
        bench.do(bench.player.set_repeat(Repeat.ALL))
        assert bench.player.state.volume == 1.0
        assert bench.player.state.is_muted
        assert orders[-1].is_shuffled
        assert orders[-1].repeat is Repeat.ALL


def test_without_a_sound_device_the_place_is_held() -> None:
    with running(config=EngineConfig(Output.DEVICE, device_driver="alsa")) as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.do(bench.player.seek(12.0))
        state = bench.until(lambda state: isinstance(state.error, AudioDeviceError))
        assert state.status is Status.PAUSED
        assert state.position_s == pytest.approx(12.0, abs=1.0)
        bench.do(bench.player.resume())
        assert bench.player.state.error is None
        bench.until(lambda state: isinstance(state.error, AudioDeviceError) and state.status is Status.PAUSED)


def test_closing_while_a_read_is_blocked_ends_at_once() -> None:
    streams = FakeStreams(lambda song: WavStream(noise(LONG), hold_at=44))
    with running(streams) as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.until_status(Status.BUFFERING)
        bench.until(lambda _: bool(streams.streams))
        assert streams.streams[0].is_blocked.wait(10)
    assert streams.streams[0].is_cancelled


def measured(name: str, lufs: float) -> Track:
    return replace(long_songs(name)[0], loudness=Loudness(track_lufs=lufs, track_peak_dbtp=-20.0))


def chain(bench: PlayerBench) -> str:
    return str(bench.engine._mpv["af"])


def test_loudness_changes_while_a_song_plays_and_for_the_next() -> None:
    with running() as bench:
        bench.do(bench.player.play([measured("a", -9.0), measured("b", -20.0)]))
        bench.until_status(Status.PLAYING, "a")
        assert "volume=-5.000dB" in chain(bench)
        bench.do(bench.player.set_loudness(LoudnessMode.SONG, -18.0))
        bench.until(lambda _: "asetnsamples" in chain(bench))
        bench.do(bench.player.set_loudness(LoudnessMode.OFF, -18.0))
        bench.do(bench.player.set_loudness(LoudnessMode.SONG, -23.0))
        bench.do(bench.player.next())
        bench.until_status(Status.PLAYING, "b")
        assert "volume=-3.000dB" in chain(bench)
        bench.do(bench.player.set_loudness(LoudnessMode.OFF, -23.0))
        bench.do(bench.player.next())
        bench.do(bench.player.previous())
        bench.until(lambda state: state.is_advancing and chain(bench) == "[]")
        assert bench.player.stats().stalls == 0


def test_loudness_that_changes_while_a_song_is_opened_counts_from_its_start() -> None:
    streams = FakeStreams(a_song)
    with running(streams) as bench:
        streams.held["a"] = asyncio.Event()
        bench.do(bench.player.play([measured("a", -9.0)]))
        bench.do(bench.player.set_loudness(LoudnessMode.SONG, -23.0))
        bench.runtime.loop.call_soon_threadsafe(streams.held["a"].set)
        bench.until_status(Status.PLAYING, "a")
        assert "volume=-14.000dB" in chain(bench)


def test_a_faster_song_is_told_to_the_look_ahead_and_costs_no_stall() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.until_status(Status.PLAYING, "a")
        bench.do(bench.player.set_speed(2.0))
        bench.until(lambda state: state.position_s > 2.0)
        assert (bench.player.state.speed, bench.streams.speed) == (2.0, 2.0)
        assert "scaletempo" not in chain(bench)  # mpv's own, not one of ours
        bench.do(bench.player.set_speed(1.0))
        assert bench.player.stats().stalls == 0


def test_the_sleep_timer_fades_pauses_and_gives_the_volume_back() -> None:
    with running(options=PlayerOptions(volume=0.8)) as bench:
        bench.do(bench.player.play(long_songs("a", "b")))
        bench.until_status(Status.PLAYING, "a")
        bench.do(bench.player.set_sleep(SleepTimer(seconds=0.6)))
        state = bench.until_status(Status.PAUSED)
        assert (state.sleep, state.volume) == (None, 0.8)
        assert state.position_s > 0
        bench.until(lambda _: float(bench.engine._mpv["volume"]) == pytest.approx(80.0))
        bench.do(bench.player.resume())
        bench.until(lambda later: later.is_advancing and later.position_s > state.position_s)


def test_the_sleep_timer_runs_on_while_paused() -> None:
    with running() as bench:
        bench.do(bench.player.play(long_songs("a")))
        bench.until_status(Status.PLAYING, "a")
        bench.do(bench.player.pause())
        bench.do(bench.player.set_sleep(SleepTimer(seconds=0.1)))
        bench.until(lambda state: state.sleep is None)
        assert bench.player.state.status is Status.PAUSED


def test_the_music_sleeps_at_the_end_of_a_song_and_stands_before_the_next() -> None:
    with running(config=FAST) as bench:
        bench.do(bench.player.set_sleep(SleepTimer(songs=2)))
        bench.do(bench.player.play([track(name, seconds=20.0) for name in "abc"]))
        state = bench.until(lambda state: state.status is Status.PAUSED and state.sleep is None)
        assert state.entry is not None
        assert (state.entry.track.id, state.position_s) == ("c", 0.0)
        bench.do(bench.player.resume())
        bench.until_status(Status.ENDED)


def test_the_last_song_leaves_nothing_for_the_sleep_timer() -> None:
    with running(config=FAST) as bench:
        bench.do(bench.player.set_sleep(SleepTimer(songs=1)))
        bench.do(bench.player.play([track("a", seconds=20.0)]))
        bench.until(lambda state: state.status is Status.ENDED and state.sleep is None)
