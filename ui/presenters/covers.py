"""Which cover to fetch next: the newest asked for first, each once, and never more waiting than a screen holds.

Pure; used by ui/covers.py in the GUI thread. What is painted is asked for again at every paint until it comes, so a
request that falls off the end (it scrolled away) costs nothing and returns by itself when it is seen again.
"""

from __future__ import annotations

from dataclasses import dataclass

from player.domain.ids import CoverId

AT_ONCE = 4
WAITING = 48
STEPS_PX = (64, 160, 320, 640, 1200)
"""sizes the service keeps (docs/api.md)"""


@dataclass(frozen=True, slots=True)
class Wanted:
    cover: CoverId
    side_px: int
    """device pixels of one side"""


class CoverQueue:
    def __init__(self) -> None:
        self._waiting: dict[Wanted, None] = {}
        self._fetching: set[Wanted] = set()
        self._failed: set[Wanted] = set()

    def ask(self, wanted: Wanted) -> None:
        if wanted in self._fetching or wanted in self._failed:
            return
        self._waiting.pop(wanted, None)
        self._waiting[wanted] = None
        while len(self._waiting) > WAITING:
            del self._waiting[next(iter(self._waiting))]

    def take(self) -> Wanted | None:
        """The next one to fetch now, or None while enough are under way."""
        if not self._waiting or len(self._fetching) >= AT_ONCE:
            return None
        wanted, _ = self._waiting.popitem()
        self._fetching.add(wanted)
        return wanted

    def finish(self, wanted: Wanted, *, is_final: bool) -> None:
        """`is_final` False where asking again may help; a cover that cannot be read is not asked for again."""
        self._fetching.discard(wanted)
        if is_final:
            self._failed.add(wanted)

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not self._fetching

    def forgive(self) -> None:
        """The connection is back: what failed may be tried again."""
        self._failed.clear()


def fetched_side(side_px: int) -> int:
    """The service's size for a side; equal sizes share one fetch from the network's cache."""
    return next((step for step in STEPS_PX if step >= side_px), STEPS_PX[-1])
