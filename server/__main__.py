"""`python -m server`: the backend as a program of its own, or as the player's child (`--stop-with-stdin`).

Standard output carries one JSON line, once requests are answered; everything for people goes to standard error.
Exit codes: 0, 2 usage, 5 port busy, 6 unreadable folder, 9 data folder unusable, 11 another backend uses it.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import gc
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from server.config import LICENCE_DAYS_MAX, VERSION, Config
from server.data_lock import DataFolderBusy, DataLock

if TYPE_CHECKING:
    from fastapi import FastAPI

    from server.serving import Serving

EXIT_USAGE, EXIT_PORT_BUSY, EXIT_FOLDER_UNREADABLE, EXIT_DATA_UNUSABLE, EXIT_DATA_BUSY = 2, 5, 6, 9, 11
_LOCK_PATIENCE_S = 10.0
"""a backend whose player was killed ends within this time"""
_LAST_RESORT_S = 15.0
"""after standard input closed, the process ends within this time whatever hangs"""

log = logging.getLogger("server")


class StartRefused(Exception):
    def __init__(self, exit_code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def main(arguments: list[str] | None = None) -> int:
    started_at = time.monotonic()
    # what the start makes stays: looking through it for garbage would take a sixth of the start
    gc.disable()
    config, stops_with_stdin = _parse(arguments)
    _set_up_logging()
    try:
        _check_libraries(config)
        _check_licence_root(config)
        _check_data_folder(config)
        with _bind(config) as bound, contextlib.closing(_locked(config)):
            app = _create_app(config)
            _serve(app, bound, started_at=started_at, stops_with_stdin=stops_with_stdin)
    except StartRefused as refusal:
        print(f"segue server: {refusal}", file=sys.stderr)
        return refusal.exit_code
    return 0


def _parse(arguments: list[str] | None) -> tuple[Config, bool]:
    parser = argparse.ArgumentParser(prog="python -m server", description="The backend of Segue.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the backend's own folder")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="port to listen on; 0 takes a free one")
    parser.add_argument(
        "--library", type=Path, action="append", default=[], metavar="DIR", help="music folder; may be repeated"
    )
    parser.add_argument("--demo", action="store_true", help="make and offer the demo library")
    parser.add_argument("--owner-code", action="store_true", help="print a code that signs the owner in once")
    parser.add_argument(
        "--licence-days",
        type=_licence_days,
        default=LICENCE_DAYS_MAX,
        metavar="N",
        help=f"days that downloads play without contact ({LICENCE_DAYS_MAX})",
    )
    parser.add_argument(
        "--licence-root",
        type=Path,
        metavar="FILE",
        help="Ed25519 key (PEM) that signs the licence keys; own by default",
    )
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when standard input closes")
    parser.add_argument("--version", action="version", version=f"Segue {VERSION}")
    given = parser.parse_args(arguments)
    config = Config(
        data_dir=given.data.expanduser().absolute(),
        host=given.host,
        port=given.port,
        libraries=tuple(folder.expanduser().absolute() for folder in given.library),
        demo=given.demo,
        offers_owner_code=given.owner_code,
        licence_days=given.licence_days,
        licence_root=given.licence_root.expanduser().absolute() if given.licence_root is not None else None,
    )
    return config, given.stop_with_stdin


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; take 0 to 65535")
    return int(text)


def _licence_days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LICENCE_DAYS_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of days; take 1 to {LICENCE_DAYS_MAX}")
    return int(text)


def _check_licence_root(config: Config) -> None:
    if config.licence_root is None:
        return
    from server.licences.signing_keys import RootUnusable, root_seed

    try:
        root_seed(config.licence_root)
    except RootUnusable as error:
        raise StartRefused(EXIT_USAGE, str(error)) from error


def _check_libraries(config: Config) -> None:
    for folder in config.libraries:
        try:
            os.scandir(folder).close()
        except OSError as error:
            raise StartRefused(
                EXIT_FOLDER_UNREADABLE, f"the music folder {folder} cannot be read: {error.strerror}."
            ) from error


def _check_data_folder(config: Config) -> None:
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=config.data_dir):
            pass
    except OSError as error:
        raise StartRefused(
            EXIT_DATA_UNUSABLE, f"the data folder {config.data_dir} cannot be written: {error.strerror}."
        ) from error


def _locked(config: Config) -> DataLock:
    def tell() -> None:
        log.info("waiting for the backend that uses %s to end", config.data_dir)

    try:
        return DataLock(config.data_dir, patience_s=_LOCK_PATIENCE_S, on_wait=tell)
    except DataFolderBusy as error:
        raise StartRefused(
            EXIT_DATA_BUSY,
            f"another backend uses the data folder {config.data_dir}; end it, or choose another folder.",
        ) from error
    except OSError as error:
        raise StartRefused(
            EXIT_DATA_UNUSABLE, f"the data folder {config.data_dir} cannot be written: {error.strerror}."
        ) from error


def _bind(config: Config) -> socket.socket:
    from server.serving import bind

    try:
        return bind(config.host, config.port)
    except socket.gaierror as error:
        raise StartRefused(EXIT_USAGE, f"there is no address '{config.host}'.") from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartRefused(EXIT_USAGE, f"{config.host} is no address of this machine.") from error
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be taken: {error.strerror}"
        raise StartRefused(
            EXIT_PORT_BUSY, f"port {config.port} on {config.host} {why}; choose another with --port, or 0 for any."
        ) from error


def _create_app(config: Config) -> FastAPI:
    from sqlalchemy.exc import DatabaseError

    from server.app import create_app
    from server.db.migrate import DatabaseTooNew

    try:
        return create_app(config)
    except DatabaseTooNew as error:
        raise StartRefused(EXIT_DATA_UNUSABLE, str(error)) from error
    except DatabaseError as error:
        sentence = f"the database in {config.data_dir} cannot be used: {error.orig}."
        raise StartRefused(EXIT_DATA_UNUSABLE, sentence) from error


def _serve(app: FastAPI, bound: socket.socket, *, started_at: float, stops_with_stdin: bool) -> None:
    from server.serving import Serving, url_of

    def announce() -> None:
        line = {"event": "listening", "url": url_of(bound)}
        if app.state.services.owner_code.code is not None:
            line["owner_code"] = app.state.services.owner_code.code
        print(json.dumps(line), flush=True)
        gc.freeze()
        gc.enable()
        app.state.services.warm_up()
        log.info("listening at %s after %.2f s", url_of(bound), time.monotonic() - started_at)

    serving = Serving(app, on_listening=announce)
    # uvicorn ends gracefully on these, then raises them again: here they have done their work
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    if stops_with_stdin:
        threading.Thread(target=_stop_with_stdin, args=(serving,), name="stdin", daemon=True).start()
    serving.run(sockets=[bound])


def _stop_with_stdin(serving: Serving) -> None:
    """The player holds the other end: however it dies, this read ends."""
    while True:
        try:
            if not os.read(0, 4096):
                break
        except OSError:
            break
    serving.request_stop()
    last_resort = threading.Timer(_LAST_RESORT_S, os._exit, args=(0,))
    last_resort.daemon = True
    last_resort.start()


def _set_up_logging() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname).1s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("uvicorn", "uvicorn.error", "alembic", "httpx", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
