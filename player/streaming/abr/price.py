"""Which rung is worth its bits: the most utility less the price of the bits less the cost of the change. The price is
the slope of the utility at the rate that can be afforded, so that without a cost of change the border between two
rungs is their logarithmic mean: no floor, no threshold, no flapping."""

from __future__ import annotations

from player.streaming.abr.state import Ladder

SWITCH_DOWN = 0.25  # of the step: half of what it costs the ear; going down is also how silence is avoided


def bit_price(ladder: Ladder, rate_kbps: float) -> float:
    """Utility for one kbit/s, at this rate."""
    return 1.0 / (rate_kbps * ladder.span)


def worth_its_bits(
    ladder: Ladder, rate_kbps: float, top: int, last: int | None = None, switch_up: float = 0.0
) -> int:
    """The rung for a rate that can be afforded, none above `top`; `last` is the rung before, if a change matters."""
    price = bit_price(ladder, rate_kbps)
    best, best_rung = float("-inf"), 0
    for rung in range(top + 1):
        value = ladder.utility[rung] - price * ladder.rates_kbps[rung]
        if last is not None:
            step = ladder.utility[rung] - ladder.utility[last]
            value -= switch_up * step if step > 0 else -SWITCH_DOWN * step
        if value > best + 1e-12:
            best, best_rung = value, rung
    return best_rung
