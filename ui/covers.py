"""Covers for every page and panel: fetched on the net loop, decoded in the pool, kept in a bounded cache of pixmaps.

Views ask `picture` while they paint and get what is here; when more has come, `changed` tells them to paint again.
One loader serves the whole window, GUI thread only; `decode` alone runs in the pool.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from player.account.port import Accounts
from player.domain.catalogue import Cover
from player.errors import NetworkError, PlayerError, ProtocolError
from player.runtime import Runtime
from player.service.port import MusicService
from ui.bridge import GuiScope
from ui.presenters.covers import CoverQueue, Wanted, fetched_side

log = logging.getLogger("covers")

CACHE_BYTES = 48 * 1024 * 1024  # about 300 cards at twice the density, a few screens of scrolling back
MOST_SIDE_PX = 4096
DECODE_LIMIT_MIB = 64
FADE_MS = 200
FRAME_MS = 16
MAGIC = {b"\xff\xd8\xff": b"jpeg", b"\x89PNG\r\n\x1a\n": b"png"}


@dataclass(frozen=True, slots=True)
class Picture:
    pixmap: QPixmap
    opacity: float
    """grows to 1 while the picture fades in over its colour"""


class CoverLoader(QObject):
    changed = Signal()
    """pictures came or fade: whoever shows covers paints again"""

    def __init__(self, accounts: Accounts, runtime: Runtime, *, fades: bool = True) -> None:
        super().__init__()
        self._accounts = accounts
        self._runtime = runtime
        self._scope = GuiScope(runtime)
        self._queue = CoverQueue()
        self._cache: OrderedDict[Wanted, QPixmap] = OrderedDict()
        self._bytes = 0
        self._arrived_s: dict[Wanted, float] = {}
        self._fades = fades
        self._frames = QTimer(self, interval=FRAME_MS)
        self._frames.timeout.connect(self._next_frame)

    def picture(self, cover: Cover, side: int, ratio: float) -> Picture | None:
        """`side` in layout pixels, `ratio` the screen's. None: not here yet, and now asked for."""
        wanted = Wanted(cover.id, max(1, round(side * ratio)))
        pixmap = self._cache.get(wanted)
        if pixmap is None:
            self._queue.ask(wanted)
            self._fetch_next()
            return None
        self._cache.move_to_end(wanted)
        arrived = self._arrived_s.get(wanted)
        if arrived is None:
            return Picture(pixmap, 1.0)
        return Picture(pixmap, min(1.0, (monotonic() - arrived) * 1000 / FADE_MS))

    def set_fades(self, fades: bool) -> None:
        self._fades = fades

    def connection_restored(self) -> None:
        self._queue.forgive()
        self.changed.emit()

    def close(self) -> None:
        self._frames.stop()
        self._scope.close()

    @property
    def is_settled(self) -> bool:
        """Nothing is on its way, nothing fades."""
        return self._queue.is_idle and not self._arrived_s

    @property
    def cached_bytes(self) -> int:
        return self._bytes

    def _fetch_next(self) -> None:
        service = self._accounts.service
        while service is not None and (wanted := self._queue.take()) is not None:
            self._fetch(service, wanted)

    def _fetch(self, service: MusicService, wanted: Wanted) -> None:
        self._scope.run(
            self._read(service, wanted),
            lambda image: self._took(wanted, image),
            lambda error: self._missed(wanted, error),
        )

    async def _read(self, service: MusicService, wanted: Wanted) -> QImage:
        data = await service.cover(wanted.cover, fetched_side(wanted.side_px))
        return await self._runtime.in_pool(lambda: decode(data, wanted.side_px))

    def _took(self, wanted: Wanted, image: QImage) -> None:
        self._queue.finish(wanted, is_final=False)
        pixmap = QPixmap.fromImage(image)
        self._cache[wanted] = pixmap
        self._bytes += _size_bytes(pixmap)
        while self._bytes > CACHE_BYTES and len(self._cache) > 1:
            old, dropped = self._cache.popitem(last=False)
            self._arrived_s.pop(old, None)
            self._bytes -= _size_bytes(dropped)
        if self._fades:
            self._arrived_s[wanted] = monotonic()
            self._frames.start()
        self.changed.emit()
        self._fetch_next()

    def _missed(self, wanted: Wanted, error: PlayerError) -> None:
        """The colour stays: a cover is never worth a message. A network fault may be gone at the next paint."""
        log.debug("no cover %s: %s", wanted.cover, error.code)
        self._queue.finish(wanted, is_final=not isinstance(error, NetworkError))
        self._fetch_next()

    def _next_frame(self) -> None:
        now = monotonic()
        self._arrived_s = {key: at for key, at in self._arrived_s.items() if (now - at) * 1000 < FADE_MS}
        if not self._arrived_s:
            self._frames.stop()
        self.changed.emit()


def decode(data: bytes, side_px: int) -> QImage:
    """The middle square of a JPEG, PNG or WebP at `side_px`. ProtocolError for anything else, and for bombs.

    The format is told by the first bytes alone, so that no other reader of Qt's plugins ever sees foreign data."""
    kind = picture_format(data)
    if kind is None:
        raise ProtocolError("the cover is no JPEG, PNG or WebP")
    QImageReader.setAllocationLimit(DECODE_LIMIT_MIB)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MOST_SIDE_PX:
        raise ProtocolError("the cover is larger than Segue opens")
    if min(size.width(), size.height()) > side_px:
        reader.setScaledSize(_covering(size, side_px))
    image = reader.read()
    if image.isNull():
        raise ProtocolError(f"the cover cannot be read: {reader.errorString()}")
    return _middle_square(image, side_px)


def picture_format(data: bytes) -> bytes | None:
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return kind
    return b"webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _covering(size: QSize, side_px: int) -> QSize:
    return size.scaled(side_px, side_px, Qt.AspectRatioMode.KeepAspectRatioByExpanding)


def _middle_square(image: QImage, side_px: int) -> QImage:
    if image.width() != side_px or image.height() != side_px:
        image = image.scaled(_covering(image.size(), side_px), mode=Qt.TransformationMode.SmoothTransformation)
    left, top = (image.width() - side_px) // 2, (image.height() - side_px) // 2
    return image.copy(left, top, side_px, side_px).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _size_bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
