"""Songs cut from one piece of music at any sample sound as that piece: through changes of rendition, in every order
of play, and after the queue was changed while they played. Recorded through the whole player."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from player.domain.playback import Repeat, Status
from player.playback.engine_options import EngineConfig, Output
from tests.support.cut_songs import Wandering, cut, expected, order_heard
from tests.support.held import Held
from tests.support.listening import LIMIT_S, Listening, listening, recorded
from tests.support.media_server import Song
from tests.support.music import tone

RATE = 44_100
SECONDS = 27.0
SOURCE = tone(SECONDS, seed=9)
FRAME = 1_024


def ended(listener: Listening) -> None:
    listener.until(lambda state: state.status is Status.ENDED)


def order(listener: Listening) -> list[str]:
    return [entry.track.id for entry in listener.player.queue.order]


def until_recorded(path: Path, samples: int) -> None:
    """The file grows as fast as mpv decodes."""
    end_s = time.monotonic() + LIMIT_S
    while not path.exists() or path.stat().st_size < samples * 4:
        assert time.monotonic() < end_s, "the recording does not grow"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def pieces() -> dict[str, Song]:
    """Four songs: one ends a sample after a frame does, one is a single sample longer than a segment."""
    return cut(SOURCE, [5 * RATE + 11, 5 * RATE + 11 + 172 * FRAME + 1, 20 * RATE - 3])


@pytest.mark.parametrize("seed", [1, 2])
def test_pieces_sound_as_the_whole_through_changes_of_rendition(
    seed: int, pieces: dict[str, Song], tmp_path: Path
) -> None:
    path = tmp_path / "whole.wav"
    with listening(EngineConfig(Output.RECORDING, record_to=path), Wandering(seed), **pieces) as listener:
        listener.play(*pieces)
        ended(listener)
        want = expected(listener.server, list(pieces), tmp_path)
    got = recorded(path)
    assert len(got) == len(SOURCE)
    assert np.array_equal(got, want)


def test_a_song_of_one_frame_between_two_others(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    songs = cut(SOURCE[: 12 * RATE], [5 * RATE, 5 * RATE + 900])
    with listening(EngineConfig(Output.RECORDING, record_to=path), Wandering(3), **songs) as listener:
        listener.play(*songs)
        ended(listener)
        want = expected(listener.server, list(songs), tmp_path)
    assert np.array_equal(recorded(path), want)


def test_shuffled_songs_join_without_a_gap(pieces: dict[str, Song], tmp_path: Path) -> None:
    path = tmp_path / "shuffled.wav"
    with listening(EngineConfig(Output.RECORDING, record_to=path), Wandering(4), **pieces) as listener:
        listener.do(listener.player.set_shuffled(True))
        listener.play(*pieces)
        ended(listener)
        want = expected(listener.server, order(listener), tmp_path)
    assert np.array_equal(recorded(path), want)


@pytest.mark.parametrize("repeat", [Repeat.ONE, Repeat.ALL])
def test_repeated_songs_join_without_a_gap(repeat: Repeat, pieces: dict[str, Song], tmp_path: Path) -> None:
    path = tmp_path / "repeated.wav"
    songs = {name: pieces[name] for name in ("p00", "p01")}
    length = sum(song.timeline.sample_count for song in songs.values())
    with listening(EngineConfig(Output.RECORDING, record_to=path), Wandering(5), **songs) as listener:
        listener.do(listener.player.set_repeat(repeat))
        listener.play(*songs)
        until_recorded(path, 3 * length)
        listener.do(listener.player.set_repeat(Repeat.OFF))
        ended(listener)
        heard = {name: expected(listener.server, [name], tmp_path) for name in order(listener)}
    again = order_heard(recorded(path), heard)
    if repeat is Repeat.ALL:
        assert again == ["p00", "p01"] * (len(again) // 2)
        assert len(again) >= 6
    else:
        assert again.count("p00") >= 3
        assert again == ["p00"] * again.count("p00") + ["p01"] * (len(again) - again.count("p00"))


def test_a_queue_changed_while_it_plays_joins_without_a_gap(pieces: dict[str, Song], tmp_path: Path) -> None:
    """The first song stands still half way, its follower already opened, while others are put in its place."""
    path = tmp_path / "changed.wav"
    with listening(EngineConfig(Output.RECORDING, record_to=path), Wandering(6), **pieces) as listener:
        listener.server.gate = gate = Held(1)
        listener.play("p00", "p01", "p02")
        listener.until(lambda state: state.buffered_until_s > 3.0)
        _, second, third = (entry.id for entry in listener.player.queue.order)
        listener.do(listener.player.move_entry(third, 1))
        listener.do(listener.player.enqueue(listener.tracks(["p03", "p00"]), is_next=True))
        listener.do(listener.player.remove_entries([second]))
        listener.do(listener.player.move_entry(listener.player.queue.order[-1].id, 1))
        gate.set()
        ended(listener)
        assert order(listener) == ["p00", "p02", "p03", "p00"]
        want = expected(listener.server, order(listener), tmp_path)
    assert np.array_equal(recorded(path), want)
