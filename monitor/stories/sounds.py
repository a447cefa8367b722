"""How a name sounds, roughly, whatever script it is written in: Macron, Макрон, 마크롱 and マクロン are alike. Pure.

What is left of a name are classes of consonants: vowels, voice and what a script cannot write do not count. Names in
Han characters are left out: they sound otherwise in each language that writes them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TELLING = 3  # classes of consonants: fewer are shared by many names
# A sign -> the Latin letter that stands nearest to it; "_" is no sound that is compared.
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў", "abvgdeesziiklmnoprstufhssss_i_euaiiegv", strict=True))
_KANA = dict(
    zip(
        "カキクケコガギグゲゴサシスセソザジズゼゾタチツテトダヂヅデドナニヌネノハヒフヘホバビブベボパピプペポマミムメモラリルレロワンヴファ",
        "kkkkkgggggssssszzzzztstttdzzddnnnnnhhfhhbbbbbpppppmmmmmrrrrr_nvf_",
        strict=True,
    )
)
_SYLLABLES = range(
    ord("가"), ord("힣") + 1
)  # of Hangul: a first consonant, one of 21 vowels, and one at the end or none
_FIRST_CONSONANTS = "gkndtrmbpss_jjxktph"
_LAST_CONSONANTS = "_gggnnndrgmbrrprmbbssnjxktph"
_OF_ONE_FIRST = 21 * len(_LAST_CONSONANTS)  # syllables

_DIGRAPHS = ((re.compile("sch|ch|sh|zh|tz|ts|dz|sz|cz|rz"), "s"), (re.compile("ph"), "f"), (re.compile("ng"), "n"))
_CLASSES = str.maketrans("bpfvdtgkqcszxjmnlr", "PPPPTTKKKKSSSSNNRR")
_NO_CLASS = re.compile("[^A-Z]")
_REPEATED = re.compile(r"(.)\1+")
_HAN = re.compile("[\u3400-\u9fff]")


@lru_cache(maxsize=20_000)
def sound_of(name: str) -> str | None:
    """The classes of consonants of a name; None where they are too few to tell it from others, or it is in Han
    characters."""
    if _HAN.search(name):
        return None
    latin = "".join(map(_in_latin, unicodedata.normalize("NFC", name).lower()))
    latin = "".join(letter for letter in unicodedata.normalize("NFD", latin) if letter.isascii())
    for digraph, letter in _DIGRAPHS:
        latin = digraph.sub(letter, latin)
    sound = _REPEATED.sub(r"\1", _NO_CLASS.sub("", latin.translate(_CLASSES)))
    return sound if len(sound) >= _TELLING else None


def _in_latin(letter: str) -> str:
    if ord(letter) in _SYLLABLES:
        number = ord(letter) - _SYLLABLES.start
        first, last = number // _OF_ONE_FIRST, number % len(_LAST_CONSONANTS)
        return f"{_FIRST_CONSONANTS[first]}a{_LAST_CONSONANTS[last]}".replace("_", "")
    return _CYRILLIC.get(letter, _KANA.get(letter, letter)).strip("_")
