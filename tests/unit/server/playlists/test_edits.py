"""The laws of ordered edits: nothing lost, nothing doubled, what was not named keeps its order."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.playlists.edits import Insert, Item, Move, Remove, edited
from server.problems import Problem


def _items(count: int) -> list[Item]:
    return [Item(f"pi_{number}", f"so_{number % 3}") for number in range(count)]


def _run(items: list[Item], *edits: Insert | Move | Remove) -> list[str]:
    numbers = itertools.count()
    return [item.id for item in edited(items, edits, lambda: f"new_{next(numbers)}")]


def test_moving_puts_items_before_what_stood_at_the_position() -> None:
    assert _run(_items(4), Move(op="move", item_ids=["pi_3", "pi_0"], position=2)) == ["pi_1", "pi_0", "pi_3", "pi_2"]
    assert _run(_items(3), Move(op="move", item_ids=["pi_0"], position=None)) == ["pi_1", "pi_2", "pi_0"]
    assert _run(_items(3), Move(op="move", item_ids=["pi_1"], position=1)) == ["pi_0", "pi_1", "pi_2"]


def test_inserting_counts_in_the_list_as_it_is_then() -> None:
    first = Insert(op="insert", song_ids=["so_a"], position=0)
    second = Insert(op="insert", song_ids=["so_b"], position=1)
    assert _run(_items(1), first, second) == ["new_0", "new_1", "pi_0"]


@pytest.mark.parametrize(
    "edit",
    [
        Insert(op="insert", song_ids=["so_a"], position=4),
        Move(op="move", item_ids=["pi_9"], position=0),
        Remove(op="remove", item_ids=["pi_0", "pi_9"]),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: Insert | Move | Remove) -> None:
    with pytest.raises(Problem, match=r"There is no position 4|has no item 'pi_9'"):
        edited(_items(3), [edit], lambda: "new")


@given(data=st.data(), count=st.integers(0, 12))
def test_no_sequence_of_edits_loses_or_doubles_an_item(data: st.DataObject, count: int) -> None:
    items = _items(count)
    numbers = itertools.count()
    expected = {item.id for item in items}
    for _ in range(data.draw(st.integers(1, 8))):
        ids = [item.id for item in items]
        position = data.draw(st.none() | st.integers(0, len(ids)))
        chosen = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)) if ids else []
        op = data.draw(st.sampled_from(["insert", "move", "remove"])) if chosen else "insert"
        edit: Insert | Move | Remove
        if op == "insert":
            edit = Insert(op="insert", song_ids=["so_x", "so_x"], position=position)
        elif op == "move":
            edit = Move(op="move", item_ids=chosen, position=position)
        else:
            edit = Remove(op="remove", item_ids=chosen)
            expected -= set(chosen)
        after = edited(items, [edit], lambda: f"new_{next(numbers)}")
        if op == "insert":
            expected |= {item.id for item in after} - set(ids)
            assert len(after) == len(items) + 2
        assert {item.id for item in after} == expected
        assert len(after) == len(expected)
        named = set(chosen) if op != "insert" else expected - set(ids)
        untouched = [item_id for item_id in ids if item_id not in named]
        assert [item.id for item in after if item.id in ids and item.id not in named] == untouched
        items = after
