"""Decides where a name may begin and end in a text, by script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.places import clues
from monitor.places.clues import HAN, HANGUL, KANA, THAI
from monitor.text.scripts import SCRIPTS

_PARTICLES = next(script.allowed_suffixes for script in SCRIPTS if script.name == "Hangul")
_PROCLITICS = next(script.allowed_prefixes for script in SCRIPTS if script.name == "Arabic")
_ARABIC = "\u0600-\u06ff"
_KATAKANA = "\u30a1-\u30fa"
# Word beginnings; in scripts without spaces each letter (of katakana, where a run of it begins).
_STARTS = re.compile(
    rf"(?<![^\W{KANA}{HAN}{THAI}{HANGUL}])[^\W\d_{_ARABIC}{THAI}{KANA}{HAN}{HANGUL}]"
    rf"|(?<![0-9{HANGUL}])[{HANGUL}]"
    rf"|[{HAN}{THAI}]"
    rf"|(?<![{_KATAKANA}ー])[{_KATAKANA}]"
    rf"|(?<![{_ARABIC}])[وفبكل]?(?:ال|لل|[بكل])?(?=[{_ARABIC}])"
)
_ALL_CAPS = re.compile(r"(?<![^\W\d_])[A-ZА-ЯЁÀ-Þ]{4,}(?![^\W\d_])")
_MAX_ACRONYM = 5  # letters of the longest acronyms
_WORD = re.compile(r"[^\W_]")
_DENSE = re.compile(f"[{KANA}{HAN}{HANGUL}{THAI}]")
_GENITIVE_IN_S = frozenset(["de", "nl", "sv", "da", "no", "nb"])
_CAPITALISES = frozenset(["en"])
_HANGUL_RUN = re.compile(f"[{HANGUL}]*")
_NOT_BEFORE_SHORT = re.compile(f"[0-9{KANA}{HANGUL}A-Za-z]")
_HAN = re.compile(f"[{HAN}]")
_CONTEXT = 12  # characters


def without_all_caps(text: str) -> str:
    """The text with only a first capital in words that are all in capitals, as in headlines and datelines. A short word
    may be an acronym and stays as it is, unless the whole text is in capitals."""
    is_all_caps = text.isupper()
    return _ALL_CAPS.sub(
        lambda match: match[0].capitalize() if is_all_caps or not _is_acronym(match) else match[0], text
    )


def _is_acronym(word: re.Match[str]) -> bool:
    return len(word[0]) <= _MAX_ACRONYM and clues.DATELINE.match(word.string, word.end()) is None


def find_name_starts(text: str) -> Iterator[int]:
    """The offsets at which a name may begin."""
    for match in _STARTS.finditer(text):
        yield match.start()
        if match[0] and match[0] in _PROCLITICS:
            yield match.end()


def may_end(text: str, end: int) -> bool:
    """Whether a word may end at this offset: in Hangul and in scripts without spaces, anywhere."""
    return end == len(text) or _DENSE.match(text, end - 1) is not None or _WORD.match(text, end) is None


def is_written_as_name(text: str, language: str) -> bool:
    """Whether the letters may be a name. English capitalises all names, also those of peoples: "fines" is no name there
    (in Spanish it means Finns)."""
    return language not in _CAPITALISES or not text.islower()


def is_name_end(text: str, end: int, language: str, *, any_suffix: bool) -> bool:
    """Whether a name may end at this offset. `any_suffix`: in Korean, anything may follow, as with a country."""
    last, after = text[end - 1], text[end : end + 1]
    if after == "-" and text[end + 1 : end + 2].isdigit():  # 화성-17
        return False
    if last + after == "海域":  # 半岛以东海域 means the waters east of the peninsula, not 东海
        return False
    if "\uac00" <= last <= "\ud7a3":
        return any_suffix or _is_korean_end(_HANGUL_RUN.match(text, end))
    if "\u30a1" <= last <= "\u30fc":
        return not "\u30a1" <= after <= "\u30fc"
    if may_end(text, end) or _DENSE.match(after):
        return True
    return after == "s" and language in _GENITIVE_IN_S and _WORD.match(text, end + 1) is None


def _is_korean_end(match: re.Match[str] | None) -> bool:
    """Whether the rest of the word leaves the name a place."""
    suffix = match[0] if match else ""
    if suffix in _PARTICLES or clues.KOREAN_HEADS.match(suffix):
        return True
    return suffix[0] in clues.KOREAN_ENDS and suffix[1:] in _PARTICLES


def is_short_state_name(text: str, start: int) -> bool:
    """Whether the character at `start` means a state."""
    character, before, end = text[start], text[start - 1 : start] if start else "", start + 1
    if _NOT_BEFORE_SHORT.match(before):
        return False
    if "\uac00" <= character <= "\ud7a3":
        return text[end : end + 1] in {" ", ","} and clues.KOREAN_OFFICE.match(text, end) is not None
    is_side = clues.SIDE.match(text, end) is not None
    if is_side and character in clues.SURE_SIDES:
        return True
    if _HAN.match(before) and before not in clues.CLAUSE:
        return False
    if character not in clues.ONLY_KOREAN and (is_side or clues.OFFICE.match(text, end)):
        return True
    context = text[max(0, start - _CONTEXT) : end + _CONTEXT]
    return re.search(f"[{HANGUL}]", context) is not None and not _HAN.match(text, end)


def is_dateline(record: str, start: int, end: int) -> bool:
    """Whether a place is the dateline, where the reporter is: SEOUL, Nov. 27 (Yonhap); (서울=연합뉴스); 新华社北京."""
    if clues.KOREAN_DATELINE.match(record, end) or clues.AGENCY_BEFORE.search(record[max(0, start - 3) : start]):
        return True
    return record[start:end].isupper() and clues.DATELINE.match(record, end) is not None
