"""Covers: what is decoded and refused, what is fetched first, and what a search marks in a title."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from player.domain.ids import CoverId
from player.errors import ProtocolError
from tests.gui.pages.conftest import Surroundings
from ui.covers import decode, picture_format
from ui.presenters.covers import AT_ONCE, WAITING, CoverQueue, Wanted, fetched_side
from ui.widgets.highlight import matches


def picture(kind: str, width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#336699").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_the_middle_square(kind: str) -> None:
    image = decode(picture(kind, 300, 200), 64)
    assert (image.width(), image.height()) == (64, 64)
    assert abs(image.pixelColor(32, 32).blue() - 0x99) < 8


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", picture("GIF", 10, 10), picture("PNG", 5000, 10), picture("PNG", 64, 64)[:60]]
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(data, 64)


def test_the_format_is_told_by_magic_alone() -> None:
    assert picture_format(picture("WEBP", 4, 4)) == b"webp"
    assert picture_format(b"RIFF0000WAVE") is None


def test_the_newest_cover_is_fetched_first_and_old_ones_fall_off() -> None:
    queue = CoverQueue()
    asked = [Wanted(CoverId(f"c{number}"), 64) for number in range(WAITING + 10)]
    for wanted in [*asked, asked[-1]]:
        queue.ask(wanted)
    taken = [queue.take() for _ in range(AT_ONCE)]
    assert taken == asked[: -AT_ONCE - 1 : -1]
    assert queue.take() is None
    queue.ask(asked[-1])
    queue.finish(asked[-1], is_final=True)
    queue.ask(asked[-1])
    assert queue.take() == asked[-AT_ONCE - 1]
    assert fetched_side(158) == 160
    assert fetched_side(5000) == 1200


def test_one_fetch_serves_everybody_who_asks(qtbot: QtBot, around: Surroundings) -> None:
    cover = around.service.catalogue.albums[0].cover
    assert cover is not None
    covers = around.context.covers
    for _ in range(5):
        assert covers.picture(cover, 38, 1.0) is None
    with qtbot.waitSignal(covers.changed, timeout=20_000):
        pass
    shown = covers.picture(cover, 38, 1.0)
    assert shown is not None
    assert shown.opacity == 1.0
    assert around.service.calls.count("cover") == 1
    assert covers.cached_bytes == 38 * 38 * 4


def test_marks_lie_on_the_letters_that_were_found() -> None:
    assert matches("Slow Weather", "low") == ((1, 4),)
    assert matches("Below the Low Tide", "low") == ((10, 13),)
    assert matches("Sníh na řece", "snih rec") == ((0, 4), (8, 11))
    assert matches("Low", "xyz") == ()
