"""Covers: kept once by the hash of their bytes, handed out in a few sizes made on demand.

Ingest calls `keep` in its threads, the cover route `sized` in request threads. A picture is a JPEG, PNG or WebP by
its own bytes, at most 4096 px a side: what claims more is refused before a pixel is decoded. Pillow is imported by
the first picture, not at start.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from server.db.models import Cover
from server.storage import Storage

if TYPE_CHECKING:
    from PIL import Image

SIZES = (64, 160, 320, 640, 1200)
MAX_SIDE_PX = 4096
MAX_BYTES = 24 << 20
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 88


class PictureRefused(Exception):
    """The bytes are no picture that Segue shows; the message says why."""


def served_size(wanted: int) -> int:
    """The next size above, or the largest."""
    return next((size for size in SIZES if size >= wanted), SIZES[-1])


class Covers:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keep(self, session: Session, data: bytes) -> str:
        """Stores the picture, if it is new, and gives its cover id. PictureRefused leaves nothing behind."""
        cover_id = f"co_{hashlib.sha256(data).hexdigest()[:32]}"
        if session.get(Cover, cover_id) is not None:
            return cover_id
        image = _opened(data)
        mime = f"image/{(image.format or '').lower()}"
        width, height = image.size  # before decoding, which may begin at a fraction of it
        cover = Cover(id=cover_id, mime=mime, colour=_mean_colour(image), width=width, height=height)
        self._storage.write(_original(cover_id), data, is_durable=True)
        session.add(cover)
        session.flush()
        return cover_id

    def sized(self, cover_id: str, size: int) -> bytes | None:
        """A JPEG of at most `size` px a side (one of SIZES), never enlarged; None where the picture is gone."""
        key = f"covers/{cover_id}/{size}.jpg"
        made = self._storage.read(key)
        if made is not None:
            return made
        original = self._storage.read(_original(cover_id))
        if original is None:
            return None
        made = _jpeg(_opened(original), size)
        self._storage.write(key, made)
        return made


def _original(cover_id: str) -> str:
    return f"covers/{cover_id}/original"


def _opened(data: bytes) -> Image.Image:
    """Only the header is read here; `load` follows once the size is known to be sane."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > MAX_BYTES:
        raise PictureRefused(f"The picture has more than {MAX_BYTES >> 20} MiB.")
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureRefused("The picture is no readable JPEG, PNG or WebP.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(f"The picture has more than {MAX_SIDE_PX} px a side.") from error
    if max(image.size) > MAX_SIDE_PX:
        raise PictureRefused(f"The picture has more than {MAX_SIDE_PX} px a side.")
    return image


def _flat(image: Image.Image, size: int) -> Image.Image:
    """RGB of at most `size` px a side, upright, transparency over white."""
    from PIL import Image, ImageOps

    try:
        image.draft("RGB", (size, size))  # a JPEG is decoded near the wanted size at once
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((size, size), Image.Resampling.LANCZOS)
        if upright.has_transparency_data:
            layered = upright.convert("RGBA")
            background = Image.new("RGBA", layered.size, "white")
            return Image.alpha_composite(background, layered).convert("RGB")
        return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused("The picture is broken.") from error


def _jpeg(image: Image.Image, size: int) -> bytes:
    target = io.BytesIO()
    _flat(image, size).save(target, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return target.getvalue()


def _mean_colour(image: Image.Image) -> str:
    from PIL import Image

    pixel = _flat(image, SIZES[0]).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    red, green, blue = (int(value) for value in pixel[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
