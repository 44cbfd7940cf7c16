"""What the listener changes while the music plays takes effect with the next request; what is held stays."""

from __future__ import annotations

from player.streaming.abr.adaptive import Adaptive
from player.streaming.abr.presets import METERED_AHEAD_S, QUIET, SAVER
from tests.support.media_server import song
from tests.unit.player.streaming.conftest import Listener, assert_whole


def test_a_limit_holds_from_the_next_segment_on(listener: Listener) -> None:
    controller = Adaptive()
    listener.use(controller)
    listener.ahead.set_look_ahead(8.0)
    stream = listener.prepare("one")
    listener.plan("one")
    listener.until(lambda: listener.ahead.stats().buffer_s > 4.0 and listener.ahead._fetching.active is None)
    before = [kbps for kbps in stream.renditions() if kbps is not None]
    controller.prefer(QUIET.capped(64.0))
    listener.ahead.set_look_ahead(120.0)
    assert_whole(stream, listener.read_all(stream), song(1))
    after = [kbps for kbps in stream.renditions() if kbps is not None]
    assert after[: len(before)] == before
    assert before[0] == 128
    assert max(after[len(before) :]) <= 64
    assert controller.throughput_kbps is not None


def test_the_saver_and_a_metered_network_keep_less_ahead(listener: Listener) -> None:
    controller = Adaptive()
    listener.use(controller)
    controller.prefer(SAVER)
    short = {f"short{number}": song(10 + number, 4.6) for number in range(8)}
    listener.server.songs.update(short)
    stream = listener.prepare("one")
    listener.plan("one", "two", "three", *short)
    listener.until(lambda: listener.ahead.stats().buffer_s > METERED_AHEAD_S - 5.0)
    assert listener.ahead._fetching.active is None or listener.ahead.stats().buffer_s <= METERED_AHEAD_S
    assert max(kbps for kbps in stream.renditions() if kbps is not None) <= 96
    controller.prefer(QUIET)
    listener.ahead.set_metered(True)
    held = listener.ahead.stats().buffer_s
    assert held <= METERED_AHEAD_S
    listener.ahead.set_metered(False)
    listener.until(lambda: listener.ahead.stats().buffer_s > 60.0)


def test_a_longer_look_ahead_fetches_on(listener: Listener) -> None:
    listener.ahead.set_look_ahead(8.0)
    stream = listener.prepare("one")
    listener.plan("one")
    listener.until(lambda: listener.ahead.stats().buffer_s > 7.0)
    assert listener.ahead.stats().buffer_s <= 8.0
    listener.ahead.set_look_ahead(120.0)
    listener.until(lambda: listener.ahead.stats().buffer_s > 21.0)
    listener.ahead.set_look_ahead(8.0)
    assert stream.buffered_until_s(0.0) > 21.0
