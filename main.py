"""Segue: the composition root and the command line. The one file that knows all the parts.

It reads the options, puts the parts together, and hands over to the window, to a run without a window, or to the
guided tour. Every failure ends in one clear sentence and an exit code that stays the same (docs/command-line.md).
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from player import settings
from player.account.port import Credentials, Place, PlaceKind
from player.clock import SystemClock
from player.domain.ids import TrackId
from player.domain.stream import SegmentFetch
from player.errors import NetworkError, PlayerError
from player.headless.trace import Trace, TraceError, load_trace
from player.headless.wanted import Wanted, parse_wanted
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import Player, PlayerOptions
from player.runtime import Runtime
from player.service.port import StreamDocument
from player.streaming.abr.controller import Controller

VERSION = "0.1.0"
CLOSE_LIMIT_S = 10.0


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
    "PROTOCOL": ExitCode.UNREACHABLE,
    "BACKEND": ExitCode.UNREACHABLE,
    "NOT_FOUND": ExitCode.NOTHING_FOUND,
    "CACHE": ExitCode.DATA_UNUSABLE,
    "AUTH": ExitCode.SIGN_IN_FAILED,
    "REJECTED": ExitCode.SIGN_IN_FAILED,
    "AUDIO_DEVICE": ExitCode.PLAYBACK_FAILED,
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
        " without a display it plays a guided tour and leaves pictures under tour/.",
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
        tour = Path("tour")
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


class Segue:
    """The parts, put together; `close` takes them apart in the order that loses nothing."""

    def __init__(self, options: Options) -> None:
        from player.account.accounts import SegueAccounts
        from player.headless.link import ShapedLink
        from player.headless.report import Recorder
        from player.library.database import LocalDatabase
        from player.library.instance_lock import InstanceLock
        from player.library.memory import Memory
        from player.library.settings_store import SettingsStore

        folder = options.data / "player"
        self.options = options
        self.clock = SystemClock()
        self.lock = InstanceLock(folder / "instance.lock")
        self.database = LocalDatabase.open(folder / "player.db")
        if self.database.kept_aside is not None:
            complain(f"The player's database was damaged; it is kept as {self.database.kept_aside} and made anew.")
        self.runtime = Runtime()
        self.runtime.start()
        self.store = SettingsStore(self.database, lambda work: void(self.runtime.call(self.runtime.in_pool(work))))
        self.settings = self.store.load()
        self.link = None if options.trace is None else ShapedLink(self.runtime, self.clock, options.trace)
        self.accounts = SegueAccounts(
            self.runtime,
            self.settings,
            self.database,
            options.data,
            reach=None if self.link is None else self.link.start,
            clock=self.clock,
        )
        self.playback = self._playback()
        self.recorder = Recorder(self.playback, self.clock)
        self.memory = Memory(
            self.runtime,
            self.database,
            place=self.accounts.place_key,
            account=self.accounts.account,
            clock=self.clock,
        )

    def _playback(self) -> Player:
        from player.network.client import build_client
        from player.playback.engine import MpvEngine
        from player.streaming.look_ahead import LookAhead

        self.media_client = build_client()
        self.look_ahead = LookAhead(
            runtime=self.runtime,
            clock=self.clock,
            open_stream=self._open_stream,
            client=self.media_client,
            controller=self._controller(),
            look_ahead_s=self.settings.get(settings.LOOK_AHEAD_S),
            on_fetch=self._fetched,
        )
        engine = MpvEngine(self._engine_config(), self._on_loop)
        return Player(
            runtime=self.runtime,
            streams=self.look_ahead,
            engine=engine,
            clock=self.clock,
            options=self._player_options(),
        )

    def _fetched(self, fetch: SegmentFetch) -> None:
        self.recorder.fetched(fetch)

    def _controller(self) -> Controller:
        from player.streaming.abr.fixed import FixedRendition
        from player.streaming.abr.rsu import BEST, QUIET, Rsu

        if self.options.record is not None:  # there is no buffer to judge by: mpv reads as fast as it decodes
            return FixedRendition(is_top=True)
        return Rsu(BEST if self.settings.get(settings.QUALITY) == "best" else QUIET)

    def _engine_config(self) -> EngineConfig:
        if self.options.record is not None:
            output = Output.RECORDING
        elif self.options.trace is not None or self.options.tour is not None:
            output = Output.SILENT
        elif self.options.is_headless and not has_sound_device():
            say("This machine has no sound device: playing silently.")
            output = Output.SILENT
        else:
            output = Output.DEVICE
        return EngineConfig(
            output=output,
            record_to=self.options.record,
            volume=self.settings.get(settings.VOLUME),
            is_muted=self.settings.get(settings.MUTED),
            target_lufs=float(self.settings.get(settings.LOUDNESS_TARGET)),
        )

    def _player_options(self) -> PlayerOptions:
        from player.domain.playback import Repeat
        from player.playback.loudness import LoudnessMode

        kept = self.settings
        is_recording = self.options.record is not None
        return PlayerOptions(
            volume=kept.get(settings.VOLUME),
            is_muted=kept.get(settings.MUTED),
            is_shuffled=kept.get(settings.SHUFFLE) and not self.options.is_headless,
            repeat=Repeat.OFF if self.options.is_headless else Repeat(kept.get(settings.REPEAT)),
            loudness=LoudnessMode.OFF if is_recording else LoudnessMode(kept.get(settings.LOUDNESS)),
            target_lufs=float(kept.get(settings.LOUDNESS_TARGET)),
        )

    async def _open_stream(self, track_id: TrackId) -> StreamDocument:
        service = self.accounts.service
        if service is None:
            raise NetworkError("there is no connection to where the music lives")
        return await service.open_stream(track_id)

    def _on_loop(self, work: Callable[[], None]) -> None:
        self.runtime.loop.call_soon_threadsafe(work)

    async def start(self) -> None:
        """What runs beside everything else; on the loop."""
        self.playback.subscribe(self.memory.observe)
        self.memory.start()

    async def connect(self) -> None:
        """To the place that was asked for, else to the remembered one, else to the demo."""
        if self.options.place is not None:
            await self.accounts.connect(self.options.place, self.options.credentials)
        elif not await self.accounts.resume():
            await self.accounts.connect(Place(PlaceKind.DEMO))

    async def restore_queue(self) -> None:
        """Stand where Segue was closed."""
        place = self.accounts.place_key()
        if place is None or not self.settings.get(settings.RESTORE_QUEUE):
            return
        saved = await self.runtime.in_pool(lambda: self.memory.load_queue(place))
        if saved is not None:
            await self.playback.restore(saved.state, saved.position_s)

    def close(self) -> None:
        """Once; from the main thread. Sound first, then what is remembered, then the backend."""
        with contextlib.suppress(concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
            self.runtime.call(self._aclose()).result(CLOSE_LIMIT_S)
        self.runtime.stop()
        self.store.flush()
        self.database.close()
        self.lock.release()

    async def _aclose(self) -> None:
        await self.memory.aclose()
        await self.playback.aclose()
        await self.look_ahead.aclose()
        await self.media_client.aclose()
        await self.accounts.aclose()
        if self.link is not None:
            await self.link.aclose()


def run_headless(segue: Segue) -> None:
    """Play without a window; PlayerError where that failed."""
    from player.headless.session import HeadlessRun

    run = HeadlessRun(segue.playback, segue.clock, segue.recorder, say)

    async def work() -> None:
        await segue.start()
        await segue.playback.warm_up()
        say("Connecting ...")
        await segue.connect()
        service = segue.accounts.service
        assert service is not None
        if segue.options.wanted is None:
            await segue.restore_queue()
        await run.play(service, segue.options.wanted, segue.options.seconds)

    future = segue.runtime.call(work())
    try:
        future.result()
    except KeyboardInterrupt:
        future.cancel()
        raise


def run_window(segue: Segue) -> int:
    """The window, or the tour through it; returns the exit code."""
    from ui.app import run_window as show
    from ui.core import Core

    core = Core(segue.runtime, segue.accounts, segue.playback, segue.settings)
    segue.runtime.call(segue.start())
    return show(core)


def write_the_report(segue: Segue, code: ExitCode) -> None:
    from player.headless.report import write_report

    options = segue.options
    if options.report is None:
        return
    place = segue.accounts.state.place or options.place
    document = segue.recorder.document(
        segue=VERSION,
        exit_code=int(code),
        place=None if place is None else place.kind.value,
        play=None if options.wanted is None else str(options.wanted),
        shape=options.shape_name,
        record=None if options.record is None else options.record.name,
    )
    write_report(options.report, document)


def run(options: Options) -> ExitCode:
    """Everything after the command line was understood."""
    from player.logs import configure_logs

    configure_logs(options.data / "logs", is_verbose=options.is_verbose)
    segue = Segue(options)
    code = ExitCode.INTERNAL
    try:
        code = _run(segue)
    except PlayerError as error:
        complain(sentence(error))
        code = EXIT_OF_ERROR.get(error.code, ExitCode.PLAYBACK_FAILED)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    finally:
        write_the_report(segue, code)
        segue.close()
    return code


def _run(segue: Segue) -> ExitCode:
    if segue.options.is_headless:
        run_headless(segue)
        return ExitCode.OK
    return ExitCode(run_window(segue))


def sentence(error: PlayerError) -> str:
    """The error as a listener reads it: one sentence, a capital first, and what to do where we know."""
    words = error.message[:1].upper() + error.message[1:].rstrip(".") + "."
    return words + WHAT_TO_DO.get(error.code, "")


WHAT_TO_DO = {
    "NETWORK": " Check the address and that the server runs, then start Segue again.",
    "PROTOCOL": " Check that the address is a Segue server's.",
    "ENGINE_UNAVAILABLE": " `python3 dev.py run` installs libmpv.",
    "ALREADY_RUNNING": " Close it first, or give this one another folder with --data.",
    "AUTH": " Check the name and SEGUE_PASSWORD.",
}


def has_sound_device() -> bool:
    """Whether trying makes sense: without a card and without a sound server the sound libraries fill the terminal
    with their complaints."""
    if sys.platform != "linux":
        return True
    session = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
    return any(place.exists() for place in (Path("/dev/snd"), session / "pipewire-0", session / "pulse" / "native"))


def say(line: str) -> None:
    print(line, flush=True)


def complain(line: str) -> None:
    print(f"segue: {line}", file=sys.stderr, flush=True)


def void(_: object) -> None:
    """For callbacks that give nothing back."""


def main(arguments: list[str] | None = None) -> int:
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        options = read_options(sys.argv[1:] if arguments is None else arguments, dict(os.environ))
        return run(options)
    except CommandError as error:
        complain(str(error))
        return error.code
    except PlayerError as error:  # before anything was started
        complain(sentence(error))
        return EXIT_OF_ERROR.get(error.code, ExitCode.INTERNAL)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
