from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalog.folding import chunks, fold, index_words, sort_key, title_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Dvořák", "dvorak"),
        ("Øresund", "oresund"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Ænima", "aenima"),
        ("Đorđe", "dorde"),
        ("İstanbul", "istanbul"),
        ("ılık", "ilik"),
        ("ﬁne", "fine"),
        ("Þórr", "thorr"),
    ],
)
def test_case_and_diacritics_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_punctuation_parts_words_and_joins_them() -> None:
    assert index_words("T.N.T.") == ["t", "n", "tnt"]
    assert index_words("AC/DC") == ["ac", "dc", "acdc"]
    assert index_words("R E M") == ["r", "e", "m", "rem"]
    assert title_key("Don't Look Back") == "dont look back"


def test_scripts_without_spaces_are_found_by_any_character() -> None:
    assert chunks("東京 night") == [["東", "京"], ["night"]]


@pytest.mark.parametrize(
    ("text", "key"), [("The Lowlands", "lowlands"), ("The The", "the"), ("A", "a"), ("!!!", "!!!"), ("", "")]
)
def test_sort_keys_leave_out_a_leading_article(text: str, key: str) -> None:
    assert sort_key(text) == key


@given(st.text())
def test_words_are_letters_and_digits_only(text: str) -> None:
    assert all(word.isalnum() for word in index_words(text))
