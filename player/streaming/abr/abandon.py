"""When to give up a request under way. Bytes already received are lost, so the bar is high: finishing would empty the
buffer, and a lower rung is clearly sooner there. An extra gives way as soon as the music might need the link."""

from __future__ import annotations

from player.streaming.abr.estimator import Link
from player.streaming.abr.state import Transfer

DECIDE_ANEW = -1
MIN_ELAPSED_S = 0.6  # before, the rate of this request is noise
MIN_DOWNLOAD_S = 0.3
LATENCIES_ELAPSED = 1.5
MARGIN_S = 0.5  # what is to be left in the buffer when the request ends
LATE_S = 22.0  # with more than this, and the time to finish, in hand it waits: outages mostly end by themselves
WORTH = 0.6  # a replacement must take clearly less than this share of what is left
EXTRA_MIN_S = 0.5  # an extra this young is let be: most end soon
DEADLINE_MARGIN_S = 1.0


def extra_is_over(transfer: Transfer) -> bool:
    """Whether an extra endangers the music, or will come too late to be heard."""
    extra = transfer.extra
    if extra is None or transfer.elapsed_s <= EXTRA_MIN_S:
        return False
    if transfer.buffer_s < extra.stop_below_s:
        return True
    if extra.deadline_s is None:
        return False
    if transfer.elapsed_s >= extra.deadline_s:
        return True
    if transfer.download_s <= EXTRA_MIN_S:
        return False
    pace_kbps = max(transfer.got_kbit, 1e-3) / transfer.download_s
    ends_s = transfer.elapsed_s + (transfer.size_kbit - transfer.got_kbit) / pace_kbps
    return ends_s > extra.deadline_s - DEADLINE_MARGIN_S


def abandon_to(transfer: Transfer, pace_kbps: float, link: Link) -> int | None:
    """The rung to fetch instead; None: go on."""
    is_early = transfer.download_s < MIN_DOWNLOAD_S or transfer.elapsed_s < MIN_ELAPSED_S
    if is_early or transfer.elapsed_s < LATENCIES_ELAPSED * link.latency_s:
        return None
    missing_kbit = transfer.size_kbit - transfer.got_kbit
    left_s = missing_kbit / pace_kbps
    spare_s = transfer.buffer_s - MARGIN_S
    if left_s <= spare_s or transfer.buffer_s > LATE_S + missing_kbit / link.slow_kbps:
        return None
    limit_s = min(WORTH * left_s, max(spare_s, 0.0))
    for rung in range(transfer.rung - 1, -1, -1):
        if _needs_s(transfer, rung, pace_kbps, link) < limit_s:
            return rung
    return 0 if _needs_s(transfer, 0, pace_kbps, link) < WORTH * left_s else None


def _needs_s(transfer: Transfer, rung: int, pace_kbps: float, link: Link) -> float:
    rates = transfer.ladder.rates_kbps
    return link.latency_s + transfer.size_kbit * rates[rung] / rates[transfer.rung] / pace_kbps
