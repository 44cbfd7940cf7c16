from random import Random

import pytest

from benchmarks.abr.families import FAMILIES, link_of
from benchmarks.abr.link import Link, Period

OUTAGE = Link([Period(10.0, 100.0, 0.1), Period(5.0, 0.0, 0.3), Period(10.0, 200.0, 0.1)])


def test_what_a_link_has_carried_goes_round() -> None:
    assert OUTAGE.carried_kbit(10.0) == OUTAGE.carried_kbit(15.0) == 1000.0
    assert OUTAGE.carried_kbit(25.0) == 3000.0
    assert OUTAGE.carried_kbit(30.0) == 3500.0
    assert OUTAGE.mean_kbps == 120.0
    assert OUTAGE.kbps_at(26.0) == 100.0


@pytest.mark.parametrize(
    ("kbit", "when_s"), [(500.0, 5.0), (1000.0, 10.0), (1200.0, 16.0), (3000.0, 25.0), (3100.0, 26.0)]
)
def test_the_first_moment_by_which_it_has(kbit: float, when_s: float) -> None:
    assert OUTAGE.when_s(kbit) == pytest.approx(when_s)


def test_both_ways_agree() -> None:
    rng = Random(3)
    for family in FAMILIES:
        link = link_of(family, 1)
        for _ in range(20):
            kbit = rng.uniform(0.0, 3.0 * link.round_kbit)
            assert link.carried_kbit(link.when_s(kbit)) == pytest.approx(kbit, abs=1e-3)


def test_a_request_waits_one_latency_of_each_period_in_proportion() -> None:
    assert OUTAGE.first_byte_s(2.0) == pytest.approx(2.1)
    assert OUTAGE.first_byte_s(9.95) == pytest.approx(10.15)  # half of 0.1, then half of 0.3


def test_the_same_seed_makes_the_same_link() -> None:
    for family in FAMILIES:
        assert link_of(family, 5).round_kbit == link_of(family, 5).round_kbit
    assert link_of("train", 5).round_kbit != link_of("train", 6).round_kbit


def test_a_link_must_carry_something() -> None:
    with pytest.raises(ValueError, match="carries nothing"):
        Link([Period(1.0, 0.0, 0.1)])
