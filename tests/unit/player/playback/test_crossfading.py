"""One song fading into the next: the curves sample by sample, and the turn of two real engines without a device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from player.domain.catalogue import Track
from player.domain.playback import Repeat, Status
from player.playback.engine import MpvEngine
from player.playback.engine_events import Ended, EngineEvent
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import PlayerOptions
from tests.unit.player.playback.bench import LIMIT_S, PlayerBench, a_song, running
from tests.unit.player.playback.engine_bench import EngineBench
from tests.unit.player.playback.fake_streams import FakeStreams
from tests.unit.player.playback.songs import RATE, Pcm, WavStream, from_recording, noise, track

FADE_S = 3.0
LENGTH_S = 9.0
STEP = 1.5 / 32_768  # a recording is rounded to 16 bits


def recorded(path: Path, play: Callable[[MpvEngine], None]) -> Pcm:
    bench = EngineBench(EngineConfig(Output.RECORDING, record_to=path))
    play(bench.engine)
    bench.until_ended()
    bench.engine.close()
    return from_recording(path)


def quarter_sine(samples: int) -> Pcm:
    return np.sin(np.arange(samples) / samples * np.pi / 2).astype(np.float32)[:, None]


def test_the_fades_are_exact_and_their_power_is_one(tmp_path: Path) -> None:
    source, faded = noise(LENGTH_S), round(FADE_S * RATE)
    rise, fall = quarter_sine(faded), quarter_sine(faded + 1)[:0:-1]
    held = WavStream(source, hold_at=44 + RATE)

    def leave(engine: MpvEngine) -> None:
        engine.load(held)
        assert held.is_blocked.wait(LIMIT_S)
        engine.fade_out(LENGTH_S - FADE_S, FADE_S)
        held.release()

    came = recorded(tmp_path / "in.wav", lambda engine: void(engine.load(WavStream(source), fade_in_s=FADE_S)))
    left = recorded(tmp_path / "out.wav", leave)
    assert len(came) == len(left) == len(source)  # from the first sample to the last
    assert np.abs(came[:faded] - source[:faded] * rise).max() < STEP
    assert np.array_equal(came[faded:], source[faded:])
    assert np.array_equal(left[:-faded], source[:-faded])
    assert np.abs(left[-faded:] - source[-faded:] * fall).max() < STEP
    power_db = 10 * np.log10(rise**2 + fall**2)
    assert np.abs(power_db).max() < 0.01


def void(_: object) -> None:
    """For calls whose answer is not wanted."""


def songs(names: str, album: str | None = None) -> list[Track]:
    return [track(name, seconds=LENGTH_S, album=album) for name in names]


@pytest.fixture
def bench() -> Iterator[PlayerBench]:
    with running(options=PlayerOptions(crossfade_s=FADE_S)) as made:
        yield made


def play_to_before_the_fade(bench: PlayerBench, names: str) -> None:
    bench.do(bench.player.play(songs(names)))
    bench.until(lambda state: state.is_advancing)
    bench.do(bench.player.seek(LENGTH_S - FADE_S - 1.0))


def until_ready(bench: PlayerBench) -> None:
    """The next song rests behind the one that plays."""
    bench.until(lambda state: state.is_advancing and bench.pair._coming is not None and bench.pair._coming.is_ready)


def until_fading(bench: PlayerBench, name: str = "b") -> None:
    bench.until(lambda state: plays(bench, name) and bench.pair.is_fading)


def plays(bench: PlayerBench, name: str) -> bool:
    entry = bench.player.state.entry
    return bench.player.state.is_advancing and entry is not None and entry.track.id == name


def test_songs_fade_into_each_other_without_a_stall(bench: PlayerBench) -> None:
    play_to_before_the_fade(bench, "abc")
    until_fading(bench)
    leaving, coming = bench.streams.streams[:2]
    assert (leaving.is_cancelled, coming.is_cancelled) == (False, False)
    assert bench.player.state.position_s < FADE_S
    assert bench.streams.plans[-1][-1] == "a"  # still read
    bench.until(lambda _: not bench.pair.is_fading)
    bench.until(lambda _: bench.streams.plans[-1] == ("b", "c"))
    assert leaving.is_cancelled
    bench.do(bench.player.seek(LENGTH_S - FADE_S - 1.0))
    until_fading(bench, "c")
    bench.do(bench.player.seek(LENGTH_S - 0.5))
    bench.until_status(Status.ENDED)
    assert bench.titles_heard() == ["a", "b", "c"]
    assert bench.player.stats().stalls == 0


def test_the_turn_comes_where_the_song_that_leaves_begins_to_fade(bench: PlayerBench) -> None:
    ends: list[float] = []
    tell = bench.pair._listener
    assert tell is not None

    def note(event: EngineEvent) -> None:
        if isinstance(event, Ended):
            ends.append(event.position_s)
        tell(event)

    bench.pair.listen(note)
    play_to_before_the_fade(bench, "ab")
    until_fading(bench)
    assert len(ends) == 1
    assert LENGTH_S - FADE_S - 0.15 < ends[0] < LENGTH_S  # never early; late by what the machine is


def test_a_pause_holds_both_songs(bench: PlayerBench) -> None:
    play_to_before_the_fade(bench, "ab")
    until_fading(bench)
    bench.do(bench.player.pause())
    bench.until(lambda _: all(engine._mpv["pause"] for engine in bench.pair._both))
    assert bench.player.state.status is Status.PAUSED
    assert bench.pair.is_fading
    bench.do(bench.player.resume())
    bench.until(lambda _: not bench.pair.is_fading)
    assert plays(bench, "b")
    assert bench.player.stats().stalls == 0


@pytest.mark.parametrize("position_s", [0.0, 3.5])
def test_a_seek_ends_the_fade(bench: PlayerBench, position_s: float) -> None:
    play_to_before_the_fade(bench, "ab")
    until_fading(bench)
    bench.do(bench.player.seek(position_s))
    assert not bench.pair.is_fading
    bench.until(lambda state: state.is_advancing and state.position_s > position_s + 0.2)
    assert str(bench.engine._mpv["af"]) == "[]"  # and what is heard now does not rise
    assert bench.streams.streams[0].is_cancelled


def test_a_skip_ends_the_fade(bench: PlayerBench) -> None:
    play_to_before_the_fade(bench, "abc")
    until_fading(bench)
    bench.do(bench.player.next())
    bench.until_status(Status.PLAYING, "c")
    assert not bench.pair.is_fading
    assert all(stream.is_cancelled for stream in bench.streams.streams[:2])


def test_after_a_seek_into_the_fade_it_takes_what_is_left(bench: PlayerBench) -> None:
    play_to_before_the_fade(bench, "ab")
    until_ready(bench)
    bench.do(bench.player.pause())
    bench.do(bench.player.seek(LENGTH_S - 2.5))
    coming = bench.pair._coming
    assert coming is not None
    assert coming.length_s == pytest.approx(1.8)
    bench.do(bench.player.resume())
    until_fading(bench)


def test_after_a_seek_to_the_end_the_next_song_follows_without_a_fade(bench: PlayerBench) -> None:
    bench.do(bench.player.play(songs("ab")))
    until_ready(bench)
    bench.do(bench.player.seek(LENGTH_S - 0.4))
    bench.until_status(Status.PLAYING, "b")
    assert not bench.pair.is_fading
    bench.until(lambda state: state.position_s > 0.3)
    assert str(bench.engine._mpv["af"]) == "[]"


def test_no_fade_before_the_song_is_there_to_its_end() -> None:
    held_until_s = [LENGTH_S - 1.0]

    class PartlyHeld(WavStream):
        def buffered_until_s(self, position_s: float) -> float:
            return held_until_s[0]

    streams = FakeStreams(lambda song: PartlyHeld(noise(song.duration_s), track_id=song.id))
    with running(streams, options=PlayerOptions(crossfade_s=FADE_S)) as bench:
        play_to_before_the_fade(bench, "ab")
        bench.until(lambda state: state.is_advancing and state.position_s > LENGTH_S - FADE_S + 0.4)
        bench.do(bench.player.pause())
        assert not bench.pair.is_fading
        held_until_s[0] = LENGTH_S
        bench.do(bench.player.resume())
        until_fading(bench)


def join_instead(bench: PlayerBench) -> None:
    """The next song stands in the playlist of the one engine that runs, as it does without a crossfade."""
    bench.until(lambda state: state.is_advancing and state.position_s > 0.3)
    bench.until(lambda _: len(bench.engine._mpv.playlist) == 2)
    assert bench.pair._coming is None
    assert not bench.pair._back.is_open


def test_an_album_in_its_order_joins_to_the_sample(bench: PlayerBench) -> None:
    album = [replace(song, track_number=at) for at, song in enumerate(songs("ab", album="A"), start=1)]
    bench.do(bench.player.play(album))
    join_instead(bench)


def test_a_song_that_repeats_joins_to_the_sample(bench: PlayerBench) -> None:
    bench.do(bench.player.set_repeat(Repeat.ONE))
    bench.do(bench.player.play(songs("ab")))
    join_instead(bench)


def test_switched_off_while_the_next_song_waits_it_joins_to_the_sample(bench: PlayerBench) -> None:
    bench.do(bench.player.play(songs("ab")))
    until_ready(bench)
    bench.do(bench.player.set_crossfade(0.0))
    bench.until(lambda _: len(bench.engine._mpv.playlist) == 2)
    assert str(bench.engine._mpv["af"]) == "[]"


def test_a_device_taken_alone_has_no_place_for_a_second_song(bench: PlayerBench) -> None:
    bench.do(bench.player.set_output("auto", is_exclusive=True))
    bench.do(bench.player.play(songs("ab")))
    join_instead(bench)


def test_a_song_that_cannot_be_decoded_is_opened_when_its_turn_comes() -> None:
    made: list[str] = []

    def make(song: Track) -> WavStream:
        made.append(song.id)
        is_broken = made.count("b") == 1 and song.id == "b"
        return WavStream(noise(song.duration_s), track_id=song.id, cut_at=0 if is_broken else None)

    with running(FakeStreams(make), options=PlayerOptions(crossfade_s=FADE_S)) as bench:
        play_to_before_the_fade(bench, "ab")
        bench.until_status(Status.PLAYING, "b")
        bench.do(bench.player.seek(LENGTH_S - 0.5))
        bench.until_status(Status.ENDED)
        assert bench.titles_heard() == ["a", "b"]


def test_closes_in_the_middle_of_a_fade() -> None:
    with running(FakeStreams(a_song), options=PlayerOptions(crossfade_s=FADE_S)) as bench:
        play_to_before_the_fade(bench, "ab")
        until_fading(bench)
    assert all(stream.is_cancelled for stream in bench.streams.streams)


def test_a_recording_never_fades(tmp_path: Path) -> None:
    path, source = tmp_path / "joined.wav", noise(2 * LENGTH_S)
    halves = {"a": source[: len(source) // 2], "b": source[len(source) // 2 :]}
    streams = FakeStreams(lambda song: WavStream(halves[song.id], track_id=song.id))
    config = EngineConfig(Output.RECORDING, record_to=path)
    with running(streams, config, PlayerOptions(crossfade_s=FADE_S)) as bench:
        bench.do(bench.player.play(songs("ab")))
        bench.until_status(Status.ENDED)
    assert np.array_equal(from_recording(path), source)
