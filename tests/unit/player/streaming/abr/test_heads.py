from __future__ import annotations

import math

from player.streaming.abr.heads import FIRST, MOST, missing_head
from player.streaming.abr.state import Extra, Fetch, State
from player.streaming.abr.upgrade import STOP_BELOW_S
from tests.unit.player.streaming.abr.states import LADDER, link, state


def ask(seen: State, kbps: float = 1000.0) -> Fetch | None:
    return missing_head(seen, link(kbps), math.inf)


def with_heads(segments: int, held: int, after_next: int = MOST) -> State:
    heads: dict[int, list[int | None]] = {
        1: [0] * held + [None] * (MOST - held),
        2: [0] * after_next + [None] * (MOST - after_next),
    }
    return state([7] * segments, heads=heads)


def test_first_the_present_song() -> None:
    assert ask(with_heads(4, 0)) is None
    assert ask(with_heads(5, 0), kbps=5000.0) == Fetch(0, LADDER.top, is_head=True, extra=Extra(STOP_BELOW_S))


def test_one_more_for_every_segment_that_the_buffer_deepens() -> None:
    for more in range(MOST - FIRST + 1):
        assert ask(with_heads(5 + more, FIRST + more)) is None
        if FIRST + more < MOST:
            following = ask(with_heads(5 + more + 1, FIRST + more))
            assert following is not None
            assert following.index == FIRST + more
    assert ask(with_heads(30, MOST)) is None


def test_a_slow_link_brings_them_low() -> None:
    slow = ask(with_heads(13, 0), kbps=40.0)
    assert slow is not None
    assert slow.rung == 0


def test_one_that_would_take_too_much_of_the_buffer_comes_low() -> None:
    heads: dict[int, list[int | None]] = {1: [None]}
    late = missing_head(state([7] * 13, heads=heads), link(60.0, latency_s=10.0), math.inf)
    assert late is not None
    assert late.rung == 0


def test_the_song_after_the_next_is_begun_when_the_buffer_is_deep() -> None:
    assert ask(with_heads(14, MOST, after_next=0)) is None
    for held in range(FIRST):
        found = ask(with_heads(15, MOST, after_next=held), kbps=5000.0)
        assert found == Fetch(MOST + held, LADDER.top, is_head=True, extra=Extra(STOP_BELOW_S))
    assert ask(with_heads(15, MOST, after_next=FIRST)) is None
    assert ask(with_heads(16, MOST, after_next=FIRST)) is not None


def test_towards_the_end_of_a_song_it_is_the_song_after_the_next_that_a_skip_would_meet() -> None:
    heads: dict[int, list[int | None]] = {1: [7, 7, *[None] * 11], 2: [None]}
    found = ask(state([7] * 15, first_song=13, heads=heads))
    assert found is not None
    assert found.index == MOST


def test_no_head_of_a_song_that_the_buffer_has_reached() -> None:
    heads: dict[int, list[int | None]] = {1: [7, 7, *[None] * 11]}
    assert ask(state([7] * 14, first_song=12, heads=heads)) is None


def test_a_whole_plan_wants_none() -> None:
    assert ask(state([7] * 14, missing=0, remaining_s=0.0, heads={1: [None]})) is None


def test_a_short_look_ahead_has_them_sooner() -> None:
    heads: dict[int, list[int | None]] = {1: [None]}
    found = ask(state([7] * 7, look_ahead_s=60.0, heads=heads))
    assert found is not None
    assert found.extra == Extra(STOP_BELOW_S / 2)
