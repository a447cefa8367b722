"""How a name sounds, roughly, whatever script it is written in: Macron, Макрон, 마크롱 and マクロン are alike. Pure.

What is left of a name are classes of consonants: vowels, voice and what a script cannot write do not count. Names in Han
characters are left out: they sound otherwise in each language that writes them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TELLING = 3  # classes of consonants: fewer are shared by many names
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "s",
            "z",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "s",
            "s",
            "s",
            "s",
            "_",
            "i",
            "_",
            "e",
            "u",
            "a",
            "i",
            "i",
            "e",
            "g",
            "v",
        ],
        strict=True,
    )
)
_INITIALS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "_", "j", "jj", "ch", "k", "t", "p", "h"]
_FINALS = [
    "_",
    "g",
    "g",
    "g",
    "n",
    "n",
    "n",
    "d",
    "r",
    "g",
    "m",
    "b",
    "r",
    "r",
    "p",
    "r",
    "m",
    "b",
    "b",
    "s",
    "s",
    "n",
    "j",
    "ch",
    "k",
    "t",
    "p",
    "h",
]
_KANA = dict(
    zip(
        "カキクケコガギグゲゴサシスセソザジズゼゾタチツテトダヂヅデドナニヌネノハヒフヘホバビブベボパピプペポマミムメモラリルレロワンヴファ",
        "kkkkkgggggssssszzzzztstttdzzddnnnnnhhfhhbbbbbpppppmmmmmrrrrr_nvf_",
        strict=True,
    )
)
_CLASSES = str.maketrans("bpfvdtgkqcszxjmnlr", "PPPPTTKKKKSSSSNNRR")
_DIGRAPHS = ((re.compile("sch|ch|sh|zh|tz|ts|dz|sz|cz|rz|sch"), "s"), (re.compile("ph"), "f"), (re.compile("ng"), "n"))
_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3


@lru_cache(maxsize=20_000)
def sound_of(name: str) -> str | None:
    """The classes of consonants of a name; None where they are too few to tell it from others, or it is in Han
    characters."""
    latin = "".join(map(_in_latin, unicodedata.normalize("NFC", name).lower()))
    if not latin.isascii():
        plain = unicodedata.normalize("NFD", latin)
        latin = "".join(letter for letter in plain if letter.isascii())
        if re.search("[\u3400-\u9fff]", name):
            return None
    for digraph, letter in _DIGRAPHS:
        latin = digraph.sub(letter, latin)
    classes = re.sub("[^A-Z]", "", re.sub("[^a-z]", "", latin).translate(_CLASSES))
    sound = re.sub(r"(.)\1+", r"\1", classes)
    return sound if len(sound) >= _TELLING else None


def _in_latin(letter: str) -> str:
    if letter in _CYRILLIC:
        return _CYRILLIC[letter].strip("_")
    if letter in _KANA:
        return _KANA[letter].strip("_")
    if _HANGUL_FIRST <= ord(letter) <= _HANGUL_LAST:
        code = ord(letter) - _HANGUL_FIRST
        return (_INITIALS[code // 588] + "a" + _FINALS[code % 28]).replace("_", "")
    return letter
