"""What a listener goes through when something lasts, changes or is gone: played in time, not recorded."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from player.domain.playback import PlaybackState, Status
from player.network.client import MEDIA_TIMEOUT
from player.playback.engine_options import EngineConfig, Output
from player.streaming.abr.fixed import FixedRendition
from tests.support.behind_faults import BehindFaults, Listening, behind_faults
from tests.support.faulty_link import Fault
from tests.support.music import write_song

FOR_EVER = 10**6
FAST = EngineConfig(Output.SILENT, is_untimed=True)
SHORT_S = 4.0  # of look-ahead: a fault is heard soon
NEAR_THE_NEXT_S = 3.2  # a little before the end of the first segment


@pytest.fixture(autouse=True)
def undisturbed(behind: BehindFaults) -> Iterator[None]:
    yield
    behind.link.forget()
    behind.link.come_back()


def titles(seen: Sequence[PlaybackState]) -> list[str]:
    named = [state.entry.track.title for state in seen if state.entry is not None]
    return [title for title, _ in itertools.groupby(named)]


def never_went_back(seen: Sequence[PlaybackState]) -> bool:
    """Within each song the position never falls."""
    return all(
        later.position_s >= earlier.position_s - 0.05
        for earlier, later in itertools.pairwise(seen)
        if earlier.entry == later.entry and later.status is not Status.ENDED
    )


def after_the_seek(listening: Listening) -> list[PlaybackState]:
    return [state for state in listening.seen if state.position_s >= NEAR_THE_NEXT_S]


def plays_past(listening: Listening, position_s: float) -> None:
    listening.until(lambda state: state.is_advancing and state.position_s > position_s)


@pytest.mark.allow_log("a song cannot be played")
@pytest.mark.parametrize(("status", "code"), [(404, "NOT_FOUND"), (410, "NOT_FOUND"), (403, "REJECTED")])
def test_a_segment_that_stays_refused_ends_its_song_and_the_next_plays(
    behind: BehindFaults, status: int, code: str
) -> None:
    first = behind.tracks[0].id
    behind.link.expect(Fault("status", rf"^/media/{first}/.*/1\.m4s$", times=FOR_EVER, status=status))
    with behind.playing(behind.tracks, FAST) as listening:
        assert listening.reaches_end(60.0)
    assert titles(listening.seen) == ["Part 1", "Part 2", "Part 3"]
    failed = [state for state in listening.seen if state.status is Status.FAILED]
    assert {(state.entry and state.entry.track.title, state.error and state.error.code) for state in failed} == {
        ("Part 1", code)
    }


@pytest.mark.allow_log("mpv .*(partial file|reading packet|fatal|exhausted|decoding|corrupt)")
def test_a_rendition_that_stays_damaged_gives_way_to_another_although_it_was_begun(behind: BehindFaults) -> None:
    first = behind.tracks[0].id
    behind.link.expect(Fault("forged", rf"^/media/{first}/.*/320/0\.m4s$", times=FOR_EVER))
    with behind.playing(behind.tracks, FAST, FixedRendition(is_top=True)) as listening:
        assert listening.reaches_end(60.0)
    assert titles(listening.seen) == ["Part 1", "Part 2", "Part 3"]
    assert Status.FAILED not in {state.status for state in listening.seen}
    rates = {fetch.segment: fetch.rendition_kbps for fetch in listening.fetches if fetch.track_id == first}
    assert rates == {0: 24, 1: 320, 2: 320}


def test_a_long_wait_is_shown_as_reconnecting_and_ends_when_the_listener_says_so(behind: BehindFaults) -> None:
    behind.link.expect(Fault("status", r"/1\.m4s$", status=429, retry_after_s=100.0))
    with behind.playing(behind.tracks[:1]) as listening:
        behind.loop.do(listening.player.seek(NEAR_THE_NEXT_S))
        waiting = listening.until(lambda state: state.status is Status.RECONNECTING)
        assert waiting.error is not None
        assert waiting.error.code == "RATE_LIMITED"
        assert listening.ahead.health.next_retry_at_s is not None
        behind.loop.do(listening.player.retry_now())
        plays_past(listening, waiting.position_s + 0.3)
        assert never_went_back(after_the_seek(listening))


def test_a_slow_link_is_buffering_and_a_failing_one_reconnecting(behind: BehindFaults) -> None:
    behind.link.expect(Fault("hang", r"/1\.m4s$"), Fault("dark", r"/1\.m4s$", seconds=FOR_EVER))
    with behind.playing(behind.tracks) as listening:
        behind.loop.do(listening.player.seek(NEAR_THE_NEXT_S))
        held = listening.until(lambda state: state.status is Status.RECONNECTING)
        assert behind.link.taken == 2
        behind.link.come_back()
        plays_past(listening, held.position_s + 0.3)
        assert never_went_back(after_the_seek(listening))
    assert titles(listening.seen) == ["Part 1"]


def test_a_skip_and_a_seek_while_the_network_is_away_are_kept(behind: BehindFaults) -> None:
    second = behind.tracks[1].id
    behind.link.expect(Fault("dark", rf"^/(api/v1/songs|media)/{second}/", seconds=FOR_EVER))
    with behind.playing(behind.tracks) as listening:
        behind.loop.do(listening.player.next())
        behind.loop.do(listening.player.seek(5.0))
        kept = listening.until(lambda state: state.status is Status.RECONNECTING and state.position_s == 5.0)
        behind.link.come_back()
        plays_past(listening, 5.3)
    after = listening.seen[listening.seen.index(kept) :]
    assert min(state.position_s for state in after) >= 5.0
    assert titles(after) == ["Part 2"]


@pytest.mark.parametrize("spare", [pytest.param(0, marks=pytest.mark.soak), 1], ids=["tagged anew", "other music"])
def test_a_song_whose_file_changes_goes_on_in_the_new_file(behind: BehindFaults, spare: int) -> None:
    song = behind.spares[spare]
    behind.link.expect(Fault("hang", rf"^/media/{song.id}/.*/1\.m4s$"))
    with behind.playing([song], look_ahead_s=SHORT_S) as listening:
        listening.until(lambda _: behind.link.taken == 1)
        write_song(
            behind.music / f"spare{spare}.flac", title="Another", artist="B", album="Others", track_number=1,
            seconds=8.0, seed=20 if spare == 0 else 77,
        )  # fmt: skip
        assert listening.reaches_end(60.0)
    assert Status.FAILED not in {state.status for state in listening.seen}
    assert never_went_back(listening.seen)
    contents = [path.split("/")[3] for path in behind.link.asked if path.startswith(f"/media/{song.id}/")]
    assert len(set(contents)) == 2


@pytest.mark.allow_log("a song cannot be played")
def test_a_song_whose_file_is_gone_says_so_and_the_next_plays(behind: BehindFaults) -> None:
    song = behind.spares[2]
    behind.link.expect(Fault("hang", rf"^/media/{song.id}/.*/1\.m4s$"))
    with behind.playing([song, behind.tracks[0]], FAST) as listening:
        listening.until(lambda _: behind.link.taken == 1)
        (behind.music / "spare2.flac").unlink()
        assert listening.reaches_end(30.0)
    failed = [state for state in listening.seen if state.status is Status.FAILED]
    assert {state.error.code for state in failed if state.error is not None} == {"NOT_FOUND"}
    assert titles(listening.seen) == ["Spare 2", "Part 1"]


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_a_minute_without_network_with_the_limits_of_the_product(tmp_path: Path) -> None:
    with (
        behind_faults(tmp_path, MEDIA_TIMEOUT) as behind,
        behind.playing(behind.tracks, look_ahead_s=SHORT_S) as listening,
    ):
        plays_past(listening, 0.5)
        behind.link.go_dark()
        threading.Event().wait(60.0)
        assert listening.player.state.status is Status.RECONNECTING
        behind.link.come_back()
        assert listening.reaches_end(90.0)
    assert titles(listening.seen) == ["Part 1", "Part 2", "Part 3"]
    assert Status.FAILED not in {state.status for state in listening.seen}
    assert never_went_back(listening.seen)
