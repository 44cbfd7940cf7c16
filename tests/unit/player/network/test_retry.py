from __future__ import annotations

import random

from player.network.retry import Backoff


def test_waits_grow_to_the_limit_with_jitter_below_it() -> None:
    backoff = Backoff(first_s=1.0, limit_s=8.0, rng=random.Random(1))
    waits = [backoff.next_s() for _ in range(50)]
    for wait, cap in zip(waits, [1, 2, 4, 8, *[8] * 46], strict=True):
        assert cap * 0.5 <= wait <= cap
    assert len(set(waits)) > 40


def test_reset_begins_again() -> None:
    backoff = Backoff(first_s=1.0, limit_s=8.0)
    for _ in range(10):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 1.0
