"""Where everything lies in the virtual MP4: head (patched init, one `sidx`), then one slot of fixed size for each
segment. A slot is fixed because its rendition is chosen only when it is fetched: whatever the segment leaves of it is
a `free` box. The `sidx` covers the file to its end, so FFmpeg seeks by it and looks for nothing behind. Pure.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from player.streaming.boxes import HEADER, full_box

SAP = 0x90000000  # every segment starts with a stream access point of type 1


class Layout:
    """`durations` in samples, priming counted; `slot_bytes` beside them."""

    def __init__(self, init: bytes, sample_rate_hz: int, durations: Sequence[int], slot_bytes: Sequence[int]) -> None:
        self.head = init + _sidx(sample_rate_hz, slot_bytes, durations)
        self.slot_bytes = tuple(slot_bytes)
        ends = list(accumulate(slot_bytes, initial=len(self.head)))
        self.offsets, self.size_bytes = tuple(ends[:-1]), ends[-1]

    def place(self, offset: int) -> tuple[int, int]:
        """The slot that `offset`, behind the head, lies in, and the offset inside that slot."""
        slot = bisect_right(self.offsets, offset) - 1
        return slot, offset - self.offsets[slot]

    def padding(self, slot: int, segment_bytes: int, within: int, count: int) -> bytes:
        """Up to `count` bytes of the `free` box behind a segment, from `within` the slot on."""
        size = self.slot_bytes[slot] - segment_bytes
        at = within - segment_bytes
        if at < HEADER:
            return struct.pack(">I4s", size, b"free")[at : at + count]
        return bytes(min(count, size - at))

    def fits(self, slot: int, segment_bytes: int) -> bool:
        left = self.slot_bytes[slot] - segment_bytes
        return left == 0 or left >= HEADER


def slot_bound(peak_bps: int, duration_s: float) -> int:
    """A slot that holds any rendition when sizes are not known: DESIGN 3."""
    return int(peak_bps / 8 * duration_s * 1.25) + 4096


def _sidx(time_scale: int, sizes: Sequence[int], durations: Sequence[int]) -> bytes:
    references = b"".join(
        struct.pack(">III", size, duration, SAP) for size, duration in zip(sizes, durations, strict=True)
    )
    head = struct.pack(">IIQQHH", 1, time_scale, 0, 0, 0, len(sizes))
    return full_box(b"sidx", 1, 0, head + references)
