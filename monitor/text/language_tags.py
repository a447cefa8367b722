"""The language that an article is in, as a tag (BCP 47), told by its text.

Scripts that one language writes need no more than a look; which of the languages of the Latin, Cyrillic and Arabic
script a text is in, CLD2 says; zh-Hans and zh-Hant are told apart by the characters that only one of them writes.
What a feed declares is a hint: it decides where the text is too short, or in doubt. Where nothing is clear there is no
language, for a wrong one could silence a rule that asks for another.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

try:
    import pycld2
except ImportError:  # pyproject.toml says where it is not brought along: scripts and declarations speak there
    pycld2 = None

from monitor.text.folding import load_simplified_characters
from monitor.text.language import WRITTEN_IN, guess_han_language, parse_primary_subtag, ruled_out_languages, samples_of
from monitor.text.scripts import count_letters

_SAMPLE = 200  # letters: of so many the language is clear
_SURE = 8_000  # evidence (`_told`) from which CLD2 is believed where nothing is declared
_AGAINST = 20_000  # and against what the feed declares: titles are full of names
_LONG = 100  # Latin letters: of a shorter text no language is ruled out, for it may be names and quotations
_PROSE = 0.7  # Latin letters among all characters: fewer where another script is, or only numbers and names
_ALMOST_ALL = 0.9  # of what speaks for any language: the rest may be a name

# Those of news, by their scripts. In a language that is not here, what the feed declares is believed.
_LANGUAGES = {
    "Latin": frozenset(["en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "cs", "tr", "vi", "id"]),
    "Cyrillic": frozenset(["ru", "uk", "be", "bg", "sr", "kk"]),
    "Arabic": frozenset(["ar", "fa", "ur"]),
}
LATIN = _LANGUAGES["Latin"]
"""The languages of the Latin script that are told from each other (primary subtags)."""
_EASTERN = ("Hangul", "kana", "Han")
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
_OF_ONE = re.compile("[" + "".join(letters.pattern[1:-1] for letters in _ALONE.values()) + "]")

_LETTER = re.compile(r"[^\W\d_]")
# CLD2 refuses control characters and halves of pairs; of the rest it reads letters only.
_UNREADABLE = re.compile("[^\\w\u0300-\u036f\u064b-\u0652\u200c'’-]+")
_NOT_WRITTEN = {
    "en": re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]"),
    "sr": re.compile("[йщъыьэюяёЙЩЪЫЬЭЮЯЁ]"),
}
"""Letters that are foreign to a language for which CLD2 takes others: English where there are many names in a text,
Serbian for Bulgarian."""
_FOREIGN = 60  # one such letter among so many may be in a name
_TAKEN_FOR = {"ms": "id"}  # CLD2 takes much Indonesian for Malay; of the two only Indonesian is among ours
_IN_ONE = 2.5  # letters of an alphabet say as much as one Han character, kana or syllable of Hangul
_IN_ONE_IF_DECLARED = 8  # titles of East Asia are full of names in Latin letters
_HANS = re.compile(r"zh([-_].*)?[-_](hans|cn|sg|my)\b")
_HANT = re.compile(r"zh([-_].*)?[-_](hant|tw|hk|mo)\b")


def detect_language_tag(title: str, text: str, hint: str | None = None) -> str | None:
    """The tag of an article's language: "en", "ko", "zh-Hans" ("zh" where the two cannot be told apart); None if it is
    not clear. `hint`: what the feed declares, or is known of the source."""
    sample = f"{title} {text[:_SAMPLE]}"
    said = parse_primary_subtag(hint) if hint else None
    eastern = count_letters(sample, *_EASTERN)
    others = len(sample) - eastern
    in_one = _IN_ONE_IF_DECLARED if said in {"zh", "ja", "ko"} else _IN_ONE
    # Which alphabet the others are of need not be known where even all together they would not count.
    script, letters = _find_main_alphabet(sample, others) if in_one * eastern <= others else ("", 0)
    if in_one * eastern > letters:
        language = "ko" if 2 * count_letters(sample, "Hangul") > eastern else _decide_han_language(title, text, said)
        return _tag_chinese_variant(sample, hint) if language == "zh" else language
    alone = _detect_by_own_script(sample, letters)
    if alone is not None or not letters:
        return alone or _fall_back_to_declared(sample, hint, said)
    fits = script in WRITTEN_IN.get(said, ("Latin", "other")) if said else False
    return _detect_within_script(sample, script, letters, said if fits else None)


def ruled_out_latin_languages(title: str, text: str) -> frozenset[str]:
    """The languages among `LATIN` that an article clearly is not in: all but one, if what is looked at of it
    (`samples_of`) is long enough, and all clearly in that one."""
    sample = " ".join(samples_of(title, text))  # asked for together, for CLD2 tells parts in another language itself
    letters = count_letters(sample, "Latin")
    if letters < max(_LONG, _PROSE * len(sample)):
        return frozenset()
    speaks = _score_languages(sample, "Latin")
    found, evidence = _choose_by_evidence(sample, "Latin", letters, speaks)
    clear = found is not None and evidence >= _AGAINST and speaks[found] >= _ALMOST_ALL * speaks.total()
    return LATIN - {found} if clear else frozenset()


def _find_main_alphabet(sample: str, most: int) -> tuple[str, int]:
    """The alphabet that more letters are of than of any other, and how many; of all there are at most so many."""
    letters = {}
    for script in _LANGUAGES:
        letters[script] = count_letters(sample, script)
        if 2 * letters[script] >= most:
            break
    script = max(letters, key=letters.__getitem__)
    return script, letters[script]


def _decide_han_language(title: str, text: str, said: str | None) -> str | None:
    """Which of Chinese and Japanese (or Korean, if that is declared)."""
    out = ruled_out_languages(title, text)
    if "zh" in out:
        return "ja"
    if "ja" in out:
        return "zh"
    return said if said in {"zh", "ja", "ko"} and said not in out else guess_han_language(f"{title} {text[:_SAMPLE]}")


def _tag_chinese_variant(sample: str, hint: str | None) -> str:
    """zh-Hans or zh-Hant, by most of the characters that tell."""
    only_traditional, only_simplified = _build_variant_tables()
    traditional = sum(map(only_traditional.__contains__, sample))
    simple = sum(map(only_simplified.__contains__, sample))
    if traditional > 2 * simple:
        return "zh-Hant"
    if simple > 2 * traditional:
        return "zh-Hans"
    declared = (hint or "").strip().lower()
    return "zh-Hans" if _HANS.match(declared) else "zh-Hant" if _HANT.match(declared) else "zh"


@cache
def _build_variant_tables() -> tuple[frozenset[str], frozenset[str]]:
    """The characters that only traditional Chinese writes, and only simplified: 后 and 里 are traditional ones too."""
    pairs = load_simplified_characters()
    return (
        frozenset(letter for letter in pairs if not _is_encodable(letter, "gb2312")),
        frozenset(letter for letter in pairs.values() if letter not in pairs and not _is_encodable(letter, "big5")),
    )


def _is_encodable(letter: str, page: str) -> bool:
    return letter.encode(page, "ignore") != b""


def _detect_by_own_script(sample: str, others: int) -> str | None:
    """The language whose own script most letters are of."""
    if _OF_ONE.search(sample) is None:
        return None
    count, language = max((len(letters.findall(sample)), language) for language, letters in _ALONE.items())
    return language if count > others else None


def _fall_back_to_declared(sample: str, hint: str | None, said: str | None) -> str | None:
    """There are no letters, or they are of a script of which we know nothing: what is declared, unless that is of
    another script."""
    elsewhere = said in WRITTEN_IN or said in _LANGUAGES["Latin"]
    if said is None or (elsewhere and _LETTER.search(sample)):
        return None
    return _tag_chinese_variant("", hint) if said == "zh" else said


def _detect_within_script(sample: str, script: str, letters: int, said: str | None) -> str | None:
    """`said`: what is declared, if it is of this script."""
    found, evidence = _detect_with_cld2(sample, script, letters)
    if said is None:
        return found if evidence >= _SURE else None
    # A language that is not among ours may pass for its neighbour, but not for English.
    against = evidence >= _AGAINST and (said in _LANGUAGES[script] or found == "en")
    return found if against else said


def _detect_with_cld2(sample: str, script: str, letters: int) -> tuple[str | None, float]:
    """Which of our languages CLD2 takes it for, and the evidence: how far its score for that language (for each
    kilobyte of what it takes for it) outdoes those for all others, times the letters."""
    return _choose_by_evidence(sample, script, letters, _score_languages(sample, script))


def _choose_by_evidence(sample: str, script: str, letters: int, speaks: Counter[str]) -> tuple[str | None, float]:
    ours = (code for code in speaks if code in _LANGUAGES[script] and not _has_foreign_letters(sample, code, letters))
    found = max(ours, key=speaks.__getitem__, default=None)
    return (found, letters * (2 * speaks[found] - speaks.total())) if found else (None, 0)


def _score_languages(sample: str, script: str) -> Counter[str]:
    """How much speaks for each language, by CLD2: its score, times its share of the sample."""
    if pycld2 is None:
        return Counter()
    readable = sample if sample.isprintable() else _UNREADABLE.sub(" ", sample)
    # Without a lean to Russian a title of it is nothing at all to CLD2 one time in six; others hardly turn to it.
    lean = {"hintLanguage": "ru"} if script == "Cyrillic" else {}
    _, _, told = pycld2.detect(readable, isPlainText=True, bestEffort=True, **lean)
    speaks: Counter[str] = Counter()
    for _, code, share, score in told:
        speaks[_TAKEN_FOR.get(code, code)] += score * share / 100
    return speaks


def _has_foreign_letters(sample: str, code: str, letters: int) -> bool:
    """Whether too many of its letters are none of that language."""
    return code in _NOT_WRITTEN and _FOREIGN * len(_NOT_WRITTEN[code].findall(sample)) > letters
