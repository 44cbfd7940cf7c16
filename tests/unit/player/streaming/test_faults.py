from __future__ import annotations

import random

import pytest

from player.domain.ids import TrackId
from player.domain.stream import SegmentFetch
from player.errors import (
    AuthError,
    Conflict,
    Damaged,
    NetworkError,
    NotFound,
    PlayerError,
    ProtocolError,
    RateLimited,
    Rejected,
    SongChanged,
    UnexpectedPage,
)
from player.network.retry import Backoff
from player.streaming.faults import (
    AHEAD_PAUSE_S,
    CHANGED_LIMIT,
    NONSENSE_LIMIT,
    REOPEN_LIMIT,
    STUCK_AFTER,
    Faults,
    Remedy,
)
from player.streaming.health import FetchMeter

SONG = TrackId("one")


def faults() -> Faults:
    return Faults(Backoff(rng=random.Random(1)))


@pytest.mark.parametrize("error", [NetworkError(), ProtocolError(), RateLimited()])
def test_the_network_and_its_nonsense_are_tried_again_without_end(error: PlayerError) -> None:
    known = faults()
    again = {Remedy.RETRY, Remedy.REOPEN_LATER}
    assert all(known.segment_failed(SONG, 3, error) in again for _ in range(50))
    assert known.wants_lowest(SONG, 3)
    assert not known.wants_lowest(SONG, 4)
    known.succeeded(SONG, 3)
    assert not known.wants_lowest(SONG, 3)
    assert known.last_error is None


def test_a_server_that_is_not_reached_may_have_moved() -> None:
    known = faults()
    remedies = [known.segment_failed(SONG, 3, NetworkError()) for _ in range(4)]
    assert remedies == [Remedy.RETRY, Remedy.REOPEN_LATER] * 2
    assert all(known.segment_failed(SONG, 4, RateLimited()) is Remedy.RETRY for _ in range(4))


def test_a_song_that_is_another_now_is_opened_anew() -> None:
    assert faults().segment_failed(SONG, 0, SongChanged()) is Remedy.GIVE_UP
    assert faults().opening_failed(SONG, SongChanged()) is Remedy.GIVE_UP


@pytest.mark.parametrize("error", [Rejected(server_code="URL_EXPIRED"), AuthError(), NotFound()])
def test_refused_addresses_are_renewed_for_a_while_then_the_song_is_given_up(error: PlayerError) -> None:
    known = faults()
    remedies = [known.segment_failed(SONG, 0, error) for _ in range(REOPEN_LIMIT + 1)]
    assert remedies == [Remedy.REOPEN, *[Remedy.REOPEN_LATER] * (REOPEN_LIMIT - 1), Remedy.GIVE_UP]
    assert known.segment_failed(SONG, 1, error) is Remedy.REOPEN  # another time it is asked as often
    other = faults()
    for _ in range(REOPEN_LIMIT + 3):
        assert other.segment_failed(SONG, 0, error) is Remedy.REOPEN
        other.succeeded(SONG, 0)


@pytest.mark.parametrize(
    ("error", "limit"), [(ProtocolError(), NONSENSE_LIMIT), (NotFound(), NONSENSE_LIMIT), (Conflict(), CHANGED_LIMIT)]
)
def test_a_refusal_at_opening_is_believed_after_some_tries(error: PlayerError, limit: int) -> None:
    known = faults()
    remedies = []
    for _ in range(limit):
        known.wait_s(error)
        remedies.append(known.opening_failed(SONG, error))
    assert remedies == [Remedy.RETRY] * (limit - 1) + [Remedy.GIVE_UP]
    assert not known.is_failing  # the next song does not wait for a network that answers
    assert all(known.opening_failed(SONG, UnexpectedPage()) is Remedy.RETRY for _ in range(50))
    assert known.opening_failed(SONG, NetworkError()) is Remedy.RETRY
    assert known.opening_failed(SONG, AuthError()) is Remedy.GIVE_UP
    known.opened(SONG)
    assert not known.is_failing


def test_a_server_that_says_how_long_is_obeyed() -> None:
    known = faults()
    assert known.wait_s(RateLimited(retry_after_s=30.0)) == 30.0
    assert known.is_failing
    assert known.wait_s(NetworkError()) < 1.0


@pytest.mark.parametrize(
    ("error", "is_wrong"),
    [(Damaged(), True), (ProtocolError(), True), (UnexpectedPage(), False), (NetworkError(), False)],
)
def test_what_stays_wrong_in_one_rendition_is_told_from_a_network_that_is_away(
    error: PlayerError, is_wrong: bool
) -> None:
    known = faults()
    for _ in range(STUCK_AFTER - 1):
        known.segment_failed(SONG, 2, error)
        assert not known.is_stuck(SONG, 2, error)
    known.segment_failed(SONG, 2, error)
    assert known.is_stuck(SONG, 2, error) is is_wrong
    known.succeeded(SONG, 2)
    assert not known.is_stuck(SONG, 2, error)


def test_a_song_that_failed_ahead_is_left_alone_for_a_while() -> None:
    known = faults()
    assert known.may_open(SONG, 0.0)
    known.ahead_failed(SONG, 5.0)
    assert not known.may_open(SONG, 6.0)
    assert known.may_open(SONG, 5.0 + AHEAD_PAUSE_S)


def test_the_meter_counts_changes_between_neighbours_only() -> None:
    meter = FetchMeter()
    assert meter.mean_kbps is None
    for song, segment, kbps in (("a", 0, 64), ("a", 1, 128), ("a", 2, 128), ("a", 7, 24), ("b", 8, 320)):
        meter.fetched(SegmentFetch(song, segment, kbps, 1, 0.0, 1.0, 0.1, "network"), 4.0, is_upgrade=segment == 7)
    assert meter.switches == 1
    assert meter.upgrades == 1
    assert meter.mean_kbps == pytest.approx((64 + 128 + 128 + 24 + 320) / 5)
