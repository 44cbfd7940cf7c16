from __future__ import annotations

import json
from pathlib import Path

import pytest

from player.headless.trace import Step, Trace, TraceError, load_trace, parse_trace


def test_steps_follow_each_other_and_begin_again() -> None:
    trace = parse_trace(
        json.dumps([{"duration_ms": 1000, "bandwidth_kbps": 100}, {"duration_ms": 500, "bandwidth_kbps": 400}])
    )
    assert trace.at(0.2)[0].rate_bps == 100_000
    assert trace.at(1.1)[0].rate_bps == 400_000
    assert trace.at(1.6)[0].rate_bps == 100_000
    assert trace.at(1.1)[1] == pytest.approx(0.4)


def test_sending_takes_the_time_of_the_steps_it_crosses() -> None:
    trace = Trace.of((Step(1.0, 8_000, 0.0), Step(1.0, 0.0, 0.0), Step(1.0, 80_000, 0.0)))
    assert trace.seconds_to_send(500, 0.0) == pytest.approx(0.5)
    assert trace.seconds_to_send(1500, 0.5) == pytest.approx(1.5 + 0.1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "1 to"),
        ("[1]", "step 1"),
        ('[{"duration_ms": 0, "bandwidth_kbps": 1}]', "duration_ms"),
        ('[{"duration_ms": 5, "bandwidth_kbps": -1}]', "bandwidth_kbps"),
        ('[{"duration_ms": 5, "bandwidth_kbps": true}]', "bandwidth_kbps"),
        ('[{"duration_ms": 5, "bandwidth_kbps": NaN}]', "bandwidth_kbps"),
        ('[{"duration_ms": 5, "bandwidth_kbps": 0}]', "never lets a byte"),
    ],
)
def test_a_wrong_trace_is_refused_with_its_step(text: str, words: str) -> None:
    with pytest.raises(TraceError, match=words):
        parse_trace(text)


def test_an_unreadable_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot be read"):
        load_trace(tmp_path / "none.json")
