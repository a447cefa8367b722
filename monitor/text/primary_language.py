"""Which language a text is in, and which languages it clearly is not in, judged from the text itself.

Only languages that share a script need to be told apart. In doubt nothing is ruled out, because a wrong guess must
never silence a rule. What a feed declares rules nothing out; it only decides between the languages of the text's
script.
"""

from __future__ import annotations

import re
from functools import cache

from monitor.languages import LANGUAGES
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.scripts import HAN, HANGUL, KANA, script_of

_SAMPLE = 200  # letters: enough to tell the language
_JAPANESE_SHARE = 0.10  # kana among Han and kana; Chinese prose quotes a brand or a の now and then, Japanese has > 0.3
_CHINESE_LENGTH = 40  # Han characters: as many without a single kana are not Japanese prose
_CLEAR_COUNT = 2  # characters that only one of the two writes; a single one may be in a quoted name
_KOREAN_LIMIT = 8  # Han characters: as many without any Hangul are not Korean, which writes 北 or 美 between Hangul
_HAN_RUN, _KANA_RUN = (re.compile(f"{letter.pattern}+") for letter in (HAN, KANA))
_LETTER = re.compile(r"[^\W\d_]")

WRITTEN_IN = {
    "th": ("Thai",),
    "lo": ("Lao",),
    "my": ("Burmese",),
    "km": ("Khmer",),
    "el": ("Greek",),
    **dict.fromkeys(("be", "bg", "mk", "kk", "ky", "mn", "tg"), ("Cyrillic",)),
    "sr": ("Cyrillic", "Latin"),
    **dict.fromkeys(("fa", "ur", "ps", "ckb", "ug"), ("Arabic",)),
    **{code: language.scripts for code, language in LANGUAGES.items() if language.scripts},
}
"""The scripts of languages. Languages that are not listed are written in Latin, or in a script that is unknown
here. Those that are written out here have no file in `monitor.languages`."""


def ruled_out_languages(title: str, text: str) -> frozenset[str]:
    """Return the languages (primary subtags) that an article clearly is not in, among those that share Han
    characters."""
    samples = samples_of(title, text)
    ruled_out = _rule_out_by_characters(samples[0])
    return ruled_out & _rule_out_by_characters(samples[1]) if ruled_out and len(samples) > 1 else ruled_out


def samples_of(title: str, text: str) -> tuple[str, ...]:
    """Return what is examined: all of a short article; the beginning and the middle of a longer one, because either
    may quote another language."""
    if len(text) < 2 * _SAMPLE:
        return (f"{title} {text}",)
    middle = len(text) // 2
    return f"{title} {text[:_SAMPLE]}", text[middle : middle + _SAMPLE]


def _rule_out_by_characters(text: str) -> frozenset[str]:
    han = "".join(_HAN_RUN.findall(text))
    kana = len("".join(_KANA_RUN.findall(text)))
    if not han and not kana:
        return frozenset()
    has_hangul = HANGUL.search(text) is not None
    ruled_out = set() if has_hangul or len(han) + kana < _KOREAN_LIMIT else {"ko"}
    if kana and kana >= _JAPANESE_SHARE * (len(han) + kana):
        ruled_out.add("zh")
    elif not kana and len(han) >= _CHINESE_LENGTH:
        ruled_out.add("ja")
    elif not kana:
        chinese, japanese = _count_exclusive_characters("zh", han), _count_exclusive_characters("ja", han)
        if chinese >= _CLEAR_COUNT and not japanese:
            ruled_out.add("ja")
        elif japanese >= _CLEAR_COUNT and not chinese:
            ruled_out.add("zh")
    return frozenset(ruled_out)


def guess_han_language(text: str) -> str | None:
    """Return which of Chinese and Japanese a text in Han characters seems to be, by characters that only one of them
    writes. This is not enough to rule the other one out."""
    han = "".join(HAN.findall(text))
    chinese, japanese = _count_exclusive_characters("zh", han), _count_exclusive_characters("ja", han)
    return "zh" if chinese and not japanese else "ja" if japanese and not chinese else None


def _count_exclusive_characters(language: str, han: str) -> int:
    """How many characters only Chinese writes (导), or only Japanese (発); the national character sets decide."""
    return list(map(_find_exclusive_language, han)).count(language)


@cache
def _find_exclusive_language(character: str) -> str:
    """The one language, Chinese or Japanese, whose national character sets contain the character ("" if both do or
    neither does)."""
    japanese = _is_encodable(character, "shift_jis")
    chinese = _is_encodable(character, "gb2312") or _is_encodable(character, "big5")
    return "" if japanese == chinese else "ja" if japanese else "zh"


def _is_encodable(character: str, page: str) -> bool:
    try:
        character.encode(page)
    except UnicodeEncodeError:
        return False
    return True


def language_of(title: str, text: str, declared: str | None) -> str | None:
    """Return the language of an article (primary subtag): the one that its script makes clear; else the declared
    one, if it fits the script; else None."""
    ruled_out = ruled_out_languages(title, text)
    text = " ".join(samples_of(title, text))
    hangul = len(HANGUL.findall(text))
    kana = len(KANA.findall(text))
    han = len(HAN.findall(text))
    if hangul > han + kana:
        return "ko"
    if kana and "zh" in ruled_out:
        return "ja"
    if han and "ja" in ruled_out and not hangul:
        return "zh"
    declared_subtag = parse_primary_subtag(declared) if declared else None
    first_letter = _LETTER.search(text)
    if declared_subtag is None or first_letter is None:
        return declared_subtag
    fits = script_of(first_letter.group()).name in WRITTEN_IN.get(declared_subtag, ("Latin", "other"))
    return declared_subtag if fits and declared_subtag not in ruled_out else None
