"""Covers: kept once, handed out in sizes, and what is no picture refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from server.catalog.covers import Covers, PictureRefused, served_size
from server.db.models import Cover
from server.db.session import Database
from server.storage import LocalStorage
from tests.support.backend import Backend


def _picture(kind: str, size: tuple[int, int] = (800, 600), mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, (200, 40, 20, 255)[: len(mode)]).save(target, kind)
    return target.getvalue()


def _png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0" * 64))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.fixture
def covers(tmp_path: Path) -> Covers:
    return Covers(LocalStorage(tmp_path / "storage"))


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB")])
def test_a_picture_is_kept_once_with_its_colour_and_size(
    covers: Covers, database: Database, kind: str, mode: str
) -> None:
    data = _picture(kind, mode=mode)
    with database.session() as session:
        cover_id = covers.keep(session, data)
        assert covers.keep(session, data) == cover_id
        cover = session.get_one(Cover, cover_id)
        assert (cover.width, cover.height, cover.mime) == (800, 600, f"image/{kind.lower()}")
        red, green, blue = (int(cover.colour[at : at + 2], 16) for at in (1, 3, 5))
        assert red > 180
        assert max(green, blue) < 60
        assert session.scalar(select(func.count()).select_from(Cover)) == 1
    small = covers.sized(cover_id, 160)
    assert small is not None
    with Image.open(io.BytesIO(small)) as image:
        assert (image.format, image.size) == ("JPEG", (160, 120))
    large = covers.sized(cover_id, 1200)
    assert large is not None
    with Image.open(io.BytesIO(large)) as image:
        assert image.size == (800, 600)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no readable"),
        (b"GIF89a" + b"\0" * 100, "no readable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no readable"),
        (_png_claiming(4097, 10), "4096 px"),
        (_png_claiming(60_000, 60_000), "4096 px"),
        (_picture("JPEG")[:900], "broken"),
    ],
)
def test_what_is_no_sane_picture_is_refused_and_leaves_nothing(
    covers: Covers, database: Database, data: bytes, why: str
) -> None:
    with database.session() as session:
        with pytest.raises(PictureRefused, match=why):
            covers.keep(session, data)
        assert session.scalar(select(func.count()).select_from(Cover)) == 0


def test_sizes_go_to_the_next_above() -> None:
    assert [served_size(wanted) for wanted in (1, 64, 65, 320, 700, 5000)] == [64, 64, 160, 320, 1200, 1200]


def test_covers_are_served_immutable_with_a_tag(backend: Backend) -> None:
    with backend.services.database.session() as session:
        cover_id = backend.services.covers.keep(session, _picture("PNG"))
    with backend.client() as client:
        answer = client.get(f"/covers/{cover_id}", params={"size": 100}).raise_for_status()
        assert answer.headers["content-type"] == "image/jpeg"
        assert "immutable" in answer.headers["cache-control"]
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.width == 160
        again = client.get(
            f"/covers/{cover_id}", params={"size": 160}, headers={"If-None-Match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
