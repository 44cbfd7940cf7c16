"""Honest walks are never blocked; clocks that are set back are found out before the next song."""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import pytest

from player.clock import SystemClock
from player.errors import ClockSuspect
from player.offline import boot_clock
from player.offline.trusted_time import (
    MAX_BOOTS,
    TOLERANCE_S,
    UNKNOWN,
    Look,
    Reading,
    TimeState,
    contacted,
    joined,
    looked,
)

NOW = 1_800_000_000
DAY = 86_400


class Computer:
    """True time, a wall clock that is off by `wall_error_s`, boots, and a state kept as the player keeps it."""

    def __init__(self, *, now_s: int = NOW) -> None:
        self.now_s = now_s
        self.wall_error_s = 0
        self.boots = 1
        self.booted_s = now_s
        self.kept: TimeState | None = None
        self.copied: TimeState | None = None

    def reading(self) -> Reading:
        return Reading(self.now_s + self.wall_error_s, f"boot {self.boots}", self.now_s - self.booted_s)

    def boot(self, *, off_s: int = 60) -> None:
        self.now_s += off_s
        self.boots += 1
        self.booted_s = self.now_s

    def look(self) -> Look:
        look = looked(joined(self.kept, self.copied), self.reading())
        self.kept = look.state
        return look

    def contact(self) -> None:
        self.kept = contacted(joined(self.kept, self.copied), self.reading(), self.now_s)
        self.copied = self.kept

    def copy(self) -> None:
        self.copied = self.kept


@pytest.fixture
def computer() -> Computer:
    computer = Computer()
    computer.contact()
    return computer


def test_in_the_boot_of_the_contact_the_wall_clock_has_no_say(computer: Computer) -> None:
    for error_s in (0, -400 * DAY, 400 * DAY):
        computer.wall_error_s = error_s
        computer.now_s += 3600
        look = computer.look()
        assert look.now_s == computer.now_s
        assert not look.state.is_suspect


def test_over_boots_the_wall_clock_counts_but_never_back(computer: Computer) -> None:
    computer.boot(off_s=5 * DAY)
    assert computer.look().now_s == computer.now_s
    before_s = computer.now_s
    computer.wall_error_s = -TOLERANCE_S
    look = computer.look()
    assert look.now_s == before_s
    assert not look.state.is_suspect
    computer.wall_error_s -= 1
    assert computer.look().state.is_suspect


def test_a_suspect_clock_stays_so_until_a_signed_time(computer: Computer) -> None:
    computer.boot()
    computer.wall_error_s = -2 * DAY
    with pytest.raises(ClockSuspect):
        computer.look().state.require_trusted()
    computer.wall_error_s = 0
    with pytest.raises(ClockSuspect):
        computer.look().state.require_trusted()
    computer.boot()
    with pytest.raises(ClockSuspect):
        computer.look().state.require_trusted()
    computer.contact()
    computer.look().state.require_trusted()


def test_a_clock_that_ran_ahead_is_put_right_by_contact(computer: Computer) -> None:
    computer.boot()
    computer.wall_error_s = 400 * DAY
    assert computer.look().now_s == computer.now_s + 400 * DAY
    computer.copy()
    computer.contact()
    computer.wall_error_s = 0
    assert computer.look().now_s == computer.now_s
    # the keyring's copy could not be written: the later contact still counts more than the higher mark
    assert computer.copied is not None
    computer.copied = replace(computer.copied, contact_s=computer.copied.contact_s - 1, mark_s=NOW + 900 * DAY)
    assert computer.look().now_s == computer.now_s


def test_time_passes_while_the_wall_clock_is_held_still(computer: Computer) -> None:
    computer.boot(off_s=60)
    first = computer.look().now_s
    for hour in range(1, 30):
        computer.now_s += 3600
        computer.wall_error_s -= 3600
        look = computer.look()
        assert look.now_s == first + 3600 * hour
    assert look.state.is_suspect  # by now the wall clock is far behind what has passed


def test_an_older_signed_time_changes_nothing(computer: Computer) -> None:
    state = computer.kept
    assert state is not None
    assert contacted(state, computer.reading(), state.contact_s - 1) == state


def test_sixty_four_boots_without_contact_are_enough(computer: Computer) -> None:
    for _ in range(MAX_BOOTS):
        computer.boot()
        assert not computer.look().state.is_suspect
        assert not computer.look().state.is_suspect
    computer.boot()
    assert computer.look().state.is_suspect


def test_a_boot_clock_that_goes_back_is_another_boot(computer: Computer) -> None:
    computer.now_s += 5000
    computer.look()
    computer.booted_s += 5001  # a virtual machine put back
    computer.wall_error_s = -5000
    assert computer.look().state.is_suspect


def test_what_is_kept_is_joined_to_the_safer_of_both() -> None:
    low = TimeState(contact_s=NOW, mark_s=NOW, base=None, boots=5, is_suspect=False)
    high = replace(low, mark_s=NOW + DAY, boots=2)
    assert joined(None, None) == UNKNOWN
    with pytest.raises(ClockSuspect):
        joined(None, None).require_trusted()
    assert joined(low, None) == joined(None, low) == low
    assert joined(low, high) == joined(high, low) == replace(high, boots=5)
    assert joined(replace(low, is_suspect=True), high).is_suspect
    later = replace(low, contact_s=NOW + 1, mark_s=NOW + 1, boots=0)
    assert joined(later, replace(high, is_suspect=True)) == later


# ---- campaigns


def honest_walk(chance: random.Random) -> None:
    """29 days without contact after one: sleep, shut-downs, restarts and crashes of the player, a keyring that lags,
    a clock that drifts by 50 ppm and is set by hand: at all times within five minutes of the truth, which is what
    honest means here. Never suspect, and the time is as right as the clock was."""
    computer = Computer(now_s=NOW + chance.randrange(10_000 * DAY))
    computer.contact()
    drift_ppm, end_s, boots = chance.uniform(-50, 50), computer.now_s + 29 * DAY, 1
    set_right_s = computer.now_s
    while computer.now_s < end_s:
        match chance.randrange(6):
            case 0 | 1:
                computer.now_s += chance.randrange(1, 300)  # the next song
            case 2:
                computer.now_s += chance.randrange(3600, 2 * DAY)  # asleep
            case 3 if boots < MAX_BOOTS:
                computer.boot(off_s=chance.randrange(20, 3 * DAY))
                boots += 1
            case 4:
                before = computer.kept
                computer.look()
                if chance.random() < 0.5:
                    computer.kept = before  # the player died before it was kept
            case _:
                computer.copy()
        if chance.random() < 0.1:
            set_right_s = computer.now_s  # by hand, by radio, by the telephone beside it
            computer.wall_error_s = chance.randrange(-170, 171)
        error_s = (computer.now_s - set_right_s) * drift_ppm / 1e6
        reading = replace(computer.reading(), wall_s=computer.reading().wall_s + int(error_s))
        look = looked(joined(computer.kept, computer.copied), reading)
        computer.kept = look.state
        assert not look.state.is_suspect
        assert abs(look.now_s - computer.now_s) <= TOLERANCE_S // 2 + 1


def rollback(chance: random.Random) -> None:
    """A lease is used up to near its end; then the clock is set back, in this boot or over boots, with the database
    put back to an older copy or taken away. The next look stops it: suspect, or past the end."""
    computer = Computer(now_s=NOW + chance.randrange(1000 * DAY))
    computer.contact()
    expires_s = computer.now_s + 30 * DAY
    old = [computer.kept]
    while computer.now_s < expires_s + chance.randrange(40 * DAY):
        if chance.random() < 0.3:
            computer.boot(off_s=chance.randrange(60, 4 * DAY))
        computer.now_s += chance.randrange(60, 4 * DAY)
        computer.look()
        computer.copy()
        old.append(computer.kept)
    if chance.random() < 0.7:
        computer.boot()
    match chance.randrange(4):
        case 0:
            computer.kept = chance.choice(old)
        case 1:
            computer.kept = None
        case 2:
            computer.kept = computer.copied = None
    back_s = chance.choice((TOLERANCE_S + 61, DAY, 29 * DAY, 400 * DAY, computer.now_s))
    computer.wall_error_s = -back_s - chance.randrange(DAY)
    look = computer.look()
    assert look.state.is_suspect or look.now_s >= expires_s


def test_honest_walks_are_never_blocked() -> None:
    for seed in range(2_000):
        honest_walk(random.Random(seed))


def test_rollbacks_are_stopped_before_the_next_song() -> None:
    for seed in range(2_000):
        rollback(random.Random(seed))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_honest_walks() -> None:
    for seed in range(100_000):
        honest_walk(random.Random(seed))


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_ten_thousand_rollbacks() -> None:
    for seed in range(10_000):
        rollback(random.Random(seed))


# ---- the clocks themselves


def test_this_computers_boot_clock() -> None:
    clock = boot_clock.platform_boot_clock()
    first, second = (boot_clock.reading(SystemClock(), clock) for _ in range(2))
    assert first.boot_id == second.boot_id != ""
    assert 0 <= first.boot_s <= second.boot_s
    assert all(type(value) is int for value in (first.wall_s, first.boot_s))
    if sys.platform == "linux":
        assert len(first.boot_id) == 36


def test_without_an_id_of_the_boot_a_start_is_one() -> None:
    clock = boot_clock.ProcessBootClock()
    assert clock.boot_id() == boot_clock.ProcessBootClock().boot_id()
    assert clock.boot_s() <= clock.boot_s()
