"""Where a name may begin and end in a text, by script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.text.scripts import SCRIPTS

_PARTICLES = next(script.tails for script in SCRIPTS if script.name == "Hangul")
_ARABIC = ["و", "ف", "ب", "ك", "ل", "ال", "وال", "فال", "بال", "كال", "لل", "ول"]
# Word beginnings, and in scripts without spaces each letter (of katakana, where a run of it begins).
_STARTS = re.compile(
    "(?<![^\\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\uac00-\ud7a3])[^\\W\\d_\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
    "|(?<![\uac00-\ud7a3])[\uac00-\ud7a3]"
    "|[\u3400-\u9fff\u0e00-\u0e7f]"
    "|(?<![\u30a1-\u30fa\u30fc])[\u30a1-\u30fa]"
    "|(?<![\u0600-\u06ff])(?:[وف]?(?:ال|لل|ب|ك|ل)?)(?=[\u0600-\u06ff])"
)
_SHOUTED = re.compile("(?<![^\\W\\d_])[A-ZА-ЯЁÀ-Þ]{4,}(?![^\\W\\d_])")
_WORD = re.compile("[^\\W_]")
_LATIN_GENITIVE = {"de", "nl", "sv", "da", "no", "nb"}
# What Korean writes together with a place and leaves it one: an office, a building, a people ...
_HEADS = re.compile(
    "(?:시|군|구|도|주|현|성|항|역|만|섬|발|산|행|형|전|인|인들|어|계|측|군|해|시장|시청|시의회|시민|도지사|도청|도민|지사|지역|지방|지검|지법|경찰|공항|대교|"
    "정부|대통령|총리|외무|외교|국방|당국|대사|대사관|국적|남부|북부|동부|서부|중부|앞바다|인근|근처|일대|시내|도심|출신|주재|의|까지|에|로|은|는|이|가|을|를|과|와)"
)


def without_shouting(text: str) -> str:
    """Words in capitals as other words: headlines shout."""
    return _SHOUTED.sub(lambda found: found[0].capitalize(), text)


def starts(text: str) -> Iterator[int]:
    """Where a name may begin."""
    for found in _STARTS.finditer(text):
        yield found.end() if found[0] in _ARABIC else found.start()


def fits(text: str, start: int, end: int, language: str) -> bool:
    """Whether a name may stand at text[start:end]."""
    last, after = text[end - 1], text[end : end + 1]
    if not after:
        return True
    if "\uac00" <= last <= "\ud7a3":
        return _hangul_fits(text, start, end)
    if "\u30a1" <= last <= "\u30fc":
        return not "\u30a1" <= after <= "\u30fc"
    if "\u3040" <= last <= "\u9fff" or "\u0e00" <= last <= "\u0e7f":
        return True
    if _WORD.match(after) is None or "\u3040" <= after <= "\u9fff" or "\uac00" <= after <= "\ud7a3":
        return True
    return after == "s" and language in _LATIN_GENITIVE and _WORD.match(text[end + 1 : end + 2]) is None


def _hangul_fits(text: str, start: int, end: int) -> bool:
    rest = re.match("[\uac00-\ud7a3]*", text[end:])
    tail = rest[0] if rest else ""
    return end - start > 2 or tail in _PARTICLES or _HEADS.match(tail) is not None
