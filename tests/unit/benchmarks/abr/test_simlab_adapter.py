"""The adapter's words: what simlab shows becomes what the controller sees. A little player of simlab's shape stands
in for it here, since simlab is no part of the project."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from benchmarks.abr.simlab_adapter import Media as MediaShape
from benchmarks.abr.simlab_adapter import Order, Shipped


@dataclass
class Media:
    r: list[float] = field(default_factory=lambda: [24.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 320.0])
    L: float = 4.0


@dataclass
class Player:
    M: MediaShape = field(default_factory=Media)


@dataclass
class View:
    have: list[int]
    n: int
    ph: int = 0
    frac: float = 0.0
    t: float = 0.0
    heads: list[int] = field(default_factory=lambda: [0, 20, 40, 60])
    cap: float = 120.0
    playing: bool = True
    N: int = 60


def view(held: int, *, ph: int = 0, frac: float = 0.0, t: float = 0.0) -> View:
    have = [7] * held + [-1] * (60 - held)
    return View(have, max(held, ph), ph, frac, t)


def shipped(preset: str = "quiet", kbps: float = 0.0) -> Shipped:
    controller = Shipped(preset)
    controller.reset(Player())
    for _ in range(20 if kbps else 0):
        controller.done(0, 0, 2.0 * kbps, 2.1, 0.1, 0.0, False)
    return controller


def test_it_says_what_it_is() -> None:
    assert Shipped().name == "segue-quiet"
    assert Shipped("best").name == "segue-best"
    assert Shipped.abandons
    with pytest.raises(KeyError):
        Shipped("loud")


def test_the_first_order_and_second_thoughts_on_it() -> None:
    controller = shipped()
    assert controller.decide(view(0)) == Order(0, 4)
    assert controller.progress(0, 4, 512.0, 4.0, 0.35, 0.1, 0.0) == 0
    controller.aborted(0, 4, 512.0, 4.0, 0.35, 0.1)
    assert controller.start_need(4.0) == 4.0
    controller.done(0, 0, 96.0, 8.1, 0.1, 0.0, False)
    assert controller.start_need(4.0) == 12.0
    controller.idle(1.0)


def test_segments_count_from_the_playing_one() -> None:
    seen = view(12, ph=8, frac=2.0, t=40.0)
    order = shipped(kbps=500.0).decide(seen)
    assert order is not None
    assert order.g == 12


def test_heads_of_the_next_song_and_of_the_one_after() -> None:
    controller = shipped(kbps=2000.0)
    seen = view(17, ph=1, frac=1.0, t=5.0)
    order = controller.decide(seen)
    assert order is not None
    assert order.g == 20
    assert controller.progress(20, 7, 1280.0, 10.0, 1.0, 0.1, 10.0) == -1
    for g in range(20, 33):
        seen.have[g] = 0
    assert controller.decide(seen) == Order(40, 7)


def test_nothing_to_do_is_none() -> None:
    assert shipped(kbps=2000.0).decide(view(60)) is None


def test_a_skip_into_nothing_starts_with_what_is_at_once_there() -> None:
    controller = shipped(kbps=20_000.0)
    controller.decide(view(3, ph=1, frac=2.0, t=7.0))
    after_a_stall = view(3, ph=3, t=14.0)
    assert controller.decide(after_a_stall) == Order(3, 0)
    skipped = view(4, ph=20, t=16.0)
    order = controller.decide(skipped)
    assert order == Order(20, 7)
