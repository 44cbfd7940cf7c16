"""Five in use, five replacements in 30 days, and what a lost keyring costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.devices.slots import (
    REPLACEMENTS,
    SAME_AGAIN,
    SLOTS,
    WINDOW_S,
    AllSlotsInUse,
    Arrival,
    Registered,
    TooManyChanges,
    Verdict,
    replacements,
    verdict,
)

NOW = 1_000_000_000.0
DAY_S = 86_400.0


class Account:
    """Keeps the history as the database does."""

    def __init__(self) -> None:
        self.history: list[Registered] = []

    def register(self, installation: str, now: float = NOW) -> Verdict:
        found = verdict(self.history, installation, now=now)
        if isinstance(found, Arrival):
            self.remove(installation)
            self.history.append(Registered(installation, found, now, is_in_use=True))
        return found

    def remove(self, installation: str) -> None:
        self.history = [
            replace(one, is_in_use=one.is_in_use and one.installation != installation) for one in self.history
        ]

    @property
    def in_use(self) -> set[str]:
        return {one.installation for one in self.history if one.is_in_use}


@pytest.fixture
def account() -> Account:
    """With all slots in use."""
    full = Account()
    for number in range(SLOTS):
        assert full.register(f"first-{number}") is Arrival.FIRST
    return full


def test_the_sixth_device_waits_for_a_slot(account: Account) -> None:
    assert account.register("sixth") == AllSlotsInUse()
    account.remove("first-0")
    assert account.register("sixth") is Arrival.REPLACEMENT


def test_five_replacements_in_thirty_days(account: Account) -> None:
    for number in range(REPLACEMENTS):
        account.remove("first-0" if number == 0 else f"new-{number - 1}")
        assert account.register(f"new-{number}", NOW + number * DAY_S) is Arrival.REPLACEMENT
    account.remove("new-4")
    assert account.register("one more", NOW + 10 * DAY_S) == TooManyChanges(NOW + WINDOW_S)
    assert replacements(account.history, now=NOW + 10 * DAY_S).left == 0
    assert account.register("one more", NOW + WINDOW_S) is Arrival.REPLACEMENT
    assert replacements(account.history, now=NOW + WINDOW_S).more_from == NOW + DAY_S + WINDOW_S


def test_a_lost_keyring_costs_neither_slot_nor_replacement(account: Account) -> None:
    before = replacements(account.history, now=NOW)
    for again in range(10):
        assert account.register("first-2", NOW + again * DAY_S) is Arrival.REKEYED
    assert len(account.in_use) == SLOTS
    assert replacements(account.history, now=NOW) == before


def test_signing_out_and_in_again_is_no_replacement(account: Account) -> None:
    account.remove("first-1")
    assert account.register("first-1") is Arrival.RETURN
    assert replacements(account.history, now=NOW).left == REPLACEMENTS


def test_computers_that_share_an_installation_id_are_stopped(account: Account) -> None:
    for _ in range(SAME_AGAIN):
        assert account.register("first-0") is Arrival.REKEYED
    assert account.register("first-0") == TooManyChanges(NOW + WINDOW_S)
    account.remove("first-0")
    assert account.register("first-0") == TooManyChanges(NOW + WINDOW_S)
    assert account.register("first-0", NOW + WINDOW_S) is Arrival.RETURN


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.sampled_from(["register", "remove"]), st.integers(0, 14), st.floats(0, 5 * DAY_S)), max_size=120
    )
)
def test_no_order_of_steps_gives_more(steps: list[tuple[str, int, float]]) -> None:
    account, now = Account(), NOW
    for step, number, passed_s in steps:
        now += passed_s
        if step == "remove":
            account.remove(f"d{number}")
            continue
        before = account.in_use
        found = account.register(f"d{number}", now)
        if isinstance(found, AllSlotsInUse):
            assert len(before) == SLOTS
        assert len(account.in_use) <= SLOTS
        recent = [one for one in account.history if one.registered_at > now - WINDOW_S]
        assert sum(one.arrival is Arrival.REPLACEMENT for one in recent) <= REPLACEMENTS
        assert sum(one.arrival is Arrival.FIRST for one in account.history) <= SLOTS
        new = [one for one in recent if one.arrival in {Arrival.FIRST, Arrival.REPLACEMENT}]
        assert len(new) <= SLOTS + REPLACEMENTS
