"""Every colour, space, radius, type size and duration of the window, once, each with its purpose.

Views read them from here (or through `Theme`, which adds the present palette and the text scale) and hold no literal
of their own; a test walks the views for strays and checks the contrast of text. Plain values: any thread.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours as `#rrggbb`."""

    name: str
    bg: str
    """the page"""
    side: str
    """the sidebar"""
    surface: str
    """panels, cards and the transport"""
    raised: str
    """hover, selection, fields and secondary buttons"""
    line: str
    """hairlines between parts"""
    text: str
    """body and titles"""
    muted: str
    """second lines, resting icons"""
    faint: str
    """hints; never text one needs"""
    accent: str
    """play, selection, progress"""
    on_accent: str
    """text and glyphs on accent"""
    ok: str
    """downloaded and healthy"""
    warn: str
    """needs attention"""
    bad: str
    """failed"""

    @property
    def accent_hover(self) -> str:
        """accent under the mouse"""
        return blend(self.accent, self.text, 0.16)

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"


def blend(colour: str, other: str, share: float) -> str:
    """`share` of `other` mixed into `colour`; both `#rrggbb`."""
    mixed = (
        round(int(colour[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share) for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


DARK = Palette(
    name="dark",
    bg="#0e1014",
    side="#0b0d10",
    surface="#15181e",
    raised="#1c2028",
    line="#262b35",
    text="#eef1f6",
    muted="#98a1b0",
    faint="#667083",
    accent="#ff8a5c",
    on_accent="#23110a",
    ok="#5fd0a4",
    warn="#f2c14e",
    bad="#ef6f6c",
)
LIGHT = Palette(
    name="light",
    bg="#fbfaf8",
    side="#f3f1ed",
    surface="#ffffff",
    raised="#f6f4f0",
    line="#e3dfd8",
    text="#1a1c20",
    muted="#5f6672",
    faint="#8a909b",
    accent="#d9572b",
    on_accent="#ffffff",
    ok="#1f8a5f",
    warn="#a8780a",
    bad="#c23b38",
)


@dataclass(frozen=True, slots=True)
class Space:
    """Gaps and margins in px."""

    hair: int = 1
    """a line"""
    xs: int = 4
    """inside one thing: icon and its word"""
    s: int = 8
    """between things of one group"""
    m: int = 12
    """between rows, inside cards"""
    l: int = 16  # noqa: E741 - the sizes are named as clothes are
    """inside panels"""
    xl: int = 24
    """between groups"""
    page: int = 28
    """left and right of a page"""
    xxl: int = 32
    """between sections"""


@dataclass(frozen=True, slots=True)
class Radius:
    """Corners in px."""

    small: int = 5
    """covers in rows, badges"""
    medium: int = 8
    """rows, covers of cards, navigation"""
    large: int = 12
    """cards and panels"""
    full: int = 999
    """pills: half the height, whatever it is"""


@dataclass(frozen=True, slots=True)
class Type:
    """Text sizes in px at 100 %; `Theme.font` applies the text scale."""

    caption: int = 11
    """section heads in capitals, third lines, badges"""
    small: int = 12
    """second lines, times"""
    body: int = 13
    """everything else"""
    lyric: int = 15
    """a line of the words of a song"""
    lyric_now: int = 18
    """the line sung now"""
    brand: int = 17
    """Segue's own name"""
    title: int = 16
    """section titles"""
    heading: int = 24
    """page titles"""
    question: int = 28
    """what first run asks"""
    display: int = 40
    """the name of an album or artist on its page"""


@dataclass(frozen=True, slots=True)
class Motion:
    """Durations in ms; `Theme.motion` gives 0 where the listener wants no motion."""

    quick_ms: int = 120
    """hover, pressed, colour"""
    calm_ms: int = 200
    """appearing, scrolling to the lyric"""


@dataclass(frozen=True, slots=True)
class Size:
    """Fixed measures of the window in px."""

    sidebar: int = 212
    """the sidebar's width, its hairline included"""
    topbar: int = 64
    """back, forward and the search field"""
    transport: int = 84
    """the bar at the bottom, its hairline included"""
    panel: int = 300
    """the right panel's width, its hairline included"""
    search_width: int = 440
    """the search field at most"""
    field: int = 36
    """height of fields, pills and navigation entries"""
    control: int = 32
    """a resting icon button's hit area"""
    round_control: int = 30
    """back and forward"""
    play: int = 36
    """the round play button"""
    icon: int = 18
    """icons in navigation and the transport"""
    icon_small: int = 16
    """icons in pills and rows"""
    row: int = 46
    """a song's row"""
    name_row: int = 30
    """a playlist's name in the sidebar"""
    queue_row: int = 52
    """a row of the queue"""
    queue_head: int = 31
    """a head of the queue"""
    queue_line: int = 17
    """one line of a row of the queue"""
    queue_cover: int = 38
    """its cover"""
    card: int = 158
    """a cover in a shelf"""
    hero: int = 190
    """the cover on an album's page"""
    now_text: int = 160
    """title and artist in the transport at most"""
    now_cover: int = 54
    """the cover in the transport"""
    graph: int = 118
    """the live graph of the Stream panel"""
    window_icon: int = 64
    """the window's own, in the task bar"""
    avatar: int = 32
    """the listener's initial"""
    volume: int = 82
    """the volume line, half a knob at each end"""
    option_slider: int = 190
    """a number among the settings"""
    option_value: int = 64
    """what it stands at"""
    badge: int = 24
    """height of the quality badge"""
    seek_width: int = 520
    """the waveform at most"""
    seek_height: int = 24
    """the waveform"""
    window_width: int = 1280
    """first size of the window"""
    window_height: int = 800
    """first size of the window"""
    window_min_width: int = 880
    """below this the right panel and the page would overlap"""
    window_min_height: int = 560
    """below this the sidebar's account would cover playlists"""
    choice: int = 74
    """one answer of first run"""
    choice_icon: int = 40
    """the square its icon stands in"""
    folder_box: int = 42
    """the folder chosen"""
    setup_width: int = 520
    """the column of first run and sign-in"""
    panel_floats_below: int = 1060
    """window width below which the right panel leaves too little page and the page shrinks its margins"""


SPACE = Space()
RADIUS = Radius()
TYPE = Type()
MOTION = Motion()
SIZE = Size()
