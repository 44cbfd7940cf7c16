"""The order in which mpv tells of two seeks is a matter of luck with the real one; here it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from player.playback.engine_events import EngineEvent, LoadId, Restarted
from player.playback.engine_watch import EngineWatch, Loaded
from player.playback.stream_protocol import Offered
from tests.unit.player.playback.songs import WavStream, noise


class Mpv:
    """As much of python-mpv as the watch hears from; `time_pos` is where it stands."""

    def __init__(self) -> None:
        self.time_pos: float | None = 0.0
        self.told: dict[str, Callable[..., None]] = {}

    def __getitem__(self, name: str) -> bool:
        return False

    def event_callback(self, name: str) -> Callable[[Callable[..., None]], None]:
        return lambda callback: self.told.__setitem__(name, callback)

    def observe_property(self, name: str, callback: Callable[..., None]) -> None:
        self.told[name] = callback


def sought_while_playing(*positions_s: float) -> tuple[EngineWatch, Mpv, list[EngineEvent]]:
    mpv, heard = Mpv(), list[EngineEvent]()
    watch = EngineWatch(lambda tell: tell(), watches_device=False)
    watch.attach(mpv)
    loaded = Loaded(LoadId(1), Offered("segue://1", WavStream(noise(1.0))))
    watch.answer_for(loaded)(None, {"playlist_entry_id": 1})
    event: Any = SimpleNamespace(data=SimpleNamespace(playlist_entry_id=1))
    mpv.told["start-file"](event)
    mpv.told["playback-restart"](None)
    watch.listener = heard.append
    for position_s in positions_s:
        watch.sought(position_s)
    return watch, mpv, heard


def restart_at(mpv: Mpv, position_s: float | None) -> None:
    mpv.time_pos = position_s
    mpv.told["playback-restart"](None)
    mpv.told["time-pos"]("time-pos", position_s)


def test_the_restart_of_an_older_seek_is_none() -> None:
    watch, mpv, heard = sought_while_playing(30.0, 0.0)
    restart_at(mpv, 30.0)
    assert (watch.position_s, heard) == (0.0, [])
    restart_at(mpv, 0.01)
    assert (watch.position_s, heard) == (0.01, [Restarted(LoadId(1))])


def test_two_seeks_that_mpv_did_at_once_have_one_restart() -> None:
    watch, mpv, heard = sought_while_playing(30.0, 10.0)
    restart_at(mpv, 10.0)
    assert (watch.position_s, heard) == (10.0, [Restarted(LoadId(1))])


def test_a_single_seek_is_over_wherever_it_led() -> None:
    watch, mpv, heard = sought_while_playing(30.0)
    restart_at(mpv, 29.0)
    assert (watch.position_s, heard) == (29.0, [Restarted(LoadId(1))])
    _, mpv, heard = sought_while_playing(30.0, 40.0)
    restart_at(mpv, None)
    assert heard == [Restarted(LoadId(1))]
