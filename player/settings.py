"""Every setting, once: the settings page, the command line's help and docs/settings.md are generated from `TABLE`.

Core classes get values, not the store. `Settings` holds the present values in memory; whoever keeps them on disk
(player/library) subscribes to changes. Used from any thread: values are immutable and replaced whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V", bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Setting(Generic[V]):
    """`choices` for text, `low`..`high` for numbers; both inclusive and both checked on every write.
    `was` names keys of older versions that migrate to this one; `group` is where the settings page shows it, nowhere
    for what the window keeps by itself."""

    key: str
    default: V
    sentence: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    since: str = "0.1"
    needs_restart: bool = False
    group: str = ""
    was: tuple[str, ...] = ()

    def check(self, value: object) -> V:
        """The value, or ValueError with a sentence that says what is allowed."""
        kind = type(self.default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise ValueError(f"{self.key} takes a {kind.__name__}, not {value!r}")
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.key} takes one of {', '.join(self.choices)}, not {value!r}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.low is not None and value < self.low:
                raise ValueError(f"{self.key} is at least {self.low:g}{self.unit}, not {value:g}")
            if self.high is not None and value > self.high:
                raise ValueError(f"{self.key} is at most {self.high:g}{self.unit}, not {value:g}")
        return value


THEME = Setting(
    "ui.theme",
    "system",
    "Colours of the window: as the system says, dark or light.",
    choices=("system", "dark", "light"),
    group="Look",
)
TEXT_SCALE = Setting("ui.text_scale", 100, "Size of text.", unit="%", low=100, high=200, group="Look")
VOLUME = Setting("playback.volume", 0.8, "Volume, as the slider shows it.", low=0.0, high=1.0)
MUTED = Setting("playback.muted", False, "Whether the sound is muted.")
REPEAT = Setting("playback.repeat", "off", "What happens at the end of the queue.", choices=("off", "all", "one"))
SHUFFLE = Setting("playback.shuffle", False, "Whether the queue plays in shuffled order.")
QUALITY = Setting(
    "playback.quality",
    "quiet",
    "What the bitrate control prefers: never a stop, the best sound the link can carry, or little data.",
    choices=("quiet", "best", "saver"),
    group="Sound",
)
CAP_KBPS = Setting(
    "playback.cap_kbps",
    "none",
    "The highest rate that is fetched, in kbit/s.",
    choices=("none", "24", "48", "64", "96", "128", "192", "256"),
    group="Sound",
)
METERED = Setting(
    "network.metered",
    "auto",
    "Whether the network costs by the byte (auto: as the system says): then nothing is fetched twice or far ahead.",
    choices=("auto", "yes", "no"),
    group="Sound",
)
LOOK_AHEAD_S = Setting(
    "playback.look_ahead",
    120,
    "How far ahead of the music Segue fetches.",
    unit=" s",
    low=20,
    high=120,
    group="Sound",
)
RECENT_MB = Setting(
    "storage.recent_mb",
    512,
    "Disk that songs heard lately may take, encrypted, so that hearing them again needs no network; 0 keeps none.",
    unit=" MB",
    low=0,
    high=8192,
    group="Storage",
)
LOUDNESS = Setting(
    "playback.loudness",
    "auto",
    "Evens out loudness: by song, by album, or by album only inside albums (auto).",
    choices=("off", "song", "album", "auto"),
    group="Sound",
)
LOUDNESS_TARGET = Setting(
    "playback.loudness_target",
    -14,
    "Loudness that songs are brought to.",
    unit=" LUFS",
    low=-23,
    high=-14,
    group="Sound",
)
CROSSFADE_S = Setting(
    "playback.crossfade",
    0,
    "How long songs fade into each other, except inside an album; 0 lets them follow as they are.",
    unit=" s",
    low=0,
    high=12,
    group="Sound",
)
OUTPUT_DEVICE = Setting(
    "playback.output_device", "auto", "The device that plays, by mpv's name of it; auto: the system's."
)
OUTPUT_EXCLUSIVE = Setting(
    "playback.output_exclusive", False, "Takes the device for Segue alone, where the device can be had so."
)
PLACE_KIND = Setting(
    "account.place_kind",
    "",
    "Where the music lives: this computer's folder, the demo, or a server.",
    choices=("", "folder", "demo", "server"),
)
PLACE_LOCATION = Setting("account.place_location", "", "The folder or the server's address.")
USERNAME = Setting("account.username", "", "The name that signs in to the server.")
RESTORE_QUEUE = Setting(
    "playback.restore_queue", True, "Start again at the song and position where Segue was closed.", group="Start"
)
PANEL = Setting("ui.right_panel", "none", "The panel at the right.", choices=("none", "queue", "lyrics", "stream"))
WINDOW_PLACE = Setting("ui.window_place", "", "Where the window stood, as Qt writes it (base64).")
LAST_PAGE = Setting("ui.last_page", "", "The page that was open, as page:subject.")
RECENT_SEARCHES = Setting("search.recent", "", "The last searches, newest first, one a line.")
LYRICS_NUDGES = Setting(
    "lyrics.nudges", "", "Songs whose words come earlier or later than written: a song and ms a line."
)

AnySetting = Setting[bool] | Setting[int] | Setting[float] | Setting[str]
TABLE: tuple[AnySetting, ...] = (
    THEME, TEXT_SCALE, PANEL, WINDOW_PLACE, LAST_PAGE,
    VOLUME, MUTED, REPEAT, SHUFFLE, QUALITY, CAP_KBPS, METERED, LOOK_AHEAD_S, LOUDNESS, LOUDNESS_TARGET,
    CROSSFADE_S, OUTPUT_DEVICE, OUTPUT_EXCLUSIVE, RESTORE_QUEUE, RECENT_MB,
    PLACE_KIND, PLACE_LOCATION, USERNAME, RECENT_SEARCHES, LYRICS_NUDGES,
)  # fmt: skip
BY_KEY: Mapping[str, AnySetting] = {setting.key: setting for setting in TABLE}


class Settings:
    """Present values. `set` checks against the table; listeners run in the setter's thread."""

    def __init__(self, stored: Mapping[str, object] | None = None) -> None:
        self._values: dict[str, object] = {}
        self._listeners: list[Callable[[str, object], None]] = []
        for key, value in _migrated(stored or {}).items():
            try:
                self._values[key] = BY_KEY[key].check(value)
            except ValueError:
                continue  # an unusable stored value falls back to the default

    def get(self, setting: Setting[V]) -> V:
        value = self._values.get(setting.key, setting.default)
        return setting.check(value)

    def set(self, setting: Setting[V], value: V) -> None:
        self.put(setting.key, value)

    def value(self, key: str) -> object:
        """For who walks through the table; KeyError for a key it does not hold."""
        return self._values.get(key, BY_KEY[key].default)

    def put(self, key: str, value: object) -> None:
        setting = BY_KEY[key]
        checked = setting.check(value)
        if self._values.get(key, setting.default) == checked:
            return
        self._values[key] = checked
        for listener in list(self._listeners):
            listener(key, checked)

    def subscribe(self, listener: Callable[[str, object], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


def _migrated(stored: Mapping[str, object]) -> dict[str, object]:
    renamed = {old: setting.key for setting in TABLE for old in setting.was}
    known: dict[str, object] = {}
    for key, value in stored.items():
        name = renamed.get(key, key)
        if name in BY_KEY:
            known.setdefault(name, value)
    return known
