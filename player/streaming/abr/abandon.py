"""When to give up a request under way. Bytes already received are lost, so the bar is high: finishing would empty
the buffer, and a lower rung is clearly sooner there (abr/CONTROLLER.md)."""

from __future__ import annotations

from player.streaming.abr.state import Transfer

MIN_ELAPSED_S = 0.6  # before, the rate of this request is noise
LATENCIES_ELAPSED = 1.5
MIN_DOWNLOAD_S = 0.3
SPARE_S = 0.5  # what is to be left in the buffer when the request ends
WORTH = 0.7  # a replacement must take less than this share of what is left
WORTH_LOWEST = 0.6  # falling to the lowest rung is heard: it must win more
UPGRADE_KEEP_S = 14.0  # an upgrade is a luxury: below this buffer it stops
DECIDE_ANEW = -1


def abandon_to(transfer: Transfer, latency_s: float) -> int | None:
    """As Controller.progress."""
    if transfer.is_upgrade:
        too_long = transfer.buffer_s < UPGRADE_KEEP_S and transfer.elapsed_s > 0.5
        return DECIDE_ANEW if too_long else None
    if transfer.rung == 0 or transfer.elapsed_s < max(MIN_ELAPSED_S, LATENCIES_ELAPSED * latency_s):
        return None
    if transfer.download_s < MIN_DOWNLOAD_S:
        return None
    rate_kbps = max(transfer.got_kbit, 1e-3) / transfer.download_s
    left_s = (transfer.size_kbit - transfer.got_kbit) / rate_kbps
    limit_s = max(transfer.buffer_s - SPARE_S, 0.0)
    if left_s <= transfer.buffer_s - SPARE_S:
        return None
    rates = transfer.ladder.rates_kbps
    for rung in range(transfer.rung - 1, -1, -1):
        needs_s = latency_s + transfer.size_kbit * rates[rung] / rates[transfer.rung] / rate_kbps
        if needs_s < min(WORTH * left_s, limit_s):
            return rung
    needs_s = latency_s + transfer.size_kbit * rates[0] / rates[transfer.rung] / rate_kbps
    return 0 if needs_s < WORTH_LOWEST * left_s else None
