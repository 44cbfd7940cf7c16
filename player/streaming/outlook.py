"""What lies ahead of the music: turns the open songs, the position and the waiting readers into the State that a
controller decides on, and its decision back into a segment of a song. Pure apart from reading the media; on the
`net` loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from player.domain.catalogue import Track
from player.streaming.abr.heads import HEADS
from player.streaming.abr.state import Fetch, PlannedSegment, State
from player.streaming.track_media import TrackMedia

ENGINE_READS_AHEAD_S = 15.0  # mpv holds up to 10 s of packets (cache_secs) and a few more in its decoder
SPARE_SEGMENTS_S = 8.0  # the window reaches a little over the look-ahead, so that its end is seen


@dataclass(frozen=True, slots=True)
class Place:
    """Where the music is: `is_jump` when a reader waits somewhere that playing on would not have led to."""

    slot: int
    into_s: float
    is_jump: bool


@dataclass(frozen=True, slots=True)
class Song:
    """One place in the plan; `media` None while it is not open."""

    track: Track
    media: TrackMedia | None


@dataclass(frozen=True, slots=True)
class Target:
    media: TrackMedia
    slot: int
    song: int = 0
    """which of the plan"""


@dataclass(frozen=True, slots=True)
class Outlook:
    state: State
    window: tuple[Target, ...]
    heads: tuple[Target, ...]

    def target(self, fetch: Fetch) -> Target:
        return (self.heads if fetch.is_head else self.window)[fetch.index]


def place(media: TrackMedia, position_s: float | None) -> Place:
    """The playing slot of the current song, from what the engine last reported (None: nothing yet) and from where
    its readers stand: a reader knows of a seek before any report does."""
    waiting = media.waiting_slots()
    if position_s is None:
        slot, into_s = 0, 0.0
    else:
        slot, into_s = media.grid.slot_at(position_s)
    if not waiting:
        return Place(slot, into_s, is_jump=False)
    wanted = waiting[-1]
    if slot <= wanted <= media.held_until(slot):
        # never further behind the reader than the engine can be: with no device it decodes faster than it reports
        at_least_s = media.grid.start_s(wanted) - ENGINE_READS_AHEAD_S
        if position_s is not None and at_least_s > position_s:
            slot, into_s = media.grid.slot_at(at_least_s)
        return Place(slot, into_s, is_jump=position_s is None and wanted == slot)
    return Place(wanted, 0.0, is_jump=True)


def outlook(
    songs: Sequence[Song],
    now: Place,
    look_ahead_s: float,
    *,
    is_opening: bool,
    is_metered: bool,
    speed: float = 1.0,
) -> Outlook:
    """`songs` in the order of play; the first is open. `look_ahead_s` and all times of the state are the listener's
    seconds, of which one takes `speed` seconds of music."""
    window = _window(songs, now, look_ahead_s * speed + SPARE_SEGMENTS_S)
    heads = _heads(songs)
    state = State(
        segments=_planned(window),
        into_s=now.into_s,
        look_ahead_s=look_ahead_s,
        remaining_s=0.0,
        heads=_planned(heads),
        is_opening=is_opening,
        is_metered=is_metered,
        heard_kbps=_heard_kbps(songs[0].media, now),
    )
    remaining_s = max(0.0, _left_s(songs, now) - state.buffer_s)
    return Outlook(replace(state, remaining_s=remaining_s).at_speed(speed), tuple(window), heads)


def _window(songs: Sequence[Song], now: Place, reach_s: float) -> list[Target]:
    """What will be heard in the next `reach_s`: song after song, each up to its end or to a segment that cannot be
    had, as far as they are open."""
    window: list[Target] = []
    covered_s = -now.into_s
    first = now.slot
    for number, song in enumerate(songs):
        if song.media is None:
            break
        for slot in range(first, song.media.slot_count):
            if covered_s > reach_s:
                return window
            if not song.media.is_playable(slot):
                break
            window.append(Target(song.media, slot, number))
            covered_s += song.media.grid.duration_s(slot)
        first = 0
    return window


def _heads(songs: Sequence[Song]) -> tuple[Target, ...]:
    return tuple(
        Target(song.media, slot, number)
        for number, song in enumerate(songs[: max(HEADS) + 1])
        if number in HEADS and song.media is not None
        for slot in range(min(HEADS[number], song.media.slot_count))
        if song.media.is_playable(slot)
    )


def _heard_kbps(media: TrackMedia | None, now: Place) -> float | None:
    held = media.held(now.slot - 1) if media is not None and now.slot > 0 and not now.is_jump else None
    return None if media is None or held is None else media.ladder.rates_kbps[held.rung]


def _planned(targets: Sequence[Target]) -> tuple[PlannedSegment, ...]:
    """Each song's readers are asked once: this runs several times a second, for half a minute of segments."""
    begun = {media: media.fixed_rungs() for media in {target.media for target in targets}}
    return tuple(_segment(target, begun[target.media].get(target.slot)) for target in targets)


def _segment(target: Target, fixed: int | None) -> PlannedSegment:
    """`fixed`: the rung that a reader has begun."""
    held = target.media.held(target.slot)
    if held is not None and fixed is not None and fixed != held.rung:
        held = None  # a reader has begun another rendition: for it this one is not there
    return PlannedSegment(
        duration_s=target.media.grid.duration_s(target.slot),
        ladder=target.media.ladder,
        held=None if held is None else held.rung,
        is_fixed=fixed is not None
        or target.media.refusal(target.slot) is not None
        or (held is not None and held.is_settled),
        song=target.song,
    )


def _left_s(songs: Sequence[Song], now: Place) -> float:
    """From the position to the end of the plan; by the grid where a song is open, else by the catalogue."""
    heard_s = now.into_s
    if (media := songs[0].media) is not None:
        heard_s += sum(media.grid.durations[: now.slot]) / media.grid.sample_rate_hz
    return sum(_length_s(song) for song in songs) - heard_s


def _length_s(song: Song) -> float:
    if song.media is None:
        return song.track.duration_s
    grid = song.media.grid
    return sum(grid.durations) / grid.sample_rate_hz
