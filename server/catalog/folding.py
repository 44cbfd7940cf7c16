"""How words compare: without case, diacritics and punctuation. Pure; used by ingest for sort keys and by the search
for both sides, so that "dvorak" finds Dvořák and "tnt" finds T.N.T.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

_ARTICLES = {"the", "a", "an"}
# letters that Unicode does not decompose into a base letter and a mark
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "ng"}
)
# scripts written without spaces: every character is a word
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


def fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M")).translate(_LETTERS)


def chunks(text: str) -> list[list[str]]:
    """The words of each part between spaces: "AC/DC live" is [["ac", "dc"], ["live"]]."""
    return [parts for chunk in fold(text).split() if (parts := _parts(chunk))]


def index_words(text: str) -> list[str]:
    """Every form that finds the text: its words, and what punctuation or spelling out had parted ("tnt")."""
    parted = chunks(text)
    words = [word for parts in parted for word in parts]
    words += ["".join(parts) for parts in parted if len(parts) > 1]
    for is_letter, run in groupby((w for parts in parted for w in parts), key=lambda word: len(word) == 1):
        spelled = "".join(run)
        if is_letter and len(spelled) > 1:
            words.append(spelled)
    return list(dict.fromkeys(words))


def title_key(text: str) -> str:
    """What "exact" and "starts with" compare: joined words, single spaces."""
    return " ".join("".join(parts) for parts in chunks(text))


def without_article(key: str) -> str:
    first, _, rest = key.partition(" ")
    return rest if rest and first in _ARTICLES else key


def sort_key(text: str) -> str:
    """Where lists put the text; never empty unless the text is."""
    return without_article(title_key(text)) or fold(text).strip()


def _parts(chunk: str) -> list[str]:
    spaced = _UNSPACED.sub(r" \1 ", chunk)
    return "".join(c if c.isalnum() else " " for c in spaced).split()
