"""The engine alone, with real libmpv: exact joins and seeks, isolation, and an end that never hangs."""

from __future__ import annotations

import gc
import importlib
import locale
import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from player.errors import EngineUnavailable
from player.playback import engine as engine_module
from player.playback import libmpv
from player.playback.engine import MpvEngine
from player.playback.engine_events import (
    DeviceLost,
    EndReason,
    Restarted,
    SoundingChanged,
)
from player.playback.engine_log import log_line
from player.playback.engine_options import EngineConfig, Output, volume_percent
from tests.unit.player.playback.bench import FAST, LIMIT_S, SILENT
from tests.unit.player.playback.engine_bench import EngineBench
from tests.unit.player.playback.songs import RATE, Pcm, WavStream, from_recording, noise, wav


@pytest.fixture
def opened() -> Iterator[Callable[[EngineConfig], EngineBench]]:
    benches: list[EngineBench] = []

    def make(config: EngineConfig) -> EngineBench:
        benches.append(EngineBench(config))
        return benches[-1]

    yield make
    for bench in benches:
        bench.engine.close()


def record(bench: EngineBench, *streams: WavStream, gains: tuple[float, ...] = ()) -> None:
    """Play the songs one behind the other as fast as they decode, and finish the file."""
    gain = gains or (0.0,) * len(streams)
    bench.engine.load(streams[0], gain_db=gain[0])
    for number, stream in enumerate(streams[1:], start=1):
        bench.engine.append(stream, gain_db=gain[number])
        bench.until_ended(number)
        bench.engine.promote_next()
    bench.until_ended(len(streams))
    bench.engine.close()


@pytest.mark.parametrize("cuts", [(1, 2), (100_001, 250_007), (RATE, RATE + 1), (4_095, 4_097)])
def test_songs_cut_from_one_source_join_to_the_sample(
    cuts: tuple[int, int], tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    source = noise(7.0)
    parts = [source[: cuts[0]], source[cuts[0] : cuts[1]], source[cuts[1] :]]
    path = tmp_path / "joined.wav"
    record(opened(EngineConfig(Output.RECORDING, record_to=path)), *(WavStream(part) for part in parts))
    assert np.array_equal(from_recording(path), source)


def test_a_recording_ignores_the_volume(tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]) -> None:
    path, source = tmp_path / "loud.wav", noise(1.0)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path, volume=0.2, is_muted=True))
    bench.engine.set_volume(0.1)
    bench.engine.set_muted(True)
    record(bench, WavStream(source))
    assert np.array_equal(from_recording(path), source)


def test_a_recording_takes_the_format_of_its_first_song(
    tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    path = tmp_path / "mixed.wav"
    second = WavStream(noise(1.0, rate=48_000, channels=1), rate=48_000)
    record(opened(EngineConfig(Output.RECORDING, record_to=path)), WavStream(noise(1.0)), second)
    samples = from_recording(path)
    assert abs(len(samples) - 2 * RATE) < 64  # the resampler's own delay
    assert np.array_equal(samples[:RATE], noise(1.0))


def test_a_recording_survives_silence_between_songs(
    tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    path, source = tmp_path / "late.wav", noise(2.0)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    bench.engine.load(WavStream(source[:50_000]))
    bench.until_ended(1)  # mpv closes its output: nothing was appended
    bench.engine.load(WavStream(source[50_000:]))
    bench.until_ended(2)
    bench.engine.close()
    assert np.array_equal(from_recording(path), source)


@pytest.mark.parametrize("position", [0, 1, 2, 1_000, 44_100, 88_200, 100_003, 132_299, 220_499])
def test_starts_and_seeks_are_exact(
    position: int, tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    path, source = tmp_path / "sought.wav", noise(5.0)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    bench.engine.load(WavStream(source), position_s=position / RATE)
    bench.until_ended()
    bench.engine.close()
    assert np.array_equal(from_recording(path), source[position:])


def test_a_seek_while_playing_lands_where_it_should(opened: Callable[[EngineConfig], EngineBench]) -> None:
    bench = opened(SILENT)
    bench.engine.load(WavStream(noise(60.0)))
    bench.until(lambda event: event == SoundingChanged(is_sounding=True))
    bench.engine.set_paused(True)
    bench.engine.seek(31.25)
    bench.until(lambda event: isinstance(event, Restarted), 2)
    bench.engine.set_paused(False)
    bench.until(lambda event: event == SoundingChanged(is_sounding=True), 2)
    assert 31.24 <= bench.engine.position_s < 33.0


def test_of_two_seeks_in_a_row_only_the_second_counts(opened: Callable[[EngineConfig], EngineBench]) -> None:
    bench = opened(SILENT)
    bench.engine.load(WavStream(noise(60.0)))
    bench.until(lambda event: event == SoundingChanged(is_sounding=True))
    bench.engine.set_paused(True)
    for number in range(30):
        first_s, second_s = 10.0 + number, 50.0 - number
        bench.engine.seek(first_s)
        threading.Event().wait(number % 10 / 2000)  # about when mpv tells of the first
        told = len([event for event in bench.events if isinstance(event, Restarted)])
        bench.engine.seek(second_s)
        bench.until(lambda event: isinstance(event, Restarted), told + 1)
        seen = [bench.engine.position_s for _ in range(1000)]
        assert min(seen) > second_s - 0.5
        assert max(seen) < second_s + 0.5


def test_the_next_song_can_be_replaced_without_touching_the_current(
    tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    path, source = tmp_path / "changed.wav", noise(3.0)
    held = WavStream(source[:RATE], hold_at=44 + RATE * 4)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    bench.engine.load(held)
    dropped = [WavStream(noise(1.0, seed=seed)) for seed in (2, 3, 4)]
    for stream in dropped:
        bench.engine.append(stream)
    bench.engine.append(WavStream(source[RATE:]))
    held.release()
    bench.until_ended(1)
    bench.engine.promote_next()
    bench.until_ended(2)
    bench.engine.close()
    assert np.array_equal(from_recording(path), source)
    assert all(stream.is_cancelled for stream in dropped)


def test_an_end_before_the_end_is_told_as_a_cut(opened: Callable[[EngineConfig], EngineBench]) -> None:
    bench = opened(FAST)
    bench.engine.load(WavStream(noise(30.0), cut_at=44 + RATE * 8 * 5))
    assert bench.until_ended().reason is EndReason.CUT


def test_no_configuration_of_the_listeners_own_mpv_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    planted, home = tmp_path / "ran", tmp_path / "mpv-home"
    (home / "scripts").mkdir(parents=True)
    (home / "mpv.conf").write_text("volume=3\nspeed=4\n")
    (home / "scripts" / "planted.lua").write_text(f'io.open("{planted}", "w"):close()')
    fake_ytdl = tmp_path / "yt-dlp"
    fake_ytdl.write_text(f"#!/bin/sh\ntouch {planted}\n")
    fake_ytdl.chmod(0o755)
    monkeypatch.setenv("MPV_HOME", str(home))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    path, source = tmp_path / "plain.wav", noise(1.0)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    record(bench, WavStream(source))
    assert not planted.exists()
    assert np.array_equal(from_recording(path), source)


def level_db(pcm: Pcm) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))))


@pytest.mark.parametrize("gain_db", [-14.0, -0.5, 3.0])
def test_a_gain_holds_for_every_sample_of_its_song_and_no_other(
    gain_db: float, tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    path, source = tmp_path / "even.wav", noise(1.0)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    record(bench, *(WavStream(source) for _ in range(3)), gains=(0.0, gain_db, 0.0))
    samples = from_recording(path)
    assert np.array_equal(samples[:RATE], source)
    assert samples[RATE : 2 * RATE] == pytest.approx(source * 10 ** (gain_db / 20), abs=1 / 32_768)
    assert np.array_equal(samples[2 * RATE :], source)


def test_a_change_of_gain_is_no_step(tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]) -> None:
    path, hertz, level = tmp_path / "glide.wav", 441.0, 0.25
    wave = level * np.sin(2 * np.pi * hertz * np.arange(9 * RATE) / RATE)
    stream = WavStream(np.stack([wave, wave], axis=1).astype(np.float32), hold_at=44 + 3 * RATE * 8)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    bench.engine.load(stream)
    for played_s, gain_db, then_hold_at in ((2.9, -9.0, 44 + 6 * RATE * 8), (5.9, -3.0, None)):
        bench.until_recorded(path, played_s)
        bench.until_true(lambda: bench.engine._gain.present_db(1.0) == bench.engine._gain.target_db)
        bench.engine.set_gain(gain_db)
        bench.until_done()
        stream.release(hold_at=then_hold_at)
    bench.until_ended()
    bench.engine.close()
    heard = from_recording(path)[:, 0]
    assert len(heard) == 9 * RATE
    steepest = 2 * np.pi * hertz / RATE * level
    assert np.abs(np.diff(heard)).max() < 1.02 * steepest
    for at_s, gain_db in ((2.0, 0.0), (5.0, -9.0), (8.4, -3.0)):
        part = heard[round(at_s * RATE) : round((at_s + 0.5) * RATE)]
        assert level_db(part) == pytest.approx(20 * np.log10(level / np.sqrt(2)) + gain_db, abs=0.05)


def test_at_its_own_speed_again_a_song_is_untouched(
    tmp_path: Path, opened: Callable[[EngineConfig], EngineBench]
) -> None:
    path, source = tmp_path / "speed.wav", noise(8.0)
    stream = WavStream(source, hold_at=44 + 2 * RATE * 8)
    bench = opened(EngineConfig(Output.RECORDING, record_to=path))
    bench.engine.load(stream)
    bench.until_recorded(path, 1.4)
    bench.engine.set_speed(2.0)
    bench.until_done()
    stream.release(hold_at=44 + 4 * RATE * 8)
    bench.until_recorded(path, 2.4)
    bench.engine.set_speed(1.0)
    bench.until_done()
    stream.release()
    bench.until_ended()
    bench.engine.close()
    heard = from_recording(path)
    assert np.array_equal(heard[:RATE], source[:RATE])
    assert np.array_equal(heard[-3 * RATE :], source[-3 * RATE :])
    assert 6 * RATE < len(heard) < 7.8 * RATE


def test_the_slider_is_a_perceived_scale() -> None:
    assert [volume_percent(slider) for slider in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 50.0, 100.0, 100.0]


def test_a_lost_device_is_told(opened: Callable[[EngineConfig], EngineBench]) -> None:
    bench = opened(EngineConfig(Output.DEVICE, device_driver="alsa"))
    bench.engine.load(WavStream(noise(20.0)))
    bench.until(lambda event: isinstance(event, DeviceLost))


def test_two_hundred_songs_leave_nothing_behind(opened: Callable[[EngineConfig], EngineBench]) -> None:
    bench = opened(FAST)
    song = noise(0.5)
    alive: weakref.WeakSet[WavStream] = weakref.WeakSet()

    def new_stream() -> WavStream:
        stream = WavStream(song)
        alive.add(stream)
        return stream

    def change(times: int) -> None:
        for _ in range(times):
            load = bench.engine.load(new_stream())
            bench.engine.append(new_stream())
            bench.until_begun(load)

    change(20)
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    change(200)
    assert threading.active_count() <= threads
    assert len(list(Path("/proc/self/fd").iterdir())) <= files + 2
    gc.collect()
    assert len(alive) < 10


def test_ends_while_a_read_is_blocked(opened: Callable[[EngineConfig], EngineBench]) -> None:
    bench = opened(SILENT)
    stream = WavStream(noise(30.0), hold_at=44 + 200_000)
    bench.engine.load(stream)
    assert stream.is_blocked.wait(LIMIT_S)
    bench.engine.close()
    assert stream.is_cancelled
    assert not [thread for thread in threading.enumerate() if thread.name == "mpv-terminate"]


def test_commands_before_the_start_and_after_the_end_are_harmless() -> None:
    engine = MpvEngine(SILENT, lambda callback: callback())
    engine.set_volume(0.3)
    engine.seek(3.0)
    engine.open()
    engine.open()
    engine.close()
    engine.load(WavStream(noise(1.0)))
    engine.stop()
    engine.close()
    engine.open()
    assert not engine.is_open


def test_a_missing_libmpv_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise OSError("Cannot find libmpv in the usual places")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(EngineUnavailable, match="not installed: install it with"):
        MpvEngine(SILENT, lambda callback: callback()).open()


def test_numbers_stay_c_after_another_locale() -> None:
    libmpv.use_c_numbers()
    assert locale.setlocale(locale.LC_NUMERIC) == "C"


def test_an_mpv_that_refuses_to_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "mpv_options", lambda _config: {"no-such-option": "1"})
    with pytest.raises(EngineUnavailable, match="would not start"):
        MpvEngine(SILENT, lambda callback: callback()).open()


@pytest.mark.allow_log("mpv stream: it broke")
def test_lines_of_mpv_step_down_a_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "audio"):
        log_line("warn", "ad", "something odd\n")
        log_line("error", "stream", "it broke")
        log_line("error", "stream", "Failed to open segue://3.")
        log_line("error", "ao/alsa", "Playback open error")
        log_line("v", "cplayer", "chatter")
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "DEBUG", "INFO", "DEBUG"]


def test_the_wav_of_the_tests_is_what_it_says() -> None:
    assert len(wav(noise(1.0))) == 44 + RATE * 8
