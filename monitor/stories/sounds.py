"""Computes how a name sounds, roughly and for any script: Macron, Макрон, 마크롱 and マクロン are alike. Pure.

The sound of a name is its classes of consonants. Vowels, voicing and sounds that a script cannot write do not count.
Names in Han characters have no sound here: they sound different in each language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MIN_CONSONANTS = 3  # classes of consonants: many names share fewer
# Maps a letter to the nearest Latin letter; "_" is a sound that is not compared.
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў", "abvgdeesziiklmnoprstufhssss_i_euaiiegv", strict=True))
_KANA = dict(
    zip(
        "カキクケコガギグゲゴサシスセソザジズゼゾタチツテトダヂヅデドナニヌネノハヒフヘホバビブベボパピプペポマミムメモラリルレロワンヴファ",
        "kkkkkgggggssssszzzzztstttdzzddnnnnnhhfhhbbbbbpppppmmmmmrrrrr_nvf_",
        strict=True,
    )
)
# The syllables of Hangul: a first consonant, one of 21 vowels, and a last consonant or none.
_SYLLABLES = range(ord("가"), ord("힣") + 1)
_FIRST_CONSONANTS = "gkndtrmbpss_jjxktph"
_LAST_CONSONANTS = "_gggnnndrgmbrrprmbbssnjxktph"
_SYLLABLES_PER_FIRST = 21 * len(_LAST_CONSONANTS)

_DIGRAPHS = ((re.compile("sch|ch|sh|zh|tz|ts|dz|sz|cz|rz"), "s"), (re.compile("ph"), "f"), (re.compile("ng"), "n"))
_CLASSES = str.maketrans("bpfvdtgkqcszxjmnlr", "PPPPTTKKKKSSSSNNRR")
_NO_CLASS = re.compile("[^A-Z]")
_REPEATED = re.compile(r"(.)\1+")
_HAN = re.compile("[\u3400-\u9fff]")


@lru_cache(maxsize=20_000)
def sound_of(name: str) -> str | None:
    """The classes of consonants of a name; None if they are too few to identify a name, or if it has Han characters."""
    if _HAN.search(name):
        return None
    latin = "".join(map(_in_latin, unicodedata.normalize("NFC", name).lower()))
    latin = "".join(letter for letter in unicodedata.normalize("NFD", latin) if letter.isascii())
    for digraph, letter in _DIGRAPHS:
        latin = digraph.sub(letter, latin)
    sound = _REPEATED.sub(r"\1", _NO_CLASS.sub("", latin.translate(_CLASSES)))
    return sound if len(sound) >= _MIN_CONSONANTS else None


def _in_latin(letter: str) -> str:
    if ord(letter) in _SYLLABLES:
        number = ord(letter) - _SYLLABLES.start
        first, last = number // _SYLLABLES_PER_FIRST, number % len(_LAST_CONSONANTS)
        return f"{_FIRST_CONSONANTS[first]}a{_LAST_CONSONANTS[last]}".replace("_", "")
    return _CYRILLIC.get(letter, _KANA.get(letter, letter)).strip("_")
