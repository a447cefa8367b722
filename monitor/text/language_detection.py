"""Detects the language of an article, as a tag (BCP 47), from its text.

Where only one language writes a script, the script decides. CLD2 decides between the languages of the Latin, Cyrillic
and Arabic scripts. The characters that only one of them writes decide between zh-Hans and zh-Hant. What a feed declares
is a hint: it decides where the text is too short or in doubt. Where nothing is clear, no language is returned, because
a wrong one could silence a rule that asks for another.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

try:
    import pycld2
except ImportError:  # pyproject.toml says where it is not installed: there, scripts and declarations decide
    pycld2 = None

from monitor.languages import LANGUAGES
from monitor.text.folding import load_simplified_characters
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.primary_language import (
    WRITTEN_IN,
    guess_han_language,
    ruled_out_languages,
    samples_of,
)
from monitor.text.scripts import count_letters

_SAMPLE = 200  # letters: enough for a clear language
_MIN_EVIDENCE = 8_000  # evidence (`_detect_with_cld2`) that CLD2 needs where nothing is declared
_MIN_EVIDENCE_AGAINST_DECLARED = 20_000  # evidence needed against what the feed declares: titles are full of names
_MIN_LATIN_LETTERS = 100  # a text with fewer rules out no language: it may be names and quotations
_MIN_LATIN_SHARE = 0.7  # of all characters: a smaller share means another script, or only numbers and names
_ALMOST_ALL = 0.9  # of the scores of all languages: the rest may be a name

# Languages of news without a file in `monitor.languages`, by script. For a language that is neither here nor there, the
# declaration of the feed is trusted.
_WITHOUT_FILE = {
    "Latin": ["nl", "sv", "cs", "tr", "vi", "id"],
    "Cyrillic": ["be", "bg", "sr", "kk"],
    "Arabic": ["fa", "ur"],
}
_LANGUAGES = {
    script: frozenset(
        (
            *codes,
            *(code for code, each in LANGUAGES.items() if each.is_detected and script in (each.scripts or ("Latin",))),
        )
    )
    for script, codes in _WITHOUT_FILE.items()
}
LATIN = _LANGUAGES["Latin"]
"""The languages of the Latin script that can be told apart (primary subtags)."""
_EASTERN = ("Hangul", "kana", "Han")
_OWN_SCRIPTS = {
    language: re.compile(f"[{letters}]")
    for language, letters in {
        "th": "\u0e00-\u0e7f",
        "lo": "\u0e80-\u0eff",
        "my": "\u1000-\u109f",
        "km": "\u1780-\u17ff",
        "el": "\u0370-\u03ff\u1f00-\u1fff",
        "he": "\u0590-\u05ff",
        "hy": "\u0530-\u058f",
        "ka": "\u10a0-\u10ff",
        "bn": "\u0980-\u09ff",
        "pa": "\u0a00-\u0a7f",
        "gu": "\u0a80-\u0aff",
        "ta": "\u0b80-\u0bff",
        "te": "\u0c00-\u0c7f",
        "kn": "\u0c80-\u0cff",
        "ml": "\u0d00-\u0d7f",
        "si": "\u0d80-\u0dff",
    }.items()
}
"""The languages that have a script to themselves, and the letters of it."""
_OWN_SCRIPT_LETTER = re.compile("[" + "".join(letters.pattern[1:-1] for letters in _OWN_SCRIPTS.values()) + "]")

_LETTER = re.compile(r"[^\W\d_]")
# CLD2 refuses control characters and halves of surrogate pairs; otherwise it reads only letters.
_UNREADABLE = re.compile("[^\\w\u0300-\u036f\u064b-\u0652\u200c'’-]+")
_FOREIGN_LETTERS = {
    "en": re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]"),
    "sr": re.compile("[йщъыьэюяёЙЩЪЫЬЭЮЯЁ]"),
}
"""Letters foreign to a language for which CLD2 mistakes others: English for texts with many names, Serbian for
Bulgarian."""
_LETTERS_PER_FOREIGN = 60  # one foreign letter among as many may be in a name
_MISTAKEN_FOR = {"ms": "id"}  # CLD2 takes much Indonesian for Malay; only Indonesian is supported
_LETTERS_PER_EASTERN = 2.5  # letters of an alphabet carry as much as one Han character, kana or Hangul syllable
_LETTERS_PER_EASTERN_IF_DECLARED = 8  # East Asian titles are full of names in Latin letters
_HANS = re.compile(r"zh([-_].*)?[-_](hans|cn|sg|my)\b")
_HANT = re.compile(r"zh([-_].*)?[-_](hant|tw|hk|mo)\b")


def detect_language_tag(title: str, text: str, hint: str | None = None) -> str | None:
    """Return the tag of an article's language: "en", "ko", "zh-Hans" ("zh" where the two cannot be told apart); None
    if it is not clear. `hint`: what the feed declares, or what is known of the source."""
    sample = f"{title} {text[:_SAMPLE]}"
    declared = parse_primary_subtag(hint) if hint else None
    eastern = count_letters(sample, *_EASTERN)
    other_letters = len(sample) - eastern
    letters_per_eastern = _LETTERS_PER_EASTERN_IF_DECLARED if declared in {"zh", "ja", "ko"} else _LETTERS_PER_EASTERN
    # The alphabet of the other letters does not matter if even all of them together are too few.
    script, letters = (
        _find_main_alphabet(sample, other_letters) if letters_per_eastern * eastern <= other_letters else ("", 0)
    )
    if letters_per_eastern * eastern > letters:
        language = (
            "ko" if 2 * count_letters(sample, "Hangul") > eastern else _decide_han_language(title, text, declared)
        )
        return _tag_chinese_variant(sample, hint) if language == "zh" else language
    own_script_language = _detect_by_own_script(sample, letters)
    if own_script_language is not None or not letters:
        return own_script_language or _fall_back_to_declared(sample, hint, declared)
    fits_script = script in WRITTEN_IN.get(declared, ("Latin", "other")) if declared else False
    return _detect_within_script(sample, script, letters, declared if fits_script else None)


def ruled_out_latin_languages(title: str, text: str) -> frozenset[str]:
    """Return the languages among `LATIN` that an article clearly is not in: all but one, if the examined part
    (`samples_of`) is long enough and clearly in that one."""
    sample = " ".join(samples_of(title, text))  # joined, because CLD2 detects parts in another language itself
    letters = count_letters(sample, "Latin")
    if letters < max(_MIN_LATIN_LETTERS, _MIN_LATIN_SHARE * len(sample)):
        return frozenset()
    scores = _score_languages(sample, "Latin")
    language, evidence = _choose_by_evidence(sample, "Latin", letters, scores)
    is_clear = (
        language is not None
        and evidence >= _MIN_EVIDENCE_AGAINST_DECLARED
        and scores[language] >= _ALMOST_ALL * scores.total()
    )
    return LATIN - {language} if is_clear else frozenset()


def _find_main_alphabet(sample: str, max_letters: int) -> tuple[str, int]:
    """The alphabet with the most letters, and how many. `max_letters`: the most that all together can have."""
    letters = {}
    for script in _LANGUAGES:
        letters[script] = count_letters(sample, script)
        if 2 * letters[script] >= max_letters:
            break
    script = max(letters, key=letters.__getitem__)
    return script, letters[script]


def _decide_han_language(title: str, text: str, declared: str | None) -> str | None:
    """Chinese or Japanese (or Korean, if that is declared)."""
    ruled_out = ruled_out_languages(title, text)
    if "zh" in ruled_out:
        return "ja"
    if "ja" in ruled_out:
        return "zh"
    return (
        declared
        if declared in {"zh", "ja", "ko"} and declared not in ruled_out
        else guess_han_language(f"{title} {text[:_SAMPLE]}")
    )


def _tag_chinese_variant(sample: str, hint: str | None) -> str:
    """zh-Hans or zh-Hant, by the majority of the characters that only one of them writes."""
    only_traditional, only_simplified = _build_variant_tables()
    traditional = sum(map(only_traditional.__contains__, sample))
    simplified = sum(map(only_simplified.__contains__, sample))
    if traditional > 2 * simplified:
        return "zh-Hant"
    if simplified > 2 * traditional:
        return "zh-Hans"
    declared_tag = (hint or "").strip().lower()
    return "zh-Hans" if _HANS.match(declared_tag) else "zh-Hant" if _HANT.match(declared_tag) else "zh"


@cache
def _build_variant_tables() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that only traditional Chinese writes, and those that only simplified Chinese writes: 后 and 里
    are also traditional characters."""
    pairs = load_simplified_characters()
    return (
        frozenset(letter for letter in pairs if not _is_encodable(letter, "gb2312")),
        frozenset(letter for letter in pairs.values() if letter not in pairs and not _is_encodable(letter, "big5")),
    )


def _is_encodable(letter: str, page: str) -> bool:
    return letter.encode(page, "ignore") != b""


def _detect_by_own_script(sample: str, others: int) -> str | None:
    """The language whose own script most letters belong to."""
    if _OWN_SCRIPT_LETTER.search(sample) is None:
        return None
    count, language = max((len(letters.findall(sample)), language) for language, letters in _OWN_SCRIPTS.items())
    return language if count > others else None


def _fall_back_to_declared(sample: str, hint: str | None, declared: str | None) -> str | None:
    """There are no letters, or only those of an unknown script: the declared language, unless it uses another
    script."""
    has_other_script = declared in WRITTEN_IN or declared in _LANGUAGES["Latin"]
    if declared is None or (has_other_script and _LETTER.search(sample)):
        return None
    return _tag_chinese_variant("", hint) if declared == "zh" else declared


def _detect_within_script(sample: str, script: str, letters: int, declared: str | None) -> str | None:
    """`declared`: the declared language, if it uses this script."""
    detected, evidence = _detect_with_cld2(sample, script, letters)
    if declared is None:
        return detected if evidence >= _MIN_EVIDENCE else None
    # A language that is not supported may be mistaken for a related one, but not for English.
    outweighs_declared = evidence >= _MIN_EVIDENCE_AGAINST_DECLARED and (
        declared in _LANGUAGES[script] or detected == "en"
    )
    return detected if outweighs_declared else declared


def _detect_with_cld2(sample: str, script: str, letters: int) -> tuple[str | None, float]:
    """The best of the supported languages according to CLD2, and the evidence for it: how far its score (per
    kilobyte of text in it) exceeds those of all others together, times the number of letters."""
    return _choose_by_evidence(sample, script, letters, _score_languages(sample, script))


def _choose_by_evidence(sample: str, script: str, letters: int, scores: Counter[str]) -> tuple[str | None, float]:
    candidates = (
        code for code in scores if code in _LANGUAGES[script] and not _has_foreign_letters(sample, code, letters)
    )
    best = max(candidates, key=scores.__getitem__, default=None)
    return (best, letters * (2 * scores[best] - scores.total())) if best else (None, 0)


def _score_languages(sample: str, script: str) -> Counter[str]:
    """The score of each language according to CLD2, times its share of the sample."""
    if pycld2 is None:
        return Counter()
    readable = sample if sample.isprintable() else _UNREADABLE.sub(" ", sample)
    # Without a hint of Russian, CLD2 recognizes nothing in one of six Russian titles; others hardly turn Russian by it.
    hint_options = {"hintLanguage": "ru"} if script == "Cyrillic" else {}
    _, _, details = pycld2.detect(readable, isPlainText=True, bestEffort=True, **hint_options)
    scores: Counter[str] = Counter()
    for _, code, share, score in details:
        scores[_MISTAKEN_FOR.get(code, code)] += score * share / 100
    return scores


def _has_foreign_letters(sample: str, code: str, letters: int) -> bool:
    """Whether too many letters are foreign to the language."""
    return code in _FOREIGN_LETTERS and _LETTERS_PER_FOREIGN * len(_FOREIGN_LETTERS[code].findall(sample)) > letters
