"""The plot of one race as SVG text: what the link gave, what Segue played, and when each of the three was silent."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.playback.link_race import Outcome, Result
from benchmarks.svg import box, document, line, path, text

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP = 110, 20, 40
PLOT_HEIGHT = 200
LANE_HEIGHT, FIRST_LANE = 26, 270
MOST_KBPS = 420.0
LINK, MUSIC, SILENCE, WAITING = "#dfe7f2", "#1a7f5a", "#c33", "#e8a33d"


def draw(outcome: Outcome) -> str:
    return document(WIDTH, HEIGHT, _marks(outcome))


def _marks(outcome: Outcome) -> Iterator[str]:
    seconds = outcome.race.seconds
    yield from _link(outcome)
    for kbps in range(0, 401, 100):
        yield line(LEFT, _y(kbps), WIDTH - RIGHT, _y(kbps))
        yield text(LEFT - 8, _y(kbps) + 4, f"{kbps}", "end")
    yield text(LEFT, 24, "kbit/s: the link (blue), what Segue played (green)")
    rungs = [(_x(at_s, seconds), _y(kbps)) for at_s, kbps in outcome.renditions]
    if rungs:
        yield path(_steps(rungs), MUSIC)
    for number, result in enumerate((outcome.segue, outcome.highest, outcome.lowest)):
        yield from _lane(FIRST_LANE + number * LANE_HEIGHT, result, seconds)
    yield text(LEFT, HEIGHT - 28, "orange: waiting for the first sound; red: silence after it")
    yield text(WIDTH - RIGHT, HEIGHT - 28, f"{seconds:.0f} s", "end")


def _link(outcome: Outcome) -> Iterator[str]:
    at_s = 0.0
    while at_s < outcome.race.seconds:
        step, left_s = outcome.race.trace.at(at_s)
        width_s = min(left_s, outcome.race.seconds - at_s)
        top = _y(min(step.rate_bps / 1000, MOST_KBPS))
        yield box(_x(at_s, outcome.race.seconds), top, _span(width_s, outcome.race.seconds), _y(0) - top, LINK)
        at_s += max(width_s, 0.001)


def _lane(y: float, result: Result, seconds: float) -> Iterator[str]:
    yield text(LEFT - 8, y + 14, result.name, "end")
    yield box(LEFT, y + 4, WIDTH - LEFT - RIGHT, 12, "#eef1f4")
    first_s = seconds if result.first_sound_s is None else result.first_sound_s
    yield box(LEFT, y + 4, _span(first_s, seconds), 12, WAITING)
    for from_s, until_s in result.silences:
        yield box(_x(from_s, seconds), y + 4, max(_span(until_s - from_s, seconds), 1.0), 12, SILENCE)


def _steps(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    before = points[0][1]
    for x, y in points:
        if y != before:
            yield x, before
        yield x, y
        before = y


def _x(at_s: float, seconds: float) -> float:
    return LEFT + _span(at_s, seconds)


def _span(length_s: float, seconds: float) -> float:
    return (WIDTH - LEFT - RIGHT) * length_s / seconds


def _y(kbps: float) -> float:
    return TOP + PLOT_HEIGHT * (1.0 - kbps / MOST_KBPS)
