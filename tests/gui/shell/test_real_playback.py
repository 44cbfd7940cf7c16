"""The window over the real player: real queue, real libmpv without a device, songs in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from player.clock import SystemClock
from player.domain.playback import Status
from player.errors import NetworkError
from player.settings import Settings
from tests.support.fake_accounts import FakeAccounts
from tests.support.fake_service import FakeService
from tests.unit.player.playback.bench import PlayerBench, a_song, running
from tests.unit.player.playback.fake_streams import FakeHealth, FakeStreams
from tests.unit.player.playback.songs import track
from ui.core import Core
from ui.shell import Shell
from ui.theme.theme import Theme
from ui.window import Window

LIMIT_MS = 20_000
LONG_S = 60.0


@pytest.fixture
def bench(collected_here: None) -> Iterator[PlayerBench]:
    with running(FakeStreams(a_song)) as bench:
        yield bench


@pytest.fixture
def window(bench: PlayerBench, theme: Theme, qtbot: QtBot) -> Iterator[Window]:
    core = Core(bench.runtime, FakeAccounts(FakeService()), bench.player, Settings({"ui.theme": "dark"}))
    window = Window(core, theme, SystemClock())
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.shell.router.route is not None, timeout=LIMIT_MS)
    yield window
    window.close()
    window.deleteLater()


def play(shell: Shell) -> None:
    shell.songs.play([track(name, seconds=LONG_S) for name in ("a", "b")], 0, None)


def test_speed_and_sleep_timer_reach_the_sound(bench: PlayerBench, window: Window, qtbot: QtBot) -> None:
    shell = window.shell
    play(shell)
    qtbot.waitUntil(lambda: bench.player.state.status is Status.PLAYING, timeout=LIMIT_MS)
    shell.sound_presenter.step_speed(1)
    qtbot.waitUntil(shell.transport.unusual.speed.isVisible, timeout=LIMIT_MS)
    assert shell.transport.unusual.speed.text() == "1.1×"
    assert bench.streams.speed == pytest.approx(1.1), "the look-ahead knows that the buffer drains faster"
    action = next(offer for offer in shell.sound_presenter.offers() if offer.words == "Sleep in 15 min")
    action.act()
    qtbot.waitUntil(lambda: shell.transport.unusual.sleep.text().strip() == "15 min", timeout=LIMIT_MS)
    shell.sound_presenter.set_sleep(None)
    qtbot.waitUntil(lambda: not shell.transport.unusual.sleep.isVisible(), timeout=LIMIT_MS)


def test_a_device_is_chosen_while_it_plays(bench: PlayerBench, window: Window, qtbot: QtBot) -> None:
    play(window.shell)
    qtbot.waitUntil(lambda: bench.player.state.status is Status.PLAYING, timeout=LIMIT_MS)
    presenter, name = window.shell.sound_presenter, window.shell.transport.sound.device.accessibleName
    presenter.choose_device("pulse/headphones")
    qtbot.waitUntil(lambda: name().startswith("Output: pulse/headphones"), timeout=LIMIT_MS)
    presenter.choose_device("auto")
    qtbot.waitUntil(lambda: name() == "Output: System default", timeout=LIMIT_MS)
    assert bench.player.state.status is Status.PLAYING


def test_a_network_that_fails_is_told_and_can_be_tried_now(bench: PlayerBench, window: Window, qtbot: QtBot) -> None:
    bench.streams.errors["a"] = [NetworkError("no route")] * 20
    play(window.shell)
    notice = window.shell.connection_notice
    qtbot.waitUntil(notice.isVisible, timeout=LIMIT_MS)
    assert notice.words.text().startswith("Reconnecting to your music.")
    bench.streams.errors.clear()
    notice.retry.click()
    qtbot.waitUntil(lambda: bench.player.state.status is Status.PLAYING, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not notice.isVisible(), timeout=LIMIT_MS)
    assert bench.streams.retries >= 1


def test_the_stream_panel_shows_what_cost_no_network(bench: PlayerBench, window: Window, qtbot: QtBot) -> None:
    bench.streams.health = FakeHealth()
    play(window.shell)
    window.shell.show_panel("stream")
    values = window.shell.stream_panel.values
    qtbot.waitUntil(lambda: "From recent songs" in values, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: values["From recent songs"].text() == "5 of 12", timeout=LIMIT_MS)
    assert values["Preference"].text() == "Quiet"
