"""The command line: what may be asked, checked before anything starts, and the exit codes it can end in. Pure but for
looking whether paths can be used; main.py reads it, docs/command-line.md is made from it."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from player.account.port import Credentials, Place, PlaceKind
from player.headless.trace import Trace, TraceError, load_trace
from player.headless.wanted import Wanted, parse_wanted

VERSION = "0.1.0"


class ExitCode(IntEnum):
    OK = 0
    USAGE = 2
    NO_ENGINE = 3
    UNREACHABLE = 4
    PORT_BUSY = 5
    UNREADABLE = 6
    NOTHING_FOUND = 7
    PLAYBACK_FAILED = 8
    DATA_UNUSABLE = 9
    SIGN_IN_FAILED = 10
    ALREADY_RUNNING = 11
    INTERNAL = 70
    INTERRUPTED = 130


EXIT_MEANINGS = {
    ExitCode.OK: "all went well",
    ExitCode.USAGE: "an option is unknown or wrong",
    ExitCode.NO_ENGINE: "libmpv is missing or does not start",
    ExitCode.UNREACHABLE: "the server, or Segue's own backend, does not answer or speaks nonsense",
    ExitCode.PORT_BUSY: "a port that was asked for is in use (`python -m server --port`)",
    ExitCode.UNREADABLE: "a folder or file that was named cannot be read or written",
    ExitCode.NOTHING_FOUND: "nothing in the library matches `--play`",
    ExitCode.PLAYBACK_FAILED: "a song could not be played to its end",
    ExitCode.DATA_UNUSABLE: "the data folder cannot be used",
    ExitCode.SIGN_IN_FAILED: "the server refused the name or password",
    ExitCode.ALREADY_RUNNING: "another Segue is using the same data folder",
    ExitCode.INTERNAL: "a fault inside Segue; the log has the details",
    ExitCode.INTERRUPTED: "stopped by Ctrl+C",
}
EXIT_OF_ERROR = {
    "ENGINE_UNAVAILABLE": ExitCode.NO_ENGINE,
    "NETWORK": ExitCode.UNREACHABLE,
    "RATE_LIMITED": ExitCode.UNREACHABLE,
    "DAMAGED": ExitCode.UNREACHABLE,
    "PROTOCOL": ExitCode.UNREACHABLE,
    "BACKEND": ExitCode.UNREACHABLE,
    "NOT_FOUND": ExitCode.NOTHING_FOUND,
    "CACHE": ExitCode.DATA_UNUSABLE,
    "AUTH": ExitCode.SIGN_IN_FAILED,
    "REJECTED": ExitCode.SIGN_IN_FAILED,
    "AUDIO_DEVICE": ExitCode.PLAYBACK_FAILED,
    "SONG_CHANGED": ExitCode.PLAYBACK_FAILED,
    "ALREADY_RUNNING": ExitCode.ALREADY_RUNNING,
    "INVALID_PLACE": ExitCode.UNREADABLE,
    "UNEXPECTED_PAGE": ExitCode.UNREACHABLE,
}


class CommandError(Exception):
    """An option that cannot be honoured; `sentence` says what and what to do."""

    def __init__(self, code: ExitCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, checked: every path exists or can be made, every value is of its kind."""

    data: Path
    is_headless: bool
    place: Place | None
    credentials: Credentials | None
    wanted: Wanted | None
    record: Path | None
    trace: Trace | None
    shape_name: str | None
    seconds: float | None
    report: Path | None
    screenshots: Path | None
    tour: Path | None
    is_verbose: bool


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segue",
        description="Segue, a music player that adapts to the link. Without options it opens its window; on a machine"
        " without a display it plays what is asked for, or else a guided tour that leaves pictures under tour/.",
        epilog="The password for --user is read from the environment variable SEGUE_PASSWORD.",
    )
    parser.add_argument("--version", action="version", version=f"Segue {VERSION}")
    parser.add_argument("--data", metavar="DIR", type=Path, help="keep everything Segue keeps under DIR")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--library", metavar="DIR", type=Path, help="play the music in DIR, with Segue's own backend")
    place.add_argument("--demo", action="store_true", help="play the demo library, made on this machine")
    place.add_argument("--server", metavar="URL", help="play from a Segue server")
    parser.add_argument("--user", metavar="NAME", help="sign in to --server as NAME")
    parser.add_argument(
        "--play", metavar="KIND:QUERY", help="play the first match; KIND song, album, playlist, artist"
    )
    parser.add_argument("--headless", action="store_true", help="no window")
    parser.add_argument(
        "--record", metavar="FILE.wav", type=Path, help="write the sound to FILE as fast as it decodes"
    )
    parser.add_argument(
        "--shape", metavar="TRACE.json", type=Path, help="limit the link to the server as the trace says"
    )
    parser.add_argument("--seconds", metavar="N", type=_seconds, help="stop after N seconds of playing")
    parser.add_argument("--report", metavar="FILE.json", type=Path, help="write what was heard, and how, to FILE")
    parser.add_argument("--screenshots", metavar="DIR", type=Path, help="write pictures of the window to DIR")
    parser.add_argument("--tour", metavar="DIR", type=Path, help="play the guided tour and leave its pictures in DIR")
    parser.add_argument("--verbose", action="store_true", help="log what happens to the terminal")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {text}")
    return value


def read_options(arguments: list[str], environment: dict[str, str]) -> Options:
    """SystemExit(2) for unknown options, CommandError for values that cannot be honoured."""
    given = build_parser().parse_args(arguments)
    has_display = sys.platform in ("win32", "darwin") or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    is_headless = given.headless or given.record is not None
    tour = given.tour
    if not has_display and not is_headless and tour is None and given.screenshots is None:
        # nobody can look: what was asked for plays without a window, and nothing in particular is the tour
        is_headless = any((given.library, given.demo, given.server, given.play, given.seconds))
        tour = None if is_headless else Path("tour")
    if given.record is not None and given.shape is not None:
        raise CommandError(
            ExitCode.USAGE, "--record plays as fast as it decodes and --shape in real time: choose one."
        )
    try:
        wanted = None if given.play is None else parse_wanted(given.play)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, f"{error}.") from error
    return Options(
        data=_data_folder(given.data),
        is_headless=is_headless,
        place=_place(given),
        credentials=_credentials(given, environment),
        wanted=wanted,
        record=_writable(given.record),
        trace=None if given.shape is None else _trace(given.shape),
        shape_name=None if given.shape is None else given.shape.name,
        seconds=given.seconds,
        report=_writable(given.report),
        screenshots=given.screenshots,
        tour=tour,
        is_verbose=given.verbose,
    )


def _data_folder(given: Path | None) -> Path:
    if given is None:
        from platformdirs import user_data_path

        given = user_data_path("segue", appauthor=False)
    try:
        given.mkdir(parents=True, exist_ok=True)
        if not os.access(given, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise CommandError(
            ExitCode.DATA_UNUSABLE,
            f"The data folder {given} cannot be used ({error.strerror}). Choose another with --data.",
        ) from error
    return given.resolve()


def _place(given: argparse.Namespace) -> Place | None:
    if given.server is not None:
        return Place(PlaceKind.SERVER, given.server)
    if given.demo:
        return Place(PlaceKind.DEMO)
    if given.library is None:
        return None
    folder: Path = given.library
    try:
        next(iter(folder.iterdir()), None)
    except OSError as error:
        raise CommandError(
            ExitCode.UNREADABLE,
            f"The music folder {folder} cannot be read ({error.strerror}). Choose another with --library.",
        ) from error
    return Place(PlaceKind.FOLDER, str(folder.resolve()))


def _credentials(given: argparse.Namespace, environment: dict[str, str]) -> Credentials | None:
    if given.user is None:
        return None
    if given.server is None:
        raise CommandError(ExitCode.USAGE, "--user goes with --server.")
    password = environment.get("SEGUE_PASSWORD")
    if not password:
        raise CommandError(ExitCode.USAGE, "--user needs the password in the environment variable SEGUE_PASSWORD.")
    return Credentials(given.user, password)


def _writable(path: Path | None) -> Path | None:
    """The file can be made where it is asked for; nothing is written yet."""
    if path is None:
        return None
    path = path.absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(ExitCode.UNREADABLE, f"{path} cannot be written ({error.strerror}).") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CommandError(ExitCode.UNREADABLE, f"{path} cannot be written. Choose another file.")
    return path


def _trace(path: Path) -> Trace:
    try:
        return load_trace(path)
    except TraceError as error:
        raise CommandError(ExitCode.UNREADABLE, f"--shape: {error}.") from error
