"""Three listeners side by side on the same backend: Segue, and plain mpv on the highest and on the lowest rendition,
each behind a shaped link of its own that changes at the same moments. One run gives figures of all three."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.playback.listener import Listener, listening
from benchmarks.playback.origin import Origin
from benchmarks.playback.plain_mpv import PlainMpv, plain_mpv
from benchmarks.playback.sounding import STALL_MIN_S, Sounding
from player.clock import SystemClock
from player.headless.link import ShapedLink
from player.headless.trace import Step, Trace
from player.runtime import Runtime

OPEN = Trace.of((Step(60.0, 50e6, 0.005),))
"""while everybody signs in"""
SAMPLE_S = 0.25
LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Race:
    name: str
    trace: Trace
    seconds: float


@dataclass(slots=True)
class Result:
    name: str
    first_sound_s: float | None
    silences: list[tuple[float, float]]
    """from and until, seconds of the race"""
    played_s: float
    mean_kbps: float | None

    @property
    def stalls(self) -> int:
        return len(self.silences)

    @property
    def stalled_s(self) -> float:
        return sum(until_s - from_s for from_s, until_s in self.silences)


@dataclass(slots=True)
class Outcome:
    race: Race
    segue: Result
    highest: Result
    lowest: Result
    renditions: list[tuple[float, int]] = field(default_factory=list)
    """what Segue played, by second of the race"""


def run_race(race: Race, origin: Origin) -> Outcome:
    with ExitStack() as stack:
        runtime = Runtime()
        runtime.start()
        stack.callback(runtime.stop)
        links = [ShapedLink(runtime, SystemClock(), OPEN) for _ in range(3)]
        urls = [runtime.call(link.start(origin.url)).result(LIMIT_S) for link in links]
        for link in links:
            stack.callback(lambda link=link: runtime.call(link.aclose()).result(LIMIT_S))
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="segue-bench-")))
        listener = stack.enter_context(listening(urls[0], data))
        mpvs = [stack.enter_context(plain_mpv(f"--hls-bitrate={which}")) for which in ("max", "min")]
        return _raced(race, origin, listener, mpvs, links, urls[1:])


def _raced(
    race: Race,
    origin: Origin,
    listener: Listener,
    mpvs: Sequence[tuple[PlainMpv, Sounding]],
    links: Sequence[ShapedLink],
    urls: Sequence[str],
) -> Outcome:
    tracks = listener.tracks([song["id"] for song in origin.songs])
    paths = [origin.signed_path(song["id"]) for song in origin.songs]
    durations_s = [track.duration_s for track in tracks]
    for link in links:
        link.set_trace(race.trace)
    began_s = time.monotonic()
    listener.do(listener.playback.play(tracks))
    for (mpv, _), url in zip(mpvs, urls, strict=True):
        mpv.play([url + path for path in paths])
    renditions: list[tuple[float, int]] = []
    while (at_s := time.monotonic() - began_s) < race.seconds:
        if (kbps := listener.playback.state.rendition_kbps) is not None:
            renditions.append((at_s, kbps))
        time.sleep(SAMPLE_S)
    ladder_kbps = origin.ladder_kbps()
    ends_kbps = (ladder_kbps[-1], ladder_kbps[0])
    segue = _segue_result(listener, durations_s, began_s)
    highest, lowest = (
        _mpv_result(name, mpv, sounding, durations_s, kbps, began_s)
        for name, (mpv, sounding), kbps in zip(("mpv, highest", "mpv, lowest"), mpvs, ends_kbps, strict=True)
    )
    return Outcome(race, segue, highest, lowest, renditions)


def _segue_result(listener: Listener, durations_s: Sequence[float], began_s: float) -> Result:
    """The player's own figures: a stall in them is a silence of the output, as it is with mpv."""
    stats, state = listener.playback.stats(), listener.playback.state
    stalls = listener.playback.stalls()
    silences = [(stall.at_s - began_s, stall.at_s - began_s + stall.length_s) for stall in stalls]
    under_way_s = stats.stall_s - sum(stall.length_s for stall in stalls)
    if under_way_s > STALL_MIN_S:
        now_s = time.monotonic() - began_s
        silences.append((now_s - under_way_s, now_s))
    order = [entry.id for entry in listener.playback.queue.order]
    before = 0 if state.entry is None else order.index(state.entry.id)
    played_s = sum(durations_s[:before]) + state.position_s
    first_s = None if stats.first_sound_ms is None else stats.first_sound_ms / 1000
    return Result("Segue", first_s, silences, played_s, stats.mean_kbps)


def _mpv_result(
    name: str, mpv: PlainMpv, sounding: Sounding, durations_s: Sequence[float], kbps: float, began_s: float
) -> Result:
    """mpv keeps the rendition that it was told to choose."""
    sounding.close(time.monotonic())
    first_s = None if sounding.first_s is None else sounding.first_s - began_s
    silences = [(from_s - began_s, until_s - began_s) for from_s, until_s in sounding.silences]
    return Result(name, first_s, silences, mpv.played_s(durations_s), kbps)
