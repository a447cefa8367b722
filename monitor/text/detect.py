"""The language that an article is in, as a tag (BCP 47), told by its text.

Scripts that one language writes need no more than a look; which of the languages of the Latin, Cyrillic and Arabic
script a text is in, lingua says; zh-Hans and zh-Hant are told apart by the characters that only one of them writes.
What a feed declares is a hint: it decides where the text is too short, or in doubt. Where nothing is clear there is no
language, for a wrong one could silence a rule that asks for another.
"""

from __future__ import annotations

import re
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from monitor.text.folding import simplified
from monitor.text.language import WRITTEN_IN, leaning, ruled_out, subtag
from monitor.text.scripts import HAN, HANGUL, KANA

_SAMPLE = 200  # letters: of so many the language is clear
_SURE = 0.9  # lingua's confidence from which it is believed where nothing is declared
_AGAINST = 0.98  # and against what the feed declares: titles are full of names
_LONG = 40  # letters from which it is asked at all against that

# Those of news, by their scripts. In a language that is not here, what the feed declares is believed.
_LANGUAGES = {
    "Latin": "ENGLISH GERMAN FRENCH SPANISH ITALIAN PORTUGUESE DUTCH SWEDISH POLISH CZECH TURKISH VIETNAMESE"
    " INDONESIAN",
    "Cyrillic": "RUSSIAN UKRAINIAN BELARUSIAN BULGARIAN SERBIAN KAZAKH",
    "Arabic": "ARABIC PERSIAN URDU",
}
_SHARED = {
    "Latin": re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]"),
    "Cyrillic": re.compile("[\u0400-\u052f]"),
    "Arabic": re.compile("[\u0621-\u064a\u0671-\u06d3]"),
}
_ALONE = {
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
"""The languages that are alone in writing a script, and its letters."""

_LETTER = re.compile(r"[^\W\d_]")
_IN_ONE = 2.5  # letters of an alphabet say as much as one Han character, kana or syllable of Hangul
_IN_ONE_IF_DECLARED = 8  # titles of East Asia are full of names in Latin letters
_HANS = re.compile(r"zh([-_].*)?[-_](hans|cn|sg|my)\b")
_HANT = re.compile(r"zh([-_].*)?[-_](hant|tw|hk|mo)\b")


def ready() -> None:
    """Load what detection needs (some 35 MB, half a second); without this it is loaded at the first article."""
    _detector().detect_language_of("ready")


def language_tag(title: str, text: str, hint: str | None = None) -> str | None:
    """The tag of an article's language: "en", "ko", "zh-Hans" ("zh" where the two cannot be told apart); None if it is
    not clear. `hint`: what the feed declares, or is known of the source."""
    sample = f"{title} {text[:_SAMPLE]}"
    said = subtag(hint) if hint else None
    hangul, kana, han = (len(letters.findall(sample)) for letters in (HANGUL, KANA, HAN))
    shared = {script: len(letters.findall(sample)) for script, letters in _SHARED.items()}
    script = max(shared, key=lambda each: shared[each])
    in_one = _IN_ONE_IF_DECLARED if said in {"zh", "ja", "ko"} else _IN_ONE
    if in_one * (hangul + kana + han) > shared[script]:
        language = "ko" if hangul > kana + han else _han(title, text, said)
        return _written(sample, hint) if language == "zh" else language
    alone = _alone(sample, shared[script])
    if alone is not None or not shared[script]:
        return alone or _undecided(sample, hint, said)
    fits = script in WRITTEN_IN.get(said, ("Latin", "other")) if said else False
    return _of_script(sample, script, shared[script], said if fits else None)


def _han(title: str, text: str, said: str | None) -> str | None:
    """Which of Chinese and Japanese (or Korean, if that is declared)."""
    out = ruled_out(title, text)
    if "zh" in out:
        return "ja"
    if "ja" in out:
        return "zh"
    return said if said in {"zh", "ja", "ko"} and said not in out else leaning(f"{title} {text[:_SAMPLE]}")


def _written(sample: str, hint: str | None) -> str:
    """zh-Hans or zh-Hant, by most of the characters that tell."""
    only_traditional, only_simplified = _tables()
    traditional = sum(letter in only_traditional for letter in sample)
    simple = sum(letter in only_simplified for letter in sample)
    if traditional > 2 * simple:
        return "zh-Hant"
    if simple > 2 * traditional:
        return "zh-Hans"
    declared = (hint or "").strip().lower()
    return "zh-Hans" if _HANS.match(declared) else "zh-Hant" if _HANT.match(declared) else "zh"


@cache
def _tables() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that only traditional Chinese writes, and only simplified: 后 and 里 are traditional ones too."""
    pairs = simplified()
    return (
        frozenset(letter for letter in pairs if not _encodes(letter, "gb2312")),
        frozenset(letter for letter in pairs.values() if letter not in pairs and not _encodes(letter, "big5")),
    )


def _encodes(letter: str, page: str) -> bool:
    return letter.encode(page, "ignore") != b""


def _alone(sample: str, others: int) -> str | None:
    """The language whose own script most letters are of."""
    if sample.isascii():
        return None
    count, language = max((len(letters.findall(sample)), language) for language, letters in _ALONE.items())
    return language if count > others else None


def _undecided(sample: str, hint: str | None, said: str | None) -> str | None:
    """There are no letters, or they are of a script of which we know nothing: what is declared, unless that is of
    another script."""
    elsewhere = said in WRITTEN_IN or said in _codes("Latin")
    if said is None or (elsewhere and _LETTER.search(sample)):
        return None
    return _written("", hint) if said == "zh" else said


def _of_script(sample: str, script: str, letters: int, said: str | None) -> str | None:
    """`said`: what is declared, if it is of this script."""
    best = _detector().compute_language_confidence_values(sample)[0]
    found = best.language.iso_code_639_1.name.lower()
    if said is None:
        return found if best.value >= _SURE else None
    against = best.value >= _AGAINST and letters >= _LONG
    # In a language that lingua was not given a text is taken for its neighbour, but not for English.
    return found if against and (said in _codes(script) or found == "en") else said


@cache
def _codes(script: str) -> frozenset[str]:
    return frozenset(language.iso_code_639_1.name.lower() for language in _of(_LANGUAGES[script]))


def _of(names: str) -> list[Language]:
    return [Language.from_str(name) for name in names.split()]


@cache
def _detector() -> LanguageDetector:
    languages = _of(" ".join(_LANGUAGES.values()))
    builder = LanguageDetectorBuilder.from_languages(*languages)
    return builder.with_low_accuracy_mode().with_preloaded_language_models().build()
