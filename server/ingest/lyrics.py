"""Reads `.lrc` lyrics: time stamps in front of lines. Pure; called by the lyrics route.

Taken: several stamps a line (a refrain written once), `[offset:+/-ms]`, stamps of single words (dropped), text
without any stamp (lyrics that are not synced). There is no standard; this is what players agree on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_LABEL = re.compile(r"\[([A-Za-z#]\w*):(.*)\]\s*")
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class LyricLine:
    start_s: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Lyrics:
    is_synced: bool
    lines: tuple[LyricLine, ...]


def parse(text: str) -> Lyrics:
    """Synced lines in the order of time; a song where no line has a stamp keeps the order of the text."""
    synced: list[LyricLine] = []
    plain: list[LyricLine] = []
    offset_s = 0.0
    for raw in text.lstrip("\ufeff").splitlines()[:_MOST_LINES]:
        label = _LABEL.fullmatch(raw.strip())
        if label:
            if label[1].lower() == "offset":
                offset_s = _milliseconds(label[2])
            continue
        stamps, rest = _leading_stamps(raw)
        words = " ".join(_WORD_STAMP.sub("", rest).split())
        synced += [LyricLine(stamp, words) for stamp in stamps]
        if not stamps:
            plain.append(LyricLine(None, words))
    if not synced:
        return Lyrics(False, tuple(_without_edges(plain)))
    # a positive offset shows lines sooner
    moved = [LyricLine(max(0.0, round((line.start_s or 0.0) - offset_s, 3)), line.text) for line in synced]
    return Lyrics(True, tuple(sorted(moved, key=lambda line: line.start_s or 0.0)))


def _leading_stamps(raw: str) -> tuple[list[float], str]:
    rest = raw.strip()
    stamps = []
    while match := _STAMP.match(rest):
        minutes, seconds, fraction = match.groups()
        stamps.append(int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}"))
        rest = rest[match.end() :].lstrip()
    return stamps, rest


def _milliseconds(text: str) -> float:
    try:
        return int(text.strip()) / 1000
    except ValueError:
        return 0.0


def _without_edges(lines: list[LyricLine]) -> list[LyricLine]:
    while lines and not lines[0].text:
        lines = lines[1:]
    while lines and not lines[-1].text:
        lines = lines[:-1]
    return lines
