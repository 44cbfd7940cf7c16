"""What the presenters of pages share: one state, one scope, and answers that never come in the wrong order.

A page makes its presenter in the GUI thread, listens to `state_changed` and closes it at the end. No widgets here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from player.account.port import Accounts
from player.errors import PlayerError
from player.runtime import Scope
from player.service.port import MusicService
from ui.presenters.states import NOT_CONNECTED, Failed, Loading, Offline, Ready, ViewState, failure

T = TypeVar("T")
Call = Callable[[MusicService], Coroutine[Any, Any, T]]


class PagePresenter(QObject):
    """Base of every page's presenter. A newer load cancels the older; an answer that comes late is dropped."""

    state_changed = Signal(object)
    told = Signal(str)
    """one line for a toast"""

    def __init__(self, accounts: Accounts, scope: Scope) -> None:
        super().__init__()
        self._accounts = accounts
        self._scope = scope
        self._state: ViewState[Any] = Loading()
        self._loads = 0
        self._load: Future[Any] | None = None

    @property
    def state(self) -> ViewState[Any]:
        return self._state

    @property
    def is_loading(self) -> bool:
        """An answer is on its way, even where the older one is still shown."""
        return self._load is not None

    @property
    def service(self) -> MusicService | None:
        return self._accounts.service

    def reload(self) -> None:
        """Ask again for what is shown; each page says what that is."""
        raise NotImplementedError

    def connection_restored(self) -> None:
        """The service answers again: whoever could not load does so now, others keep what they show."""
        if isinstance(self._state, (Offline, Failed)):
            self.reload()

    def close(self) -> None:
        self._scope.close()

    def _show(self, state: ViewState[Any]) -> None:
        self._state = state
        self.state_changed.emit(state)

    def _fetch(
        self,
        call: Call[T],
        ready: Callable[[T], ViewState[Any]],
        what: str,
        *,
        keeps: bool = False,
        forgives: bool | None = None,
    ) -> None:
        """Load the page. `keeps` leaves what is shown in place until the answer comes; `forgives` (by default as
        `keeps`) leaves it after a failure too."""
        forgives = keeps if forgives is None else forgives
        self._stop_loading()
        service = self.service
        if service is None:
            self._show(NOT_CONNECTED)
            return
        if not (keeps and isinstance(self._state, Ready)):
            self._show(Loading())
        load = self._loads

        def arrived(answer: T) -> None:
            if load == self._loads:
                self._load = None
                self._show(ready(answer))

        def failed(error: PlayerError) -> None:
            if load != self._loads:
                return
            self._load = None
            if not (forgives and isinstance(self._state, Ready)):
                self._show(failure(error, what))

        self._load = self._scope.run(call(service), arrived, failed)

    def _stop_loading(self) -> None:
        self._loads += 1
        if self._load is not None:
            self._load.cancel()
            self._load = None
