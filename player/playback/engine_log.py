"""mpv's log lines in our log, area `audio`. mpv calls an error what costs one file; here an error is an operation
that is lost for good, so its levels step down. Called on mpv's event thread."""

from __future__ import annotations

import logging
import re

log = logging.getLogger("audio")

LEVELS = {"fatal": logging.ERROR, "error": logging.WARNING, "warn": logging.INFO}

# Lines that follow from what playback does on purpose: it cancels reads when songs are skipped, and judges every
# end of a song itself (engine_watch.py). FFmpeg doubts every edit list; ours, of one entry, is held to the sample by
# the tests. Sound devices have an event of their own (DeviceLost).
EXPECTED = re.compile(
    r"Seek failed|partial file|Failed to open segue://|Failed to recognize file format|error reading header|"
    r"Error decoding audio|treating it as fatal error|Edit lists are not correctly supported"
)
DEVICE_AREA = "ao"


def log_line(level: str, prefix: str, text: str) -> None:
    line = text.strip()
    severity = LEVELS.get(level, logging.DEBUG)
    if EXPECTED.search(line):
        severity = logging.DEBUG
    elif prefix.partition("/")[0] == DEVICE_AREA:
        severity = min(severity, logging.INFO)
    log.log(severity, "mpv %s: %s", prefix, line)
