"""Music at another speed, as the controller sees it: in the listener's own seconds."""

from __future__ import annotations

import pytest

from tests.unit.player.streaming.abr.states import LADDER, state, transfer


def test_played_twice_as_fast_the_buffer_lasts_half_as_long() -> None:
    plain = state([3, 3, 3, 3], into_s=2.0, remaining_s=300.0, heard_kbps=96.0)
    fast = plain.at_speed(2.0)
    assert (plain.buffer_s, fast.buffer_s) == (14.0, 7.0)
    assert (fast.into_s, fast.remaining_s, fast.heard_kbps) == (1.0, 150.0, 192.0)
    assert fast.look_ahead_s == plain.look_ahead_s
    assert plain.at_speed(1.0) is plain


@pytest.mark.parametrize("speed", [0.5, 1.25, 2.0])
def test_segments_keep_their_size_and_rungs_their_worth(speed: float) -> None:
    plain = state([3])
    for before, after in zip(plain.segments, plain.at_speed(speed).segments, strict=True):
        assert after.duration_s * after.ladder.rates_kbps[7] == pytest.approx(before.duration_s * 320.0)
        assert after.ladder.utility == pytest.approx(LADDER.utility)
        assert (after.held, after.song) == (before.held, before.song)


def test_a_transfer_is_of_the_same_bits() -> None:
    plain = transfer(rung=4, got=100.0, elapsed_s=1.0)
    fast = plain.at_speed(2.0)
    assert (fast.size_kbit, fast.got_kbit, fast.buffer_s) == (plain.size_kbit, plain.got_kbit, plain.buffer_s)
    assert fast.duration_s * fast.ladder.rates_kbps[4] == pytest.approx(plain.duration_s * 128.0)
