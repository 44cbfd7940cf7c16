"""`python3 dev.py bench playback`: Segue against plain mpv on links that change, in real playback. Five minutes.

The link of the first race swings between 100 and 400 kbit/s every 20 s; in the second it is gone for 10 s, as on the
way from one network to another; the third is fast. The plot of the first goes to docs/playback.svg."""

from __future__ import annotations

from pathlib import Path

from benchmarks.playback.link_race import Outcome, Race, run_race
from benchmarks.playback.origin import demo_origin
from benchmarks.playback.race_chart import draw
from player.headless.trace import Step, Trace

LATENCY_S = 0.05
SWINGING = Trace.of((Step(20.0, 100e3, LATENCY_S), Step(20.0, 400e3, LATENCY_S)))
ROAMING = Trace.of((Step(12.0, 1e6, LATENCY_S), Step(10.0, 0.0, LATENCY_S), Step(600.0, 1e6, LATENCY_S)))
FAST = Trace.of((Step(600.0, 5e6, LATENCY_S),))
RACES = (
    Race("100/400 kbit/s, changing every 20 s", SWINGING, 160.0),
    Race("1 Mbit/s, gone for 10 s", ROAMING, 45.0),
    Race("5 Mbit/s", FAST, 40.0),
)
CHART = Path(__file__).resolve().parents[2] / "docs" / "playback.svg"
STALL_SHARE, RATE_TIMES = 1 / 20, 2.0


def main() -> int:
    with demo_origin() as origin:
        outcomes = []
        for race in RACES:
            outcomes.append(run_race(race, origin))
            _print(outcomes[-1])
    CHART.write_text(draw(outcomes[0]), encoding="utf-8")
    return 0 if _is_met(outcomes[0]) else 1


def _print(outcome: Outcome) -> None:
    print(f"\n{outcome.race.name}, {outcome.race.seconds:.0f} s")
    print("                first sound   stalls   silent after it   heard   mean kbit/s")
    for result in (outcome.segue, outcome.highest, outcome.lowest):
        first = "never" if result.first_sound_s is None else f"{result.first_sound_s:.2f} s"
        silence = f"{result.stalled_s:.1f} s"
        rate = "-" if result.mean_kbps is None else f"{result.mean_kbps:.0f}"
        heard = f"{result.played_s:.0f} s"
        print(f"{result.name:14} {first:>12} {result.stalls:>8} {silence:>17} {heard:>7} {rate:>13}", flush=True)


def _is_met(outcome: Outcome) -> bool:
    """Stall seconds: a twentieth of the highest's at most, and no more than the lowest's; twice its rate."""
    segue, highest, lowest = outcome.segue, outcome.highest, outcome.lowest
    is_steady = segue.stalled_s <= STALL_SHARE * highest.stalled_s and segue.stalled_s <= lowest.stalled_s
    is_better = (segue.mean_kbps or 0.0) >= RATE_TIMES * (lowest.mean_kbps or 0.0)
    shares = f"silent {_times(segue.stalled_s, highest.stalled_s)} of the highest's, limit {STALL_SHARE:.2f}"
    times = _times(segue.mean_kbps or 0.0, lowest.mean_kbps or 0.0)
    rates = f"mean rate {times} x the lowest's, limit {RATE_TIMES:g}"
    print(f"\nSwinging link: {shares}; {rates}")
    return is_steady and is_better


def _times(value: float, reference: float) -> str:
    return f"{value / reference:.2f}" if reference else "-"
