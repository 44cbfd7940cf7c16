"""Segue: the composition root. The one file that knows all the parts.

It reads the command line, puts the parts together, and hands over to the window, to a run without a window, or to the
guided tour. Every failure ends in one clear sentence and an exit code that stays the same (docs/command-line.md).
"""

from __future__ import annotations

import concurrent.futures
import faulthandler
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from player import settings
from player.account.port import ConnectionPhase, ConnectionState, Place, PlaceKind
from player.allocator import bound_free_memory
from player.clock import SystemClock
from player.domain.ids import TrackId
from player.domain.playback import PlaybackState, Status
from player.domain.sound import OutputChoice
from player.domain.stream import SegmentFetch
from player.errors import AuthError, NetworkError, PlayerError
from player.headless.command_line import EXIT_OF_ERROR, VERSION, CommandError, ExitCode, Options, read_options
from player.headless.trace import Step, Trace
from player.headless.wanted import find
from player.playback.engine_options import EngineConfig, Output
from player.playback.loudness import LoudnessMode
from player.playback.player import Player, PlayerOptions
from player.playback.port import PlaybackEvent
from player.runtime import Runtime
from player.service.port import StreamDocument
from player.streaming.abr.controller import Controller

if TYPE_CHECKING:  # a run without a window never loads Qt
    from player.streaming.abr.presets import Preset
    from player.streaming.recent.seal import Owner
    from player.streaming.recent.segments import RecentSegments
    from ui.core import Core
    from ui.theme.theme import Theme
    from ui.tour.story import Tour
    from ui.window import Window

log = logging.getLogger("main")

STREAMING = {
    setting.key for setting in (settings.QUALITY, settings.CAP_KBPS, settings.METERED, settings.LOOK_AHEAD_S)
}
CLOSE_LIMIT_S = 10.0
OPEN_LINK = Trace.of((Step(60.0, 50e6, 0.005),))
"""what the tour begins on, before it narrows the link"""


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
        from player.network.client import build_pool

        folder = options.data / "player"
        self.options = options
        self.clock = SystemClock()
        self.marks: dict[str, float] = {}
        self.started_at_s = float(os.environ.get("SEGUE_STARTED_AT", time.time()))
        self._entered: str | None = None
        self._listener: tuple[str, str] | None = None
        """the place and the account of the last that was signed in"""
        self._is_away = self._is_network_dear = False
        self.has_window = not options.is_headless or options.screenshots is not None
        self.lock = InstanceLock(folder / "instance.lock")
        self.database = LocalDatabase.open(folder / "player.db")
        if self.database.kept_aside is not None:
            complain(f"The player's database was damaged; it is kept as {self.database.kept_aside} and made anew.")
        self.runtime = Runtime()
        self.runtime.start()
        self.store = SettingsStore(self.database, lambda work: void(self.runtime.call(self.runtime.in_pool(work))))
        self.settings = self.store.load()
        trace = OPEN_LINK if options.tour is not None else options.trace
        self.link = None if trace is None else ShapedLink(self.runtime, self.clock, trace)
        self.connections = build_pool()
        self.accounts = SegueAccounts(
            self.runtime,
            self.settings,
            self.database,
            options.data,
            reach=None if self.link is None else self.link.start,
            clock=self.clock,
            pool=self.connections,
        )
        self.recent = self._recent()
        self.playback = self._playback()
        is_reported = options.report is not None or options.tour is not None
        self.recorder = Recorder(self.playback, self.clock, is_kept=is_reported)
        self.memory = Memory(
            self.runtime,
            self.database,
            place=self.accounts.place_key,
            account=self.accounts.account,
            clock=self.clock,
        )

    def _recent(self) -> RecentSegments:
        from player.streaming.recent.segments import RecentSegments

        return RecentSegments(
            self.runtime,
            self.clock,
            self.options.data / "player" / "recent" / "segments.db",
            owner=self._recent_owner,
            limit_mb=self.settings.get(settings.RECENT_MB),
        )

    def _recent_owner(self) -> Owner | None:
        from player.streaming.recent.seal import Owner

        key = self.accounts.device_key("recent segments")
        return None if key is None else Owner(key.secret, key.is_kept)

    def _playback(self) -> Player:
        from player.network.client import MEDIA_TIMEOUT, build_client
        from player.network.lent import Lent
        from player.playback.crossfading import CrossfadingEngine
        from player.streaming.look_ahead import LookAhead
        from player.streaming.recent.openings import Openings
        from player.streaming.recent.source import RecentSource

        self.controller = self._controller()
        self.media_client = build_client(transport=Lent(self.connections), timeout=MEDIA_TIMEOUT)
        self.look_ahead = LookAhead(
            runtime=self.runtime,
            clock=self.clock,
            open_stream=self._open_stream,
            client=self.media_client,
            controller=self.controller,
            look_ahead_s=self.settings.get(settings.LOOK_AHEAD_S),
            on_fetch=self._fetched,
            held=RecentSource(self.recent),
            openings=Openings(self.recent, self.clock, self.accounts.stream_url),
        )
        engine = CrossfadingEngine(self._engine_config(), self._on_loop, self.runtime)
        return Player(
            runtime=self.runtime,
            streams=self.look_ahead,
            engine=engine,
            clock=self.clock,
            options=player_options(self.settings, self.options),
        )

    def _fetched(self, fetch: SegmentFetch) -> None:
        self.recorder.fetched(fetch)

    def _controller(self) -> Controller:
        from player.streaming.abr.adaptive import Adaptive
        from player.streaming.abr.fixed import FixedRendition

        if self.options.record is not None:  # there is no buffer to judge by: mpv reads as fast as it decodes
            return FixedRendition(is_top=True)
        return Adaptive(self._preset())

    def _preset(self) -> Preset:
        from player.streaming.abr.presets import PRESETS

        cap, preset = self.settings.get(settings.CAP_KBPS), PRESETS[self.settings.get(settings.QUALITY)]
        return preset if cap == "none" else preset.capped(float(cap))

    async def _prefer(self) -> None:
        """How the listener wants it streamed, from the next request on."""
        self.controller.prefer(self._preset())
        self.look_ahead.set_look_ahead(float(self.settings.get(settings.LOOK_AHEAD_S)))
        metered = self.settings.get(settings.METERED)
        self.look_ahead.set_metered(metered == "yes" or (metered == "auto" and self._is_network_dear))

    def network_costs(self, is_metered: bool) -> None:
        """What the system says; any thread."""
        self._is_network_dear = is_metered
        void(self.runtime.call(self._prefer()))

    def _engine_config(self) -> EngineConfig:
        if self.options.record is not None:
            output = Output.RECORDING
        elif self.options.trace is not None or self.options.tour is not None:
            output = Output.SILENT
        elif not has_sound_device():
            say("This machine has no sound device: playing silently.")
            output = Output.SILENT
        else:
            output = Output.DEVICE
        return EngineConfig(
            output=output,
            record_to=self.options.record,
            volume=self.settings.get(settings.VOLUME),
            is_muted=self.settings.get(settings.MUTED),
        )

    async def _open_stream(self, track_id: TrackId) -> StreamDocument:
        service = self.accounts.service
        if service is None:
            raise NetworkError("there is no connection to where the music lives")
        return await service.open_stream(track_id)

    def _on_loop(self, work: Callable[[], None]) -> None:
        self.runtime.loop.call_soon_threadsafe(work)

    def mark(self, name: str) -> None:
        """How long after the start of the program something was reached, for the report."""
        self.marks.setdefault(name, round(time.time() - self.started_at_s, 3))

    async def start(self) -> None:
        """What runs beside everything else; on the loop."""
        self.playback.subscribe(self.memory.observe)
        self.playback.subscribe(self._mark_sound)
        self.memory.start()
        self.accounts.subscribe(self._on_connection)
        self.settings.subscribe(self._on_setting)
        await self._prefer()
        if self.has_window:
            self.runtime.spawn(self._warm_up(), "warm up")
            self._on_connection(self.accounts.state)

    async def _warm_up(self) -> None:
        """Load libmpv after the first paint, before the first song."""
        try:
            await self.playback.warm_up()
        except PlayerError as error:
            self.recorder.failed(error)
            complain(sentence(error))

    def _mark_sound(self, event: PlaybackEvent) -> None:
        if isinstance(event, PlaybackState) and event.status is Status.PLAYING:
            self.mark("sound_s")

    def _on_connection(self, state: ConnectionState) -> None:
        was_away, self._is_away = self._is_away, state.phase is ConnectionPhase.RECONNECTING
        if was_away and state.phase is ConnectionPhase.ONLINE:
            self.runtime.spawn(self.playback.retry_now(), "the server is back")
        self.runtime.spawn(self.recent.follow_owner(), "whose segments are kept")
        self._follow_listener()
        place = self.accounts.place_key()
        is_new = place is not None and place != self._entered
        if self.has_window and is_new and self.accounts.service is not None:
            self._entered = place
            self.runtime.spawn(self._enter(), "enter a place")

    def _follow_listener(self) -> None:
        """Songs that were opened for one account, and its queue in the same place, are not the next one's."""
        account, place = self.accounts.account(), self.accounts.place_key()
        if account is None or place is None:
            return
        before, self._listener = self._listener, (place, account.key)
        if before in (None, self._listener):
            return
        if before is not None and before[0] == place:
            self.runtime.spawn(self.playback.play(()), "another listener")
        self.look_ahead.forget_songs()

    def _on_setting(self, key: str, _value: object) -> None:
        """In the setter's thread: what takes effect while playing."""
        if key in (settings.LOUDNESS.key, settings.LOUDNESS_TARGET.key):
            mode = LoudnessMode(self.settings.get(settings.LOUDNESS))
            target_lufs = float(self.settings.get(settings.LOUDNESS_TARGET))
            void(self.runtime.call(self.playback.set_loudness(mode, target_lufs)))
        elif key in STREAMING:
            void(self.runtime.call(self._prefer()))
        elif key == settings.CROSSFADE_S.key:
            void(self.runtime.call(self.playback.set_crossfade(self.settings.get(settings.CROSSFADE_S))))
        elif key == settings.RECENT_MB.key:
            void(self.runtime.call(self.recent.set_limit_mb(self.settings.get(settings.RECENT_MB))))

    async def _enter(self) -> None:
        """The listener is inside a place: its queue stands as it was left, and what was asked for plays."""
        self.mark("inside_s")
        try:
            await self.restore_queue()
            service, wanted = self.accounts.service, self.options.wanted
            if wanted is not None and service is not None:
                found = await find(service, wanted)
                await self.playback.play(found.tracks, source=found.source)
        except PlayerError as error:
            self.recorder.failed(error)
            complain(sentence(error))

    async def connect(self) -> None:
        """To the place that was asked for, else to the remembered one, else to the demo."""
        if self.options.place is not None:
            await self.accounts.connect(self.options.place, self.options.credentials)
        elif not await self.accounts.resume():
            if self.settings.get(settings.PLACE_KIND) == PlaceKind.SERVER.value:
                server = self.settings.get(settings.PLACE_LOCATION)
                raise AuthError(
                    f"the sign-in to {server} is over or was not kept; name it again with --server and --user"
                )
            await self.accounts.connect(Place(PlaceKind.DEMO))
        if not self.accounts.state.keeps_sign_in:
            say(
                "No keyring can be used: the sign-in lasts until Segue ends. Unlock or install one to stay signed in."
            )

    async def enter_early(self) -> None:
        """Connect while Qt is still being loaded. The window asks for the same in a moment and shows what failed."""
        place, credentials = self.options.place, self.options.credentials
        try:
            if place is not None and credentials is not None:
                await self.accounts.connect(place, credentials)
            else:
                await self.accounts.resume()
        except PlayerError as error:
            log.info("the first connection failed: %s", error.code)

    async def restore_queue(self) -> None:
        """Stand where Segue was closed."""
        place = self.accounts.place_key()
        if place is None:
            return
        is_kept = self.settings.get(settings.RESTORE_QUEUE)
        saved = await self.runtime.in_pool(lambda: self.memory.load_queue(place)) if is_kept else None
        if saved is not None:
            await self.playback.restore(saved.state, saved.position_s)
        elif self.playback.queue.order:  # another place's songs cannot be played here
            await self.playback.play(())

    def close(self) -> None:
        """Once; from the main thread. Sound first, then what is remembered, then the backend; a part that fails
        to close does not keep the others from it."""
        closing = [
            self.playback.aclose,
            self.memory.aclose,
            self.look_ahead.aclose,
            self.recent.aclose,
            self.media_client.aclose,
            self.accounts.aclose,
            self.connections.aclose,
        ]
        if self.link is not None:
            closing.append(self.link.aclose)
        for close in closing:
            try:
                self.runtime.call(close()).result(CLOSE_LIMIT_S)
            except (PlayerError, OSError, concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
                log.exception("a part did not close")
        self.runtime.stop()
        self.store.flush()
        self.database.close()
        self.lock.release()


def player_options(kept: settings.Settings, options: Options) -> PlayerOptions:
    """What the player starts with."""
    from player.domain.playback import Repeat

    is_recording = options.record is not None
    return PlayerOptions(
        volume=kept.get(settings.VOLUME),
        is_muted=kept.get(settings.MUTED),
        is_shuffled=kept.get(settings.SHUFFLE) and not options.is_headless,
        repeat=Repeat.OFF if options.is_headless else Repeat(kept.get(settings.REPEAT)),
        loudness=LoudnessMode.OFF if is_recording else LoudnessMode(kept.get(settings.LOUDNESS)),
        target_lufs=float(kept.get(settings.LOUDNESS_TARGET)),
        crossfade_s=float(kept.get(settings.CROSSFADE_S)),
        output=OutputChoice(kept.get(settings.OUTPUT_DEVICE), kept.get(settings.OUTPUT_EXCLUSIVE)),
    )


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


def run_window(segue: Segue) -> ExitCode:
    """The window until it is closed, or the tour through it."""
    options = segue.options
    if options.screenshots is not None or options.tour is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    remember_place(segue)
    void(segue.runtime.call(segue.enter_early()))
    from PySide6.QtCore import QTimer

    from ui.app import run_window as show
    from ui.core import Core

    core = Core(segue.runtime, segue.accounts, segue.playback, segue.settings)
    missing: list[str] = []

    def shown(window: Window, theme: Theme) -> None:
        from ui.network_cost import NetworkCost  # after the first paint: it loads Qt's network

        segue.mark("window_s")
        void(segue.runtime.call(segue.start()))
        if options.seconds is not None:
            QTimer.singleShot(round(options.seconds * 1000), window, window.close)
        if options.tour is not None:
            tour = make_tour(segue, core, window, theme, options.tour)
            tour.finished.connect(missing.append)
            tour.finished.connect(window.close)
            tour.start()
        NetworkCost(segue.network_costs, window)

    status = show(core, screenshots=options.screenshots, on_shown=shown)
    if options.tour is not None:
        return end_tour(segue, options.tour, missing[0] if missing else "the end")
    return ExitCode.OK if status == 0 else ExitCode.PLAYBACK_FAILED


def remember_place(segue: Segue) -> None:
    """The window enters the place that was named on the command line as if it were that of last time. The tour
    begins at the first page, always."""
    place = segue.options.place
    if segue.options.tour is not None:
        segue.settings.set(settings.PLACE_KIND, "")
    elif place is not None:
        segue.settings.set(settings.PLACE_KIND, place.kind.value)
        segue.settings.set(settings.PLACE_LOCATION, place.location)
        if segue.options.credentials is not None:
            segue.settings.set(settings.USERNAME, segue.options.credentials.username)


def make_tour(segue: Segue, core: Core, window: Window, theme: Theme, folder: Path) -> Tour:
    from ui.tour.story import Tour

    assert segue.link is not None

    def say_when(line: str) -> None:
        say(f"[{time.time() - segue.started_at_s:5.1f} s] {line}")

    return Tour(core, window, theme, segue.link, segue.recorder, folder, say_when)


def end_tour(segue: Segue, folder: Path, missing: str) -> ExitCode:
    """Write the summary and say where everything lies."""
    from player.headless.report import write_report
    from ui.tour.summary import write_summary

    document = segue.recorder.document(segue=VERSION, timeline=segue.marks, missing=missing or None)
    write_report(folder / "report.json", document)
    write_summary(folder, document, missing)
    if missing:
        complain(f"The tour ended early: {missing}. What there is lies in {folder}.")
        return ExitCode.PLAYBACK_FAILED
    say(f"The tour is over. Pictures, the plot of buffer and bitrate and a summary lie in {folder.resolve()}.")
    return ExitCode.OK


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
        timeline=segue.marks,
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
    except Exception:  # the outermost boundary: a fault of ours is told once, and everything is closed all the same
        log.exception("a fault inside Segue")
        complain(f"Something went wrong inside Segue. The details are in {options.data / 'logs' / 'segue.log'}.")
    finally:
        write_the_report(segue, code)
        segue.close()
    return code


def _run(segue: Segue) -> ExitCode:
    if not segue.has_window:
        run_headless(segue)
        return ExitCode.OK
    return run_window(segue)


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


def harden() -> None:
    """No core dump: it would hold tokens and keys (OFFLINE.md). PR_SET_DUMPABLE would also do, but it breaks the
    desktop's file dialogs. A crash still prints where it happened."""
    faulthandler.enable()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str] | None = None) -> int:
    harden()
    void(bound_free_memory())
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
