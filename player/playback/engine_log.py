"""mpv's log lines in our log, area `audio`. mpv calls an error what costs one file; here an error is an operation
that is lost for good, so its levels step down. Called on mpv's event thread."""

from __future__ import annotations

import logging
import re

log = logging.getLogger("audio")

LEVELS = {"fatal": logging.ERROR, "error": logging.WARNING, "warn": logging.INFO}

# Lines that follow from what playback does on purpose: it cancels reads when songs are skipped, and judges every
# end of a song itself (engine_watch.py); the device has its own event. ao/null complains of a pause that meets a
# gapless start, and starts all the same.
EXPECTED = re.compile(
    r"Seek failed|partial file|stream .*, offset 0x[0-9a-f]+: partial|Failed to open segue://|"
    r"Failed to recognize file format|error reading header|Error decoding audio|Invalid NAL|"
    r"illegal state: start\(\) while paused|"
    r"Could not open/initialize audio device|Failed to initialize audio driver"
)


def log_line(level: str, prefix: str, text: str) -> None:
    line = text.strip()
    severity = logging.DEBUG if EXPECTED.search(line) else LEVELS.get(level, logging.DEBUG)
    log.log(severity, "mpv %s: %s", prefix, line)
