"""Where log lines go: a file in the data folder that is kept small, and the terminal with `--verbose`.

Secrets stay out twice: nobody logs them, and `Redaction` takes signatures, tokens and query strings out of whatever
a library says all the same. httpx logs every URL at INFO, so it and its kin speak from WARNING on.
"""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES = 2 * 1024 * 1024
LOG_FILES = 3
LOUD_LIBRARIES = ("httpx", "httpcore", "hpack", "PIL", "asyncio", "keyring", "dbus_fast", "mpv")
FORMAT = "%(asctime)s %(levelname)-7s %(name)-10s %(message)s"

SECRETS = (
    (re.compile(r"(https?://[^\s\"'?]+)\?[^\s\"']*"), r"\1?…"),
    (re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+"), r"\1…"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "…"),  # a JWS in compact form
    (re.compile(r"(?i)((?:password|refresh_token|access_token|sig|code)[\"']?\s*[=:]\s*[\"']?)[^\s\"',}&]+"), r"\1…"),
)


class Redaction(logging.Filter):
    """Rewrites a record's finished message; arguments are folded in so that no handler meets them apart."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        for pattern, replacement in SECRETS:
            message = pattern.sub(replacement, message)
        record.msg, record.args = message, None
        return True


def configure_logs(folder: Path, *, is_verbose: bool) -> None:
    """Replace the root logger's handlers. A log folder that cannot be written leaves the terminal only."""
    handlers: list[logging.Handler] = []
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.INFO if is_verbose else logging.ERROR)
    handlers.append(terminal)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(
                folder / "segue.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
            )
        )
    except OSError as error:
        sys.stderr.write(f"segue: no log file can be kept in {folder} ({error.strerror})\n")
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
        handler.addFilter(Redaction())
        root.addHandler(handler)
    for name in LOUD_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
