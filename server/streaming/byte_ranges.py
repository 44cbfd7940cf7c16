"""Immutable bytes as an HTTP answer: one byte range, HEAD, and If-None-Match (RFC 9110, 13 and 14). Starlette does
this for files only; segments come from memory. Called by the media routes."""

from __future__ import annotations

import re

from fastapi import Request, Response

from server.problems import Problem
from server.streaming import pieces

IMMUTABLE = "public, max-age=31536000, immutable"
_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def immutable_answer(request: Request, data: bytes, *, media_type: str, etag: str) -> Response:
    headers = {"ETag": f'"{etag}"', "Cache-Control": IMMUTABLE, "Accept-Ranges": "bytes"}
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    headers[pieces.HEADER] = pieces.pieces(data)
    status, body = 200, data
    wanted = request.headers.get("range")
    if_range = request.headers.get("if-range")
    if wanted is not None and (if_range is None or _names(if_range, etag)):
        span = parsed_range(wanted, len(data))
        if span is not None:
            status, body = 206, data[span.start : span.stop]
            headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{len(data)}"
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, status, headers, media_type)


def _names(header: str, etag: str) -> bool:
    return any(tag.strip().removeprefix("W/") in (f'"{etag}"', "*") for tag in header.split(","))


def parsed_range(header: str, size: int) -> range | None:
    """None for what RFC 9110 lets a server ignore: another unit, several ranges, nonsense. Problem 416 for a range
    outside the bytes."""
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= stop:
        detail = f"The bytes {header} are not within the {size} there are."
        raise Problem(416, "RANGE", detail, headers={"Content-Range": f"bytes */{size}"})
    return range(start, stop)
