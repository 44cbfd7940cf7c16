"""The queue never loses or doubles an entry, and stays on the song that plays, whatever is done to it."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from player.domain.catalogue import Track
from player.domain.ids import EntryId
from player.domain.playback import QueueSource, Repeat
from player.playback.queue import Queue
from tests.unit.player.playback.songs import track


def tracks(names: str) -> list[Track]:
    return [track(name) for name in names]


def queue_of(names: str, *, start: int = 0, is_shuffled: bool = False, repeat: Repeat = Repeat.OFF) -> Queue:
    queue = Queue(random.Random(7), is_shuffled=is_shuffled, repeat=repeat)
    queue.replace(tracks(names), start=start, source=QueueSource("album", "1", "Night Ferry"))
    return queue


def names(queue: Queue) -> str:
    return "".join(entry.track.id for entry in queue.state.order)


def playing(queue: Queue) -> str:
    return "" if queue.current is None else queue.current.track.id


def entry_id(queue: Queue, name: str) -> EntryId:
    return next(entry.id for entry in queue.state.order if entry.track.id == name)


def test_an_empty_queue_has_nothing() -> None:
    queue = queue_of("")
    assert queue.current is None
    assert queue.following() is None
    assert queue.preceding() is None
    assert queue.upcoming(5) == ()
    assert not queue.go_to(EntryId(3))


def test_following_under_each_repeat() -> None:
    queue = queue_of("ab", start=1)
    assert queue.following() is None
    queue.set_repeat(Repeat.ALL)
    following = queue.following()
    assert following is not None
    assert following.track.id == "a"
    queue.set_repeat(Repeat.ONE)
    assert queue.following() == queue.current
    asked = queue.following(is_asked=True)
    assert asked is not None
    assert asked.track.id == "a"


def test_preceding_wraps_only_when_all_repeats() -> None:
    queue = queue_of("abc")
    assert queue.preceding() is None
    queue.set_repeat(Repeat.ALL)
    preceding = queue.preceding()
    assert preceding is not None
    assert preceding.track.id == "c"


def test_upcoming_is_what_will_play_by_itself() -> None:
    queue = queue_of("abcd", start=2)
    assert [item.id for item in queue.upcoming(6)] == ["c", "d"]
    queue.set_repeat(Repeat.ALL)
    assert [item.id for item in queue.upcoming(6)] == ["c", "d", "a", "b"]
    queue.set_repeat(Repeat.ONE)
    assert [item.id for item in queue.upcoming(3)] == ["c", "c", "c"]


def test_picked_songs_come_before_the_rest_of_the_source() -> None:
    queue = queue_of("abc")
    queue.enqueue(tracks("x"), is_next=False)
    queue.enqueue(tracks("y"), is_next=False)
    queue.enqueue(tracks("z"), is_next=True)
    assert names(queue) == "azxybc"
    assert [entry.is_picked for entry in queue.state.order] == [False, True, True, True, False, False]


def test_picking_into_an_empty_queue_waits_for_play() -> None:
    queue = queue_of("")
    queue.enqueue(tracks("xy"), is_next=False)
    assert queue.state.index is None
    following = queue.following()
    assert following is not None
    assert following.track.id == "x"


def test_shuffle_puts_the_current_song_first_and_unshuffle_restores() -> None:
    queue = queue_of("abcdefgh", start=3)
    queue.set_shuffled(True)
    assert names(queue)[0] == "d"
    assert names(queue) != "dabcefgh"
    assert sorted(names(queue)) == list("abcdefgh")
    queue.set_shuffled(False)
    assert names(queue) == "abcdefgh"
    assert playing(queue) == "d"


def test_play_with_shuffle_on_starts_with_the_chosen_song() -> None:
    queue = queue_of("abcdef", start=4, is_shuffled=True)
    assert names(queue)[0] == "e"
    assert queue.state.index == 0


def test_shuffle_keeps_what_was_picked_next() -> None:
    queue = queue_of("abcdef")
    queue.enqueue(tracks("xy"), is_next=False)
    queue.set_shuffled(True)
    assert names(queue)[:3] == "axy"


def test_moving_is_to_a_place_in_the_order() -> None:
    queue = queue_of("abcd", start=1)
    queue.move(entry_id(queue, "d"), 0)
    assert (names(queue), playing(queue)) == ("dabc", "b")
    queue.move(entry_id(queue, "b"), 99)
    assert (names(queue), playing(queue)) == ("dacb", "b")
    queue.set_shuffled(True)
    queue.set_shuffled(False)
    assert names(queue) == "dacb"


def test_removing_the_current_song_gives_its_place_to_the_next() -> None:
    queue = queue_of("abcd", start=1)
    queue.remove([entry_id(queue, "b"), entry_id(queue, "c")])
    assert (names(queue), playing(queue)) == ("ad", "d")
    queue.remove([entry_id(queue, "d")])
    assert (names(queue), playing(queue)) == ("a", "")


def test_removing_the_last_song_wraps_when_all_repeats() -> None:
    queue = queue_of("abc", start=2, repeat=Repeat.ALL)
    queue.remove([entry_id(queue, "c")])
    assert playing(queue) == "a"


def test_clearing_leaves_the_current_song_and_the_past() -> None:
    queue = queue_of("abcd", start=1)
    queue.clear_upcoming()
    assert (names(queue), playing(queue)) == ("ab", "b")


def test_neighbours_are_those_of_the_order() -> None:
    queue = queue_of("abc", start=1)
    assert queue.current is not None
    before, after = queue.neighbours(queue.current)
    assert before is not None
    assert after is not None
    assert (before.id, after.id) == ("a", "c")


def test_a_saved_shuffled_queue_can_still_be_unshuffled() -> None:
    queue = queue_of("abcdefg", start=2)
    queue.set_shuffled(True)
    queue.enqueue(tracks("x"), is_next=True)
    restored = Queue(random.Random(0))
    restored.restore(queue.state)
    assert names(restored) == names(queue)
    assert playing(restored) == "c"
    restored.set_shuffled(False)
    assert names(restored) == "abcxdefg"
    restored.enqueue(tracks("y"), is_next=True)
    assert len({entry.id for entry in restored.state.order}) == 9


def test_a_saved_queue_with_a_wild_index_has_no_current_song() -> None:
    queue = queue_of("ab")
    state = queue.state
    restored = Queue(random.Random(0))
    restored.restore(type(state)(state.order, 9, None, is_shuffled=False, repeat=Repeat.OFF, version=4))
    assert restored.current is None


Action = tuple[str, int, int]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["pick", "pick_next", "move", "remove", "shuffle", "unshuffle", "go", "repeat", "restore"]),
        st.integers(0, 12),
        st.integers(0, 12),
    ),
    max_size=30,
)


def apply(queue: Queue, action: Action) -> tuple[Queue, set[EntryId], bool]:
    """The queue afterwards, the entries taken out, and whether the listener went elsewhere."""
    kind, first, second = action
    order = queue.state.order
    chosen = order[first % len(order)].id if order else EntryId(0)
    match kind:
        case "pick" | "pick_next":
            queue.enqueue([track("p")] * (second % 3), is_next=kind == "pick_next")
        case "move":
            queue.move(chosen, second)
        case "remove":
            queue.remove([chosen])
            return queue, {chosen}, False
        case "shuffle" | "unshuffle":
            queue.set_shuffled(kind == "shuffle")
        case "go":
            return queue, set(), queue.go_to(chosen)
        case "repeat":
            queue.set_repeat(list(Repeat)[first % 3])
        case "restore":
            restored = Queue(random.Random(second))
            restored.restore(queue.state)
            return restored, set(), False
    return queue, set(), False


@settings(max_examples=150, deadline=None)
@given(count=st.integers(0, 8), start=st.integers(0, 8), is_shuffled=st.booleans(), actions=ACTIONS)
def test_nothing_is_lost_or_doubled_and_the_song_stays(
    count: int, start: int, is_shuffled: bool, actions: list[Action]
) -> None:
    queue = queue_of("abcdefgh"[:count], start=start, is_shuffled=is_shuffled)
    for action in actions:
        before, current = {entry.id for entry in queue.state.order}, queue.current
        version = queue.version
        queue, removed, went = apply(queue, action)
        state = queue.state
        after = [entry.id for entry in state.order]
        assert len(after) == len(set(after))
        assert before - set(after) == removed & before
        assert all(entry.is_picked for entry in state.order if entry.id not in before)
        assert state.index is None or 0 <= state.index < len(after)
        if current is not None and current.id not in removed and not went:
            assert state.current == current
        assert action[0] in ("restore", "shuffle", "unshuffle") or queue.version > version or not before
    queue.set_shuffled(True)
    queue.set_shuffled(False)
    assert sorted(entry.id for entry in queue.state.order) == sorted(after if actions else range(1, count + 1))
