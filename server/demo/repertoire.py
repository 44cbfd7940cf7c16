"""The demo library's four artists, six albums and 24 songs: what they are called and how each is made. All names and
words are the project's own."""

from __future__ import annotations

from dataclasses import dataclass

from server.demo.styles import DORIAN, MAJOR, MINOR, Score


@dataclass(frozen=True, slots=True)
class DemoSong:
    title: str
    score: Score
    lyrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoAlbum:
    title: str
    artist: str
    year: int
    genre: str
    cover: str
    """waves, bars, peak or circles"""
    ground: str
    figure: str
    songs: tuple[DemoSong, ...]
    is_continuous: bool = False
    """one piece of music, cut into songs: between them there is nothing to hear"""


def _score(
    style: str, seconds: float, bpm: float, root: int, scale: tuple[int, ...], chords: str, rms: float
) -> Score:
    degrees = tuple(int(degree) for degree in chords)
    seed = round(seconds * 10 + bpm * 7 + root)
    return Score(style, seconds, bpm, root, scale, degrees, seed, rms)


NIGHT_FERRY = DemoAlbum(
    "Night Ferry", "The Lowlands", 2024, "Indie folk", "waves", "#1f5a2a", "#35c0d8",
    (
        DemoSong("Harbour Lights", _score("folk", 78, 96, 50, MAJOR, "0534", -17), (
            "Harbour lights are going low", "Every rope has been let go",
            "Count the windows on the shore", "You are on the deck once more",
            "Carry me, slow engine hum", "Tell me where the gulls come from",
            "Half the night is made of sea", "Half of it belongs to me",
        )),
        DemoSong("Night Ferry", _score("folk", 92, 84, 45, MINOR, "0563", -18), (
            "Somebody asleep below", "Somebody with far to go",
            "Coffee in a paper cup", "Waiting for the sun come up",
            "Night ferry, night ferry", "Nothing left to carry",
            "Only what the tide has kept", "Only where the harbour slept",
        )),
        DemoSong("Salt on the Window", _score("folk", 66, 108, 52, MAJOR, "0351", -16)),
        DemoSong("The Long Pier", _score("folk", 84, 76, 47, DORIAN, "0364", -19), (
            "Walk with me the long, long pier", "Tell me what you want to hear",
            "Boards that answer every stride", "Water talking underside",
            "All the way out to the end", "Where the lamps begin to bend",
        )),
    ),
)  # fmt: skip

POLDER_SONGS = DemoAlbum(
    "Polder Songs", "The Lowlands", 2016, "Chamber folk", "peak", "#5b2450", "#e0734a",
    (
        DemoSong("Dike Road", _score("chamber", 62, 88, 50, MAJOR, "0435", -20)),
        DemoSong("Windmill Waltz", _score("folk", 58, 132, 55, MAJOR, "0345", -17)),
        DemoSong("Below Sea Level", _score("chamber", 74, 66, 45, MINOR, "0526", -22), (
            "We were born below the sea", "Wall of earth and willow tree",
            "Keep the pumps alive tonight", "Keep the kitchen window bright",
            "All this green was water then", "All of it could be again",
        )),
        DemoSong("Reed Beds", _score("folk", 70, 92, 48, DORIAN, "0403", -18)),
    ),
)  # fmt: skip

GLASS_GARDENS = DemoAlbum(
    "Glass Gardens", "Mira Vance", 2019, "Jazz", "circles", "#4b3f6b", "#a34fc4",
    (
        DemoSong("Quarter to Two", _score("jazz", 76, 112, 46, DORIAN, "1403", -18)),
        DemoSong("Glass Gardens", _score("jazz", 88, 88, 44, MAJOR, "1405", -20), (
            "In the garden made of glass", "I can watch the evening pass",
            "Every leaf a little lamp", "Every morning cool and damp",
            "Hold your breath and you will hear", "How the panes begin to clear",
        )),
        DemoSong("Umbrella Weather", _score("jazz", 64, 138, 48, MAJOR, "0514", -16)),
        DemoSong("Last Tram Home", _score("jazz", 72, 96, 43, MINOR, "0361", -19)),
    ),
)  # fmt: skip

PAPER_MOONS = DemoAlbum(
    "Paper Moons", "Mira Vance", 1986, "Synth-pop", "bars", "#6b2233", "#f0c040",
    (
        DemoSong("Neon Postcard", _score("synthpop", 80, 118, 45, MINOR, "0526", -13), (
            "You sent me a neon postcard", "Pink and blue across the night",
            "Every word was written backwards", "I could read it in the light",
            "Call me from the telephone", "By the corner of the sea",
            "Nobody is quite alone", "When the city looks at me",
        )),
        DemoSong("Paper Moons", _score("synthpop", 70, 104, 48, MAJOR, "0534", -14)),
        DemoSong("Cassette Heart", _score("synthpop", 62, 126, 43, MINOR, "0653", -12)),
        DemoSong("Arcade Rain", _score("synthpop", 75, 110, 50, DORIAN, "0364", -14)),
    ),
)  # fmt: skip

SNOW_LINE = DemoAlbum(
    "Snow Line", "Nine Winters", 1998, "Ambient", "peak", "#1d5a4a", "#46c2a8",
    (
        DemoSong("First Snow", _score("ambient", 90, 60, 45, MAJOR, "0354", -23)),
        DemoSong("Frozen Lake", _score("ambient", 102, 52, 43, MINOR, "0536", -25)),
        DemoSong("Aurora, Low", _score("ambient", 84, 56, 48, DORIAN, "0302", -22)),
        DemoSong("Thaw", _score("chamber", 72, 58, 45, MAJOR, "0425", -21)),
    ),
)  # fmt: skip

THERMALS = DemoAlbum(
    "Thermals", "Kestrel", 2007, "Electronic", "bars", "#1f4f5e", "#5a4bd0",
    (
        DemoSong("Updraft", _score("electronic", 67.3137, 122, 45, MINOR, "0536", -12)),
        DemoSong("Hover", _score("electronic", 58.2719, 122, 45, MINOR, "0365", -12)),
        DemoSong("Stoop", _score("electronic", 71.9043, 122, 45, MINOR, "0354", -12)),
        DemoSong("Landing Light", _score("electronic", 54.4409, 122, 45, MINOR, "0530", -12)),
    ),
    is_continuous=True,
)  # fmt: skip

ALBUMS = (NIGHT_FERRY, GLASS_GARDENS, THERMALS, SNOW_LINE, PAPER_MOONS, POLDER_SONGS)
"""in the order they are made"""
