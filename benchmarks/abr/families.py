"""Links of fifteen kinds, made from seeds: what published measurements of commutes, tunnels, trains, congested Wi-Fi,
satellites, EDGE, throttled contracts and shared lines have in common. The shipped figures were searched on other
seeds than the benchmark takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from random import Random

from benchmarks.abr.link import Link, Period

MINUTES_15 = 900


def link_of(family: str, seed: int) -> Link:
    return Link(FAMILIES[family](Random(f"{family}/{seed}")))


def _wander(rng: Random, count: int, hold: float, spread: float) -> list[float]:
    """A first-order autoregressive walk around 0: each value keeps `hold` of the one before."""
    value, values = rng.gauss(0.0, spread), []
    for _ in range(count):
        values.append(value)
        value = hold * value + rng.gauss(0.0, spread * math.sqrt(1.0 - hold * hold))
    return values


def _periods(rates: Iterable[float], latency: Callable[[], float], seconds: float = 1.0) -> list[Period]:
    return [Period(seconds, max(0.0, rate), latency()) for rate in rates]


def _to_mean(rates: list[float], kbps: float) -> list[float]:
    scale = kbps * len(rates) / max(sum(rates), 1e-6)
    return [rate * scale for rate in rates]


def _turned(rng: Random, periods: list[Period]) -> list[Period]:
    """Begun somewhere in it, where the link carries something."""
    at = rng.randrange(len(periods))
    while periods[at].kbps <= 0.0:
        at = (at + 1) % len(periods)
    return periods[at:] + periods[:at]


def _log_uniform(rng: Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _drive(rng: Random, outages: float) -> list[float]:
    """Cells that are good, fair or poor, and holes between them."""
    level = {"good": 0.0, "fair": -rng.uniform(0.4, 0.9), "poor": -rng.uniform(1.2, 2.6)}
    stay_s = {"good": rng.uniform(30, 120), "fair": rng.uniform(15, 60), "poor": rng.uniform(6, 30), "none": 8.0}
    slow = _wander(rng, MINUTES_15, 0.985, rng.uniform(0.1, 0.6))
    fast = _wander(rng, MINUTES_15, rng.uniform(0.5, 0.9), rng.uniform(0.12, 0.45))
    cell, left_s, rates = rng.choice(["good", "good", "fair", "fair", "poor"]), 20.0, []
    for at in range(MINUTES_15):
        if left_s <= 0.0:
            others = [name for name in level if name != cell]
            cell = "none" if cell != "none" and rng.random() < outages else rng.choice(others)
            is_long = cell == "none" and rng.random() < 0.2
            left_s = min(60.0, 3.0 * rng.paretovariate(1.0)) if is_long else rng.expovariate(1.0 / stay_s[cell])
        left_s -= 1.0
        rates.append(0.0 if cell == "none" else math.exp(level[cell] + slow[at] + fast[at]))
    return rates


def commute(rng: Random) -> list[Period]:
    rates = _to_mean(_drive(rng, rng.choice([0.0, 0.1, 0.25, 0.4])), _log_uniform(rng, 550, 2300))
    return _periods(rates, lambda: 0.1)


def thin_commute(rng: Random) -> list[Period]:
    rates = _to_mean(_drive(rng, rng.choice([0.0, 0.08, 0.15, 0.3])), rng.choice([90, 130, 190, 260, 360, 520]))
    return _periods(rates, lambda: 0.1)


def thin_lte(rng: Random) -> list[Period]:
    count = rng.randint(250, 760)
    fast = _wander(rng, count, rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.6))
    slow = _wander(rng, count, rng.uniform(0.96, 0.99), rng.uniform(0.15, 0.6))
    gap, gap_s, rates = rng.choice([0.0, 0.003, 0.008, 0.016]), 0, []
    for at in range(count):
        gap_s = rng.choice([1, 1, 2, 3, 4]) if gap_s <= 0 and rng.random() < gap else gap_s - 1
        rates.append(0.0 if gap_s > 0 else math.exp(fast[at] + slow[at]))
    return _turned(rng, _periods(_to_mean(rates, rng.choice([90, 130, 190, 260, 360, 520])), lambda: 0.02))


def steps(rng: Random) -> list[Period]:
    """A third of it slow, then far faster, as fixed lines were measured by regulators."""
    share, noise = rng.uniform(0.15, 0.8), rng.choice([0.08, 0.2, 0.45])
    levels = [rng.uniform(600, 1600) * share] * 12 + [rng.uniform(4500, 10_000) * share] * 24
    return _periods([max(25.0, level * math.exp(rng.gauss(0, noise))) for level in levels], lambda: 0.02, 5.0)


def tunnels(rng: Random) -> list[Period]:
    mean, longest = rng.uniform(400, 1900), rng.choice([45, 60, 60])
    noise = iter(_wander(rng, 4000, 0.6, 0.35))
    rates: list[float] = []
    while len(rates) < MINUTES_15:
        rates += [mean * math.exp(next(noise)) for _ in range(rng.randint(45, 190))]
        rates += [0.0] * rng.randint(12, longest)
    return _turned(rng, _periods(rates, lambda: rng.uniform(0.06, 0.12)))


def busy_wifi(rng: Random) -> list[Period]:
    """Idle to bad; the latency rises as the rate falls."""
    levels = [rng.uniform(1500, 4000), rng.uniform(300, 700), rng.uniform(60, 160), rng.uniform(14, 35)]
    at, left_s, periods = rng.choice([0, 1, 1, 2]), 8.0, []
    for _ in range(720):
        if left_s <= 0.0:
            at, left_s = rng.choice([other for other in range(4) if other != at]), rng.expovariate(1 / 12)
        left_s -= 1.0
        latency_s = (0.022, 0.06, 0.12, 0.3)[at] * rng.uniform(0.8, 1.5)
        periods.append(Period(1.0, levels[at] * math.exp(rng.gauss(0, 0.35)), latency_s))
    return periods


def far_satellite(rng: Random) -> list[Period]:
    mean, depth, often = rng.uniform(330, 1300), rng.uniform(0.05, 0.25), 1 / rng.uniform(60, 200)
    fade_s = 0.0
    rates: list[float] = []
    for noise in _wander(rng, 700, 0.7, 0.2):
        fade_s = rng.uniform(15, 70) if fade_s <= 0 and rng.random() < often else fade_s - 1.0
        rates.append(mean * math.exp(noise) * (depth if fade_s > 0 else 1.0))
    return _periods(rates, lambda: rng.uniform(0.6, 0.74))


def near_satellite(rng: Random) -> list[Period]:
    """Another satellite every 15 s, some with a gap at the change."""
    base = rng.uniform(500, 1600)
    rates: list[float] = []
    while len(rates) < 700:
        level = base * math.exp(rng.gauss(0, 0.55))
        gap_s = rng.choice([0, 0, 0, 0, 1, 2, 3, 4, 6])
        rates += [0.0 if at < gap_s else level * math.exp(rng.gauss(0, 0.3)) for at in range(15)]
    return _turned(rng, _periods(rates, lambda: rng.uniform(0.035, 0.095)))


def edge(rng: Random) -> list[Period]:
    mean = rng.uniform(65, 190)
    noise = _wander(rng, 200, rng.uniform(0.6, 0.92), rng.uniform(0.25, 0.65))
    rates = [min(236.0, max(16.0, mean * math.exp(value))) for value in noise]
    return _periods(rates, lambda: rng.uniform(0.35, 0.9), 4.0)


def throttled(rng: Random) -> list[Period]:
    fast, slow = rng.uniform(1200, 5000), rng.uniform(56, 140)
    rates: list[float] = []
    while len(rates) < 1200:
        rates += [fast * math.exp(rng.gauss(0, 0.15)) for _ in range(rng.randint(40, 260))]
        rates += [slow * math.exp(rng.gauss(0, 0.1)) for _ in range(rng.randint(100, 500))]
    return _turned(rng, _periods(rates, lambda: 0.06))


def train(rng: Random) -> list[Period]:
    """Masts pass by: the rate swings, with short holes."""
    period_s, phase, height = rng.uniform(60, 240), rng.uniform(0, math.tau), rng.uniform(1.0, 2.1)
    highest, often, hole_s, rates = rng.uniform(600, 1900), 1 / rng.uniform(25, 70), 0, []
    for at, noise in enumerate(_wander(rng, 800, 0.7, 0.35)):
        hole_s = rng.choice([1, 2, 3, 3, 4]) if hole_s <= 0 and rng.random() < often else hole_s - 1
        swing = height * (math.sin(math.tau * at / period_s + phase) - 1.0)
        rates.append(0.0 if hole_s > 0 else highest * math.exp(swing + noise))
    return _turned(rng, _periods(rates, lambda: rng.uniform(0.05, 0.13)))


def shared_line(rng: Random) -> list[Period]:
    line, others, left_s, periods = _log_uniform(rng, 200, 2000), 0, 0.0, []
    for _ in range(800):
        if left_s <= 0.0:
            others, left_s = rng.choice([0, 0, 1, 1, 2, 3, 7]), rng.expovariate(1 / rng.choice([8, 40]))
        left_s -= 1.0
        periods.append(Period(1.0, line / (1 + others) * rng.uniform(0.9, 1.1), 0.03 + 0.06 * others * rng.random()))
    return periods


def very_low(rng: Random) -> list[Period]:
    mean = _log_uniform(rng, 32, 80)
    noise = _wander(rng, MINUTES_15, rng.uniform(0.6, 0.97), rng.uniform(0.1, 0.5))
    return _periods([max(2.0, mean * math.exp(value)) for value in noise], lambda: rng.uniform(0.1, 0.7))


def heavy_tailed(rng: Random) -> list[Period]:
    """A decent link with outages that are mostly short and sometimes a minute long."""
    mean, gap_s, tail = _log_uniform(rng, 120, 1500), rng.uniform(30, 150), rng.uniform(0.7, 1.4)
    outage_s, until_s, rates = 0.0, rng.expovariate(1 / gap_s), []
    for noise in _wander(rng, MINUTES_15, 0.9, rng.uniform(0.2, 0.6)):
        until_s -= 1.0
        if until_s <= 0.0:
            outage_s = min(60.0, rng.paretovariate(tail))
            until_s = outage_s + rng.expovariate(1 / gap_s)
        rates.append(0.0 if outage_s > 0 else mean * math.exp(noise))
        outage_s -= 1.0
    return _turned(rng, _periods(rates, lambda: rng.uniform(0.04, 0.16)))


def long_latency(rng: Random) -> list[Period]:
    mean, latency_s = _log_uniform(rng, 120, 1200), rng.uniform(0.5, 1.4)
    noise = _wander(rng, 800, rng.uniform(0.8, 0.98), rng.uniform(0.2, 0.7))
    return _periods([mean * math.exp(value) for value in noise], lambda: latency_s * rng.uniform(0.7, 1.5))


FAMILIES: dict[str, Callable[[Random], list[Period]]] = {
    made.__name__: made
    for made in (
        commute, thin_commute, thin_lte, steps, tunnels, busy_wifi, far_satellite, near_satellite, edge, throttled,
        train, shared_line, very_low, heavy_tailed, long_latency,
    )
}  # fmt: skip
