"""Cuts a record into tokens, by script, and says what may touch a word in each script.

A token is one character of a script without spaces between words (Han, kana, Thai ...), a run of Hangul (a word with
its particles), or a run of other letters and digits. Hangul is cut from adjacent letters, so that THAAD is found in
"THAAD를". There is no dictionary: a segmenter makes 弹道导弹 one word and then misses 导弹.

To support a script, add a row to SCRIPTS. Without a row, its words end where its letters end, like those of Latin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from monitor.languages import LANGUAGES

_ONLY_EMPTY = frozenset(("",))


@dataclass(frozen=True, slots=True)
class Script:
    """How words of a script appear in a text.

    letters           the inside of a character class of a regular expression
    spaced            there are spaces between words; else each letter is a token
    is_cut_apart      its words are cut from adjacent letters of other scripts
    allowed_prefixes  what may touch a word on its left, besides nothing
    allowed_suffixes  what may touch a word on its right, besides nothing
    shortest_compound how many letters a longer word at whose end a word is found has at least; 0: it is found at none
    """

    name: str
    letters: str
    spaced: bool = True
    is_cut_apart: bool = False
    allowed_prefixes: frozenset[str] = _ONLY_EMPTY
    allowed_suffixes: frozenset[str] = _ONLY_EMPTY
    shortest_compound: int = 0

    def min_before_in_compound(self, word: str) -> int:
        """Return how many letters must precede a word in a compound at whose end it is found; 0: it is found in none.
        It has two letters at least, even without a suffix at its end: 회의 (meeting) is not the end of 국회의 ("of the
        parliament")."""
        shortest = min(len(word) - len(suffix) for suffix in self.allowed_suffixes if word.endswith(suffix))
        return max(1, self.shortest_compound - len(word)) if self.shortest_compound and shortest >= 2 else 0


SCRIPTS = (
    # U+30FB, the dot between the parts of foreign names in Japanese, is left out, because it separates words.
    Script("kana", "\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff", spaced=False),
    Script("Han", "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f", spaced=False),
    Script("Thai", "\u0e00-\u0e7f", spaced=False),
    Script("Lao", "\u0e80-\u0eff", spaced=False),
    Script("Burmese", "\u1000-\u109f", spaced=False),
    Script("Khmer", "\u1780-\u17ff", spaced=False),
    Script(
        "Hangul",
        "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7ff",
        is_cut_apart=True,
        allowed_suffixes=frozenset(("", *LANGUAGES["ko"].particles)),
        shortest_compound=LANGUAGES["ko"].shortest_compound,
    ),
    Script("Latin", "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff"),
    Script("Cyrillic", "\u0400-\u052f"),
    Script("Greek", "\u0370-\u03ff\u1f00-\u1fff"),
    Script("Arabic", "\u0621-\u064a\u0671-\u06d3", allowed_prefixes=frozenset(("", *LANGUAGES["ar"].proclitics))),
)
_OTHER_SCRIPT = Script("other", "")

UNSPACED = "".join(script.letters for script in SCRIPTS if not script.spaced)
APART = "".join(script.letters for script in SCRIPTS if script.is_cut_apart)
_LETTERS = {script.name: re.compile(f"[{script.letters}]") for script in SCRIPTS}
HAN, KANA, HANGUL, CYRILLIC = (_LETTERS[name] for name in ("Han", "kana", "Hangul", "Cyrillic"))

_SPACED = rf"[{APART}]+|[^\W_{UNSPACED}{APART}]+"
TOKEN = re.compile(rf"[{UNSPACED}]|{_SPACED}")
RUN = re.compile(rf"[{UNSPACED}]+|{_SPACED}")
"""A token, or several tokens of a script without spaces."""
SPACED = re.compile(_SPACED)
"""A token of a text in which no script without spaces occurs."""
UNSPACED_ONE = re.compile(f"[{UNSPACED}]")


KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff]")
"""A letter of katakana, in which Japanese writes foreign words. The dot between two of them is not a letter."""


class _Unspaced(dict[str, bool]):
    """Caches the answer for each letter, because every letter of every text is checked."""

    def __missing__(self, letter: str) -> bool:
        self[letter] = answer = UNSPACED_ONE.match(letter) is not None
        return answer


UNSPACED_LETTER = _Unspaced()
"""Whether a letter belongs to a script without spaces between words."""


def count_letters(text: str, *scripts: str) -> int:
    """Return how many letters of these scripts a text has. Removing them run by run is faster than counting each
    letter."""
    return len(text) - len(_compile_runs(scripts).sub("", text))


@cache
def _compile_runs(scripts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(script.letters for script in SCRIPTS if script.name in scripts)}]+")


def is_unspaced(token: str) -> bool:
    """Whether the token is a letter of a script without spaces between words."""
    return UNSPACED_LETTER[token[0]]


def count_half_words(token: str) -> int:
    """Return how many half words a token counts in a distance: one for a letter of a script without spaces, else
    two."""
    return 1 if is_unspaced(token) else 2


@lru_cache(maxsize=10_000)
def script_of(letter: str) -> Script:
    """Return the script of a letter; for an unlisted script one with plain word edges."""
    return next((script for script in SCRIPTS if _LETTERS[script.name].match(letter)), _OTHER_SCRIPT)
