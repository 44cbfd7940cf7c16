"""The table and the plot of `dev.py bench abr`: every controller on the same links, in songs and in sessions of five
songs of which 40 % are skipped. docs/adaptive.md tells how to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from statistics import fmean

from benchmarks.abr.bound import bound
from benchmarks.abr.chart import Mark, scatter
from benchmarks.abr.families import FAMILIES, link_of
from benchmarks.abr.link import Link
from benchmarks.abr.references import Bola, BufferMap, Constant, Throughput
from benchmarks.abr.simulator import Report, Simulation, Song
from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.controller import Controller
from player.streaming.abr.presets import BEST, QUIET
from player.streaming.abr.state import Ladder

LADDER = Ladder((24.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 320.0))
LINKS_A_FAMILY = 6
SKIPPED_SHARE = 0.4
USABLE_STALL_S = 45.0  # a link that does not carry a low constant rate better than this decides nothing
PLOT = Path(__file__).resolve().parents[2] / "docs" / "adaptive.svg"
CONTROLLERS: dict[str, Callable[[], Controller]] = {
    "constant 320": lambda: Constant(320.0),
    "constant 24": lambda: Constant(24.0),
    "throughput": Throughput,
    "BBA": BufferMap,
    "BOLA": Bola,
    "Segue quiet": lambda: Adaptive(QUIET),
    "Segue best": lambda: Adaptive(BEST),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over links; per hour of music."""

    quality: float
    kbps: float
    stall_s: float
    stalls: float
    start_s: float
    skip_wait_s: float
    switches_per_min: float


def main() -> int:
    links = usable_links()
    best_possible = fmean(bound(link, LADDER, Song().segments) for _, link in links)
    songs = {name: figures([play(link, make(), [Song()]) for _, link in links]) for name, make in CONTROLLERS.items()}
    print(f"songs of 240 s on {len(links)} links; no player can exceed {best_possible:.3f}\n")
    print_table(songs, best_possible)
    sessions = {
        name: figures([play(link, make(), session(name_of)) for name_of, link in links])
        for name, make in CONTROLLERS.items()
    }
    print(f"\nfive songs, {SKIPPED_SHARE:.0%} skipped\n")
    print_table(sessions, None)
    PLOT.write_text(scatter([Mark(name, each.stall_s, each.quality) for name, each in songs.items()], best_possible))
    print(f"\nplot: {PLOT}")
    return 0


def usable_links() -> list[tuple[str, Link]]:
    found = []
    for family in FAMILIES:
        seeds = (seed for seed in range(1000) if is_usable(family, link_of(family, seed)))
        found += [(f"{family}/{seed}", link_of(family, seed)) for seed in islice(seeds, LINKS_A_FAMILY)]
    return found


def is_usable(family: str, link: Link) -> bool:
    constant = Constant(24.0 if family == "very_low" else 48.0)
    return Simulation(link, constant, LADDER, [Song()], look_ahead_s=60.0).run().stall_s <= USABLE_STALL_S


def play(link: Link, controller: Controller, songs: Sequence[Song]) -> Report:
    return Simulation(link, controller, LADDER, songs).run()


def session(name: str) -> list[Song]:
    rng = Random(f"session {name}")
    return [Song(heard=rng.randint(1, 15) if rng.random() < SKIPPED_SHARE else 60) for _ in range(5)]


def figures(reports: Sequence[Report]) -> Figures:
    hours = sum(report.hours for report in reports)
    return Figures(
        quality=fmean(report.quality for report in reports),
        kbps=fmean(fmean(LADDER.rates_kbps[rung] for rung in report.rungs) for report in reports),
        stall_s=sum(report.stall_s for report in reports) / hours,
        stalls=sum(report.stalls for report in reports) / hours,
        start_s=fmean(report.start_s for report in reports),
        skip_wait_s=fmean(report.skip_wait_s for report in reports),
        switches_per_min=fmean(report.switches_per_min for report in reports),
    )


def print_table(rows: dict[str, Figures], best_possible: float | None) -> None:
    print("| | quality | of the bound | kbit/s | silence s/h | stalls/h | start s | skip wait s | switches/min |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, row in rows.items():
        share = "" if best_possible is None else f"{row.quality / best_possible:.1%}"
        print(
            f"| {name} | {row.quality:.3f} | {share} | {row.kbps:.0f} | {row.stall_s:.2f} | {row.stalls:.2f} "
            f"| {row.start_s:.2f} | {row.skip_wait_s:.2f} | {row.switches_per_min:.2f} |"
        )
