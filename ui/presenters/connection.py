"""The line above the page while the music is held up: what is wrong, since when, and when Segue tries again.

'Reconnecting' (requests fail; one can try now) is not 'buffering' (the link is slow; waiting is all there is), and
buffering is told only once it lasts. Made by the shell; GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QObject, QTimer, Signal

from player.account.port import ConnectionPhase, ConnectionState
from player.clock import Clock
from player.domain.playback import PlaybackState, Status
from player.errors import AuthError, BackendError, NotFound, PlayerError, RateLimited, UnexpectedPage
from player.playback.port import PlaybackEvent
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.states import bounded_sentence
from ui.wording import long_time

PATIENCE_S = 4.0
"""how long a song may buffer, or stand failed before the queue goes on, until a sentence above the page says why
nothing is heard: a line that comes and goes moves the page"""
TICK_MS = 1000


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """Nothing is shown while `words` are empty."""

    words: str = ""
    role: str = "warn"
    can_retry: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the words are made of. `since_s` is how long playback has been in this state."""

    status: Status
    phase: ConnectionPhase
    since_s: float = 0.0
    retry_in_s: float | None = None
    error: PlayerError | None = None


class ConnectionPresenter(QObject):
    state_changed = Signal(object)

    def __init__(self, core: Core, clock: Clock) -> None:
        super().__init__()
        self._core = core
        self._clock = clock
        self._scope = GuiScope(core.runtime)
        self._view = ConnectionView()
        self._status = Status.IDLE
        self._since_s = clock.monotonic_s()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.refresh)
        self._scope.listen(core.playback.subscribe, self._on_playback)
        self._scope.listen(core.accounts.subscribe, self._on_account)

    @property
    def state(self) -> ConnectionView:
        return self._view

    def start(self) -> None:
        self.refresh()

    def close(self) -> None:
        self._timer.stop()
        self._scope.close()

    def _on_playback(self, event: PlaybackEvent) -> None:
        if isinstance(event, PlaybackState):
            self.refresh()

    def _on_account(self, _state: ConnectionState) -> None:
        self.refresh()

    def refresh(self) -> None:
        playback = self._core.playback.state
        now_s = self._clock.monotonic_s()
        if playback.status is not self._status:
            self._status, self._since_s = playback.status, now_s
        standing = Standing(
            playback.status,
            self._core.accounts.state.phase,
            now_s - self._since_s,
            playback.retry_in_s,
            playback.error,
        )
        self._keep_time(standing)
        view = present(standing)
        if view != self._view:
            self._view = view
            self.state_changed.emit(view)

    def _keep_time(self, standing: Standing) -> None:
        """Seconds are counted only while they are shown, or decide what is."""
        counts = standing.status in (Status.RECONNECTING, Status.BUFFERING, Status.FAILED)
        if counts and not self._timer.isActive():
            self._timer.start()
        elif not counts:
            self._timer.stop()


def present(standing: Standing) -> ConnectionView:
    if standing.status is Status.RECONNECTING:
        return ConnectionView(f"{reason(standing.error)} {_held(standing)}", "warn", can_retry=True)
    if standing.status is Status.FAILED and standing.since_s >= PATIENCE_S:
        return ConnectionView(f"This song cannot be played: {why_not(standing.error)}", "bad")
    if standing.phase is ConnectionPhase.RECONNECTING:
        return ConnectionView("Reconnecting to your music. What is fetched plays on.", "warn", can_retry=True)
    if standing.phase is ConnectionPhase.STARTING_BACKEND:
        return ConnectionView("Your music is being made ready.", "muted")
    if standing.status is Status.BUFFERING and standing.since_s >= PATIENCE_S:
        waited = long_time(standing.since_s)
        return ConnectionView(f"Buffering for {waited}: the link is slower than the song just now.", "muted")
    return ConnectionView()


def reason(error: PlayerError | None) -> str:
    match error:
        case UnexpectedPage():
            return "This network asks for a sign-in first: open any page in your browser."
        case RateLimited():
            return "The server asks for a pause."
        case AuthError():
            return "Your sign-in is being renewed."
        case BackendError():
            return "Segue's own server is starting again."
        case _:
            return "Reconnecting to your music."


def why_not(error: PlayerError | None) -> str:
    match error:
        case None:
            return "nobody knows why."
        case AuthError():
            return "your sign-in is over. Sign in again from the account's menu."
        case NotFound():
            return "it is no longer in the library."
        case _:
            return bounded_sentence(error.message).rstrip(".") + "."


def _held(standing: Standing) -> str:
    waited = f"The song waits where it stopped, for {long_time(standing.since_s)} now"
    waited = waited if standing.since_s >= PATIENCE_S else "The song goes on from where it stopped"
    if standing.retry_in_s is None or standing.retry_in_s < 1:
        return f"{waited}. Trying now."
    return f"{waited}. Next try in {long_time(ceil(standing.retry_in_s))}."
