from __future__ import annotations

from server.ingest.lyrics import parse


def _pairs(text: str) -> list[tuple[float | None, str]]:
    return [(line.start_s, line.text) for line in parse(text).lines]


def test_a_refrain_is_written_once_and_sung_where_its_stamps_say() -> None:
    text = "[ti:X]\n[00:02.00][00:05.5]Hold the line\n[00:03.25]Between\n"
    assert _pairs(text) == [(2.0, "Hold the line"), (3.25, "Between"), (5.5, "Hold the line")]
    assert parse(text).is_synced


def test_the_offset_moves_all_lines_and_none_before_the_start() -> None:
    assert _pairs("[offset:+500]\n[00:00.20]A\n[01:02.000]B") == [(0.0, "A"), (61.5, "B")]
    assert _pairs("[00:01]A\n[offset: -1000 ]") == [(2.0, "A")]
    assert _pairs("[offset:soon]\n[00:01]A") == [(1.0, "A")]


def test_stamps_of_words_are_left_out() -> None:
    assert _pairs("[00:01.00]<00:01.00>One <00:01.40>two") == [(1.0, "One two")]


def test_plain_text_keeps_its_order_and_inner_gaps() -> None:
    lyrics = parse("\ufeff\nFirst\n\nSecond\n\n")
    assert not lyrics.is_synced
    assert [line.text for line in lyrics.lines] == ["First", "", "Second"]
    assert parse("").lines == ()
