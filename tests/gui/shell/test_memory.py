"""Memory is bounded by what is seen: page turns leave nothing behind, and pages that went are gone."""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from tests.gui.shell.conftest import World
from ui.covers import CACHE_BYTES
from ui.pages.catalogue_page import CataloguePage
from ui.window import Window

TURNS = 300
SLACK = 40  # tooltips, animations and menus come and go


def turns(world: World, window: Window) -> list[Callable[[], None]]:
    router, catalogue = window.shell.router, world.service.catalogue
    albums, artists = catalogue.albums, catalogue.artists
    return [
        router.open_home,
        lambda: router.open_library("songs"),
        lambda: router.open_search("n"),
        *(lambda each=each: router.open_album(each.id) for each in albums),
        *(lambda each=each: router.open_artist(each.id) for each in artists),
        lambda: router.open_library("albums"),
        router.open_settings,
        router.back,
        router.forward,
    ]


def settle(world: World, window: Window) -> None:
    page = window.shell.router.page
    assert page is not None
    world.until(lambda: not page.presenter.is_loading)
    QApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
    QApplication.processEvents()


def test_page_turns_leave_nothing_behind(world: World, window: Window) -> None:
    ways = turns(world, window)
    for turn in ways:  # every page is built once, covers come
        turn()
        settle(world, window)
    gc.collect()
    objects, held = len(window.findChildren(QObject)), len(gc.get_objects())
    for number in range(TURNS):
        ways[number % len(ways)]()
        settle(world, window)
    gc.collect()
    assert len(window.findChildren(QObject)) <= objects + SLACK
    assert len(gc.get_objects()) <= held + 20 * TURNS // 10
    assert window.shell.covers.cached_bytes <= CACHE_BYTES


def test_pages_of_a_library_that_was_left_are_gone(world: World, window: Window) -> None:
    ways = turns(world, window)[:6]
    for _ in range(4):
        for turn in ways:
            turn()
            settle(world, window)
        window.shell.leave()
    world.until(lambda: not alive())


def alive() -> list[str]:
    QApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
    gc.collect()
    return [type(each).__name__ for each in gc.get_objects() if isinstance(each, CataloguePage)]
