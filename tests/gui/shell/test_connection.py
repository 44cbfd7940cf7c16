"""What is said while the music is held up: reconnecting and buffering apart, since when, and the next try."""

from __future__ import annotations

import pytest

from player.account.port import ConnectionPhase, ConnectionState
from player.domain.playback import Status
from player.errors import AuthError, NetworkError, NotFound, PlayerError, ProtocolError, RateLimited, UnexpectedPage
from tests.gui.shell.conftest import World
from tests.support.fake_accounts import DEMO, PROFILE
from ui.presenters.connection import PATIENCE_S, ConnectionPresenter, ConnectionView, Standing, present

ONLINE = ConnectionPhase.ONLINE


class HandClock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


def test_nothing_is_said_while_all_is_well() -> None:
    for status in (Status.PLAYING, Status.PAUSED, Status.IDLE, Status.ENDED):
        assert present(Standing(status, ONLINE, 100.0)) == ConnectionView()


def test_buffering_is_told_once_it_lasts_and_offers_no_retry() -> None:
    assert present(Standing(Status.BUFFERING, ONLINE, PATIENCE_S / 2)) == ConnectionView()
    view = present(Standing(Status.BUFFERING, ONLINE, 9.0))
    assert view.words == "Buffering for 9 s: the link is slower than the song just now."
    assert not view.can_retry
    assert view.role == "muted"


@pytest.mark.parametrize(
    ("retry_in_s", "said"), [(None, "Trying now."), (0.4, "Trying now."), (7.2, "Next try in 8 s.")]
)
def test_the_next_try_is_counted_down(retry_in_s: float | None, said: str) -> None:
    view = present(Standing(Status.RECONNECTING, ONLINE, 1.0, retry_in_s, NetworkError("away")))
    assert view.words == f"Reconnecting to your music. The song goes on from where it stopped. {said}"
    assert view.can_retry


def test_a_long_wait_says_since_when() -> None:
    view = present(Standing(Status.RECONNECTING, ONLINE, 125.0, 3.0))
    assert "The song waits where it stopped, for 2 min now." in view.words


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnexpectedPage("html"), "asks for a sign-in"),
        (RateLimited("slow down"), "asks for a pause"),
        (AuthError("expired"), "being renewed"),
    ],
)
def test_the_reason_is_named_where_it_is_known(error: PlayerError, said: str) -> None:
    assert said in present(Standing(Status.RECONNECTING, ONLINE, 1.0, 1.0, error)).words


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("gone"), "no longer in the library"),
        (AuthError("over"), "Sign in again"),
        (ProtocolError("the song has no samples"), "the song has no samples."),
    ],
)
def test_a_song_that_cannot_be_played_says_why(error: PlayerError, said: str) -> None:
    assert present(Standing(Status.FAILED, ONLINE, 1.0, None, error)) == ConnectionView(), "the queue may go on"
    view = present(Standing(Status.FAILED, ONLINE, 9.0, None, error))
    assert view.words.startswith("This song cannot be played:")
    assert said in view.words
    assert view.role == "bad"
    assert not view.can_retry


def test_the_service_may_be_away_while_the_song_plays_on() -> None:
    view = present(Standing(Status.PLAYING, ConnectionPhase.RECONNECTING))
    assert view.words == "Reconnecting to your music. What is fetched plays on."
    assert view.can_retry


def test_time_passes_while_nothing_else_happens(world: World) -> None:
    clock = HandClock()
    presenter = ConnectionPresenter(world.core, clock)
    presenter.start()
    world.play()
    world.playback.become(Status.BUFFERING)
    presenter.refresh()
    assert presenter.state == ConnectionView()
    clock.now_s += 6.0
    presenter.refresh()
    assert presenter.state.words.startswith("Buffering for 6 s")
    world.playback.become(Status.PLAYING)
    world.until(lambda: presenter.state == ConnectionView())
    world.accounts.become(ConnectionState(ConnectionPhase.RECONNECTING, DEMO, PROFILE))
    world.until(lambda: presenter.state.can_retry)
    presenter.close()
