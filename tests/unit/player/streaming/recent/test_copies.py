"""When a copy at hand is taken instead of a request, and what the controller learns of it: nothing."""

from __future__ import annotations

import itertools

import pytest

from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.controller import Controller
from player.streaming.abr.fixed import FixedRendition
from player.streaming.abr.presets import BEST, QUIET, SAVER
from player.streaming.abr.state import Decision, Fetch, Ladder, State
from player.streaming.recall import best_copy
from tests.support.media_server import RATES_KBPS, Fault, song
from tests.unit.player.streaming.conftest import rungs_of
from tests.unit.player.streaming.recent.replaying import Replaying

LADDER = Ladder(tuple(float(rate) for rate in RATES_KBPS))


class Rungs(FixedRendition):
    """These rungs, one segment after another."""

    def __init__(self, *rungs: int) -> None:
        super().__init__(is_top=True)
        self._first = rungs[0]
        self._rungs = itertools.cycle(rungs)

    def opening_rung(self, ladder: Ladder) -> int:
        return self._first

    def decide(self, state: State) -> Decision:
        decision = super().decide(state)
        return Fetch(decision.index, next(self._rungs)) if isinstance(decision, Fetch) else decision


@pytest.mark.parametrize(
    ("controller", "held", "wanted", "taken"),
    [
        (Adaptive(QUIET), [], 0, None),
        (Adaptive(QUIET), [1], 1, 1),
        (Adaptive(QUIET), [0, 3], 1, 3),
        (Adaptive(QUIET), [1], 3, None),
        (Adaptive(QUIET), [2], 3, 2),
        (Adaptive(QUIET), [1], 2, 1),
        (Adaptive(QUIET), [0], 2, None),
        (Adaptive(BEST), [2], 3, None),
        (Adaptive(BEST), [3], 3, 3),
        (Adaptive(SAVER), [0], 3, 0),
        (FixedRendition(is_top=True), [2], 3, None),
    ],
)
def test_the_best_copy_is_taken_where_it_will_do(
    controller: Controller, held: list[int], wanted: int, taken: int | None
) -> None:
    assert best_copy(held, LADDER, controller.copy_kbps(LADDER.rates_kbps[wanted])) == taken


def test_a_better_copy_is_taken_than_would_be_fetched(replaying: Replaying) -> None:
    replaying.hear("one")
    replaying.asked()
    listener = replaying.restart(FixedRendition(is_top=False))
    stream = listener.prepare("one")
    listener.plan("one")
    listener.read_all(stream)
    assert set(stream.renditions()) == {320}
    assert replaying.asked() == []


def test_copies_of_several_renditions_join_without_a_seam(replaying: Replaying) -> None:
    replaying.restart(Rungs(0, 3, 1, 2))
    replaying.hear("one")
    listener = replaying.restart(FixedRendition(is_top=False))
    replaying.asked()
    replaying.hear("one")
    stream = listener.prepare("one")
    assert len(set(rungs_of(stream))) == 4
    assert replaying.asked() == []


def test_a_fixed_rung_is_not_lowered(replaying: Replaying) -> None:
    replaying.restart(Rungs(2))
    replaying.hear("one")
    replaying.restart(FixedRendition(is_top=True))
    replaying.sources()
    replaying.hear("one")
    assert set(replaying.sources()) == {"network"}
    replaying.restart(FixedRendition(is_top=True))
    replaying.asked()
    replaying.hear("one")
    assert replaying.asked() == []


def test_a_good_copy_is_left_at_that_and_says_nothing_of_the_link(replaying: Replaying) -> None:
    """128 kbit/s is heard again without a request, by a controller that has a whole idle link to improve it."""
    replaying.restart(Rungs(2))
    replaying.hear("one", "two")
    listener = replaying.restart(Adaptive(QUIET))
    replaying.asked()
    replaying.hear("one", "two")
    assert replaying.asked() == []
    assert listener.ahead.stats().throughput_kbps is None
    assert listener.ahead.stats().received_bytes == 0
    assert listener.ahead.stats().mean_kbps == pytest.approx(128.0)


def test_a_poor_copy_is_fetched_again_where_the_link_gives_better(replaying: Replaying) -> None:
    replaying.restart(Rungs(0))
    replaying.hear("one")
    replaying.restart(Adaptive(BEST))
    replaying.sources()
    replaying.hear("one")
    assert "network" in replaying.sources()


def test_on_a_metered_network_any_copy_will_do(replaying: Replaying) -> None:
    replaying.restart(Rungs(0))
    replaying.hear("one")
    listener = replaying.restart(Adaptive(BEST))
    listener.ahead.set_metered(True)
    replaying.asked()
    replaying.hear("one")
    assert replaying.asked() == []


def test_while_the_network_fails_any_copy_will_do(replaying: Replaying) -> None:
    replaying.restart(Rungs(0))
    replaying.hear("one")
    replaying.restart(FixedRendition(is_top=True))
    replaying.sources()
    replaying.server.faults.append(Fault("status", path=r".", status=503, times=10_000))
    replaying.hear("one")
    assert set(replaying.sources()) == {"cache"}


def test_what_was_read_half_goes_on_as_it_came(replaying: Replaying) -> None:
    """A reader that has begun a segment on its way gets the rest of that transfer, whatever is kept of it."""
    replaying.hear("one")
    listener = replaying.restart()
    stream = listener.prepare("one")
    media = stream._media
    partial = media.begin(0, 3, is_relayed=True)
    media.feed(partial, song(1).segments[3][0][:5000])
    assert stream.read(media.layout.offsets[0], 1000)
    replaying.asked()
    listener.plan("one")
    listener.read_all(stream)
    assert [path for path in replaying.asked() if path.endswith("/0.m4s")] == ["/media/one/320/0.m4s"]
