"""Finds proper names that are in no list: persons, organisations, storms, ships, models. Pure.

A name is recognised by the marks of its language: capitals, quotation marks, katakana, Chinese characters for sounds,
or a title next to it. Where the mark is weak (the start of a sentence, a headline in capitals, a German noun) the
mention is not certain, and agrees only with one that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from monitor.identity.person_titles import (
    BEFORE_TITLES,
    CHINESE_TITLES,
    DIRECTIONS,
    JAPANESE_TITLES,
    KOREAN_TITLES,
    NO_NAMES,
    PARTICLES,
)
from monitor.languages import LANGUAGES
from monitor.text.folding import fold
from monitor.text.function_words import function_words
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.scripts import APART, HAN, HANGUL, KANA, SCRIPTS, UNSPACED

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NameMention:
    r"""A name in an article. `key`: without case, accents, hyphens, spaces and endings; `parts`: the same for each of
    its words, so that a surname finds it. `start`, `end`: in f"{title}\n{lead}". `is_certain`: it is clearly marked."""

    key: str
    parts: tuple[str, ...]
    text: str
    start: int
    end: int
    is_certain: bool


def find_names(title: str, lead: str, language: str | None, excluded: Iterable[Span] = ()) -> tuple[NameMention, ...]:
    """Find the names in title and lead, in the order of the text. `excluded`: spans that are known to be something else
    (places, entities); no name overlaps them."""
    text = f"{title}\n{lead}"
    excluded_spans = _ExcludedSpans(excluded)
    subtag = parse_primary_subtag(language or "") or ""
    mentions = list(_find_capitalized_names(text, len(title), subtag, excluded_spans))
    if HANGUL.search(text):
        mentions += _find_korean_names(text, excluded_spans)
    elif KANA.search(text):
        mentions += _find_japanese_names(text, excluded_spans)
    elif HAN.search(text):
        mentions += _find_chinese_names(text, excluded_spans)
    mentions += _find_quoted_names(text, excluded_spans)
    return tuple(sorted(mentions, key=lambda mention: mention.start))


class SpelledName(Protocol):
    """The fields by which names are compared."""

    @property
    def key(self) -> str: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def is_certain(self) -> bool: ...


def names_agree(one: SpelledName, other: SpelledName) -> bool:
    """Whether two mentions may mean the same name: the same key, a surname and the full name, or other vowels. False if
    neither is certain."""
    if not (one.is_certain or other.is_certain):
        return False
    if one.key == other.key or set(one.parts) <= set(other.parts) or set(other.parts) <= set(one.parts):
        return True
    short, long = sorted((one.key, other.key), key=len)
    if HANGUL.match(short):
        return len(short) == 1 and len(long) <= _MAX_KOREAN_NAME and long.startswith(short)
    if HAN.match(short):
        return len(long) <= _MAX_HAN_NAME and long.startswith(short)  # the surname comes first
    return _extract_consonants(short) == _extract_consonants(long) is not None


def blocking_keys_of(name: SpelledName) -> Iterator[str]:
    """Keys for a quick check before `names_agree`: two names that agree have at least one common key."""
    yield name.key
    yield from name.parts
    if HANGUL.match(name.key) or HAN.match(name.key):
        yield name.key[0]
    elif (spelling := _extract_consonants(name.key)) is not None:
        yield f"{spelling}~"


# --- keys -------------------------------------------------------------------------------------------------------------

_MAX_KOREAN_NAME, _MAX_HAN_NAME = 3, 5  # letters of a surname and a given name
_JOINTS = re.compile(r"[\s'’ʼ`.·・＝=–-]+")
_POSSESSIVE = re.compile(r"['’](?:s|S)?$")
_VOWELS = "aeiouyjаеиоуыэюяйіїєьъ"


def _compile_ending(endings: str) -> re.Pattern[str]:
    """A pattern for inflection, and for letters with several transcriptions. At least three letters are left before
    it."""
    return re.compile(rf"(?<=\w\w\w)(?:{endings}|[{_VOWELS}]+)$")


_ENDINGS = {code: _compile_ending(each.names.endings) for code, each in LANGUAGES.items() if each.names.endings}
_SKELETON = re.compile(rf"[{_VOWELS}]|(.)(?=\1)")
_MIN_SKELETON = 4  # consonants: different names often share fewer


@lru_cache(maxsize=10_000)
def _stem_word(word: str, language: str) -> str:
    """A word of a name, folded and without its ending."""
    folded = _JOINTS.sub("", fold(_POSSESSIVE.sub("", word)))
    return _ENDINGS.get(language, _ENDINGS["ru"]).sub("", folded)


@lru_cache(maxsize=10_000)
def _extract_consonants(key: str) -> str | None:
    """The consonants of a key, the same for Kalmaegi and Kalmegi. None for short names and for names with digits, which
    have one spelling."""
    skeleton = _SKELETON.sub("", key)
    return key[0] + skeleton if len(skeleton) >= _MIN_SKELETON and not any(map(str.isdigit, key)) else None


def name_parts(name: str, language: str = "") -> tuple[str, ...]:
    """The folded parts of a name. Joined, they are its key."""
    return tuple(dict.fromkeys(_stem_word(word, language) for word in _JOINTS_OF_NAME.split(name) if word))


_JOINTS_OF_NAME = re.compile(r"[\s·・＝=]+")


def _build_mention(text: str, spans: Sequence[Span], is_certain: bool, language: str = "") -> NameMention:
    parts = tuple(dict.fromkeys(_stem_word(text[a:b], language) for a, b in spans))
    start, end = spans[0][0], spans[-1][1]
    return NameMention("".join(parts), parts, text[start:end], start, end, is_certain)


class _ExcludedSpans:
    """Spans that are no names. Calling it says whether a span overlaps one of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = tuple(spans)

    def __call__(self, start: int, end: int) -> bool:
        return any(start < b and a < end for a, b in self._spans)


# --- capitals ---------------------------------------------------------------------------------------------------------

_LETTERS = f"[^\\W_{UNSPACED}{APART}]"
_UPPER = "".join(letter for letter in map(chr, (*range(0x41, 0x250), *range(0x400, 0x530))) if letter.isupper())
_CAPITALISED = re.compile(  # begins with the capital, which makes the search fast
    rf"[{_UPPER}](?<!{_LETTERS}.)(?:{_LETTERS}+|(?=-\d))(?:['’ʼ-]{_LETTERS}+)*"
)
_NAME_GAP = re.compile(rf"[ \u00a0-](?:(?:{'|'.join(PARTICLES)})[ \u00a0])*")
_NAME_GAP_AMONG_NOUNS = re.compile(r"[ \u00a0-](?:(?:von|van)[ \u00a0](?:(?:der|den)[ \u00a0])?)?")
_SENTENCE = re.compile(r"(?:^|[!?:;…|\n\"“”«„‘(\[—–]|(?<!\b\w)(?<!\b\w\w)(?<!\b\w\w\w)\.)[ \u00a0\"“«„‘'(]*$")
_SENTENCE_LOOKBACK = 6  # characters: punctuation, and an abbreviation of up to three letters (Gov., U.S.)
_MIN_ACRONYM = 3  # letters; EU, AI, PM and TV are too common
_MIN_CONTENT_WORD = 3  # letters of a content word
_MIN_WORDS_FOR_CASE = 3  # content words that are needed to judge the case of a title
_WORD = re.compile(rf"{_LETTERS}+")


class _CapitalizedWord(NamedTuple):
    """A capitalised word that may be a part of a name. `begins`: it begins a sentence."""

    start: int
    end: int
    text: str
    begins: bool


def _find_capitalized_names(
    text: str, title_length: int, language: str, excluded: _ExcludedSpans
) -> Iterator[NameMention]:
    """Find runs of capitalised words, cut at titles of persons, kinds of things and excluded spans."""
    all_nouns = _capitalizes_nouns(language)
    gap_pattern = _NAME_GAP_AMONG_NOUNS if all_nouns else _NAME_GAP
    weak_until = len(text) if all_nouns else title_length if _in_title_case(text[:title_length], language) else 0
    small_words = function_words(language)
    run: list[_CapitalizedWord] = []
    for match in _CAPITALISED.finditer(text):
        word = _part_of_name(text, match, excluded)
        if run and (word is None or not _is_joined(run[-1], text[run[-1].end : match.start()], gap_pattern)):
            yield from _mentions_from_run(text, run, weak_until, language)
            run = []
        if word is not None and (run or word.text.lower() not in small_words):
            run.append(word)
    if run:
        yield from _mentions_from_run(text, run, weak_until, language)


def _capitalizes_nouns(language: str) -> bool:
    return language in LANGUAGES and LANGUAGES[language].names.capitalizes_nouns


def _is_joined(last: _CapitalizedWord, gap: str, gap_pattern: re.Pattern[str]) -> bool:
    """Whether the next word continues the name: "Korea's Lee" is two names."""
    return gap_pattern.fullmatch(gap) is not None and _POSSESSIVE.search(last.text) is None


def _in_title_case(title: str, language: str) -> bool:
    """Whether all content words of a title are capitalised, so that a capital marks nothing."""
    small_words = function_words(language)
    content_words = [
        word for word in _WORD.findall(title) if len(word) >= _MIN_CONTENT_WORD and word not in small_words
    ]
    return len(content_words) >= _MIN_WORDS_FOR_CASE and not any(word[0].islower() for word in content_words)


def _part_of_name(text: str, match: re.Match[str], excluded: _ExcludedSpans) -> _CapitalizedWord | None:
    start, end = match.span()
    word = match[0]
    lowercase = _POSSESSIVE.sub("", word).lower()
    if lowercase in NO_NAMES or excluded(start, end):
        return None
    begins = _SENTENCE.search(text[max(0, start - _SENTENCE_LOOKBACK) : start]) is not None
    if begins and _has_lowercase_form(text, lowercase):
        return None
    return _CapitalizedWord(start, end, word, begins)


def _has_lowercase_form(text: str, word: str) -> bool:
    """Whether the text also has the word in small letters."""
    return word in text and re.search(rf"\b{re.escape(word)}\b", text) is not None


def _mentions_from_run(
    text: str, run: Sequence[_CapitalizedWord], weak_until: int, language: str
) -> Iterator[NameMention]:
    if len(run) == 1 and _POSSESSIVE.sub("", run[0].text).lower() in DIRECTIONS:
        return
    is_certain = any(
        _is_marked_as_name(word.text) or (word.start >= weak_until and not word.begins) for word in run
    ) or (len(run) > 1 and (_capitalizes_nouns(language) or run[0].start >= weak_until))
    yield _build_mention(text, [(word.start, word.end) for word in run], is_certain, language)


def _is_marked_as_name(word: str) -> bool:
    """Whether the word is a name in any position: ASEAN, A320, SpaceX."""
    if any(map(str.isdigit, word)):
        return True
    if word.isupper():
        return len(word) >= _MIN_ACRONYM
    return any(map(str.isupper, word[1:].split("-", 1)[0]))


# --- Korean -----------------------------------------------------------------------------------------------------------

_KOREAN_PARTICLES = next(script.allowed_suffixes for script in SCRIPTS if script.name == "Hangul")
_KOREAN_TITLE = re.compile("|".join(sorted(KOREAN_TITLES, key=len, reverse=True)))
_HANGUL_RUN = re.compile(f"[{APART}]*")
_WORD_BEFORE = re.compile(rf"(?<![\w])([{APART}]{{1,6}}|[一-鿿]{{1,3}})\s?$")
_NO_KOREAN_NAME = re.compile(r"(?:[의는를]|에서|[부처청당회시도실])$")  # particles, and offices
_MAX_TITLE_DISTANCE = 16  # characters before a title that are searched for the name
_ATTACHED_WORD = 2  # letters of a word that forms one title with the next word: 원내대표, 사무총장
_TITLE_WORDS = frozenset((*BEFORE_TITLES, *KOREAN_TITLES))
_MAX_WORDS_BACK = 3  # words: the country, "former", the name


def _find_korean_names(text: str, excluded: _ExcludedSpans) -> Iterator[NameMention]:
    """Find names before titles: 이재명 대통령, 李대통령; 메르츠 독일 총리 if Germany is an excluded span."""
    end = 0
    for title in _KOREAN_TITLE.finditer(text):
        suffix = _HANGUL_RUN.match(text, title.end())
        if title.start() < end or (suffix and suffix[0] not in _KOREAN_PARTICLES):
            continue
        span = _find_title_bearer(text, title.start(), excluded)
        is_attached = span is not None and span[1] == title.start()
        if span is not None and not (is_attached and span[1] - span[0] == _ATTACHED_WORD):
            yield _build_mention(text, [span], span[1] - span[0] > 1)
        end = title.end()


def _find_title_bearer(text: str, end: int, excluded: _ExcludedSpans) -> Span | None:
    for _ in range(_MAX_WORDS_BACK):
        begin = max(0, end - _MAX_TITLE_DISTANCE)
        word = _WORD_BEFORE.search(text[begin:end])
        if word is None:
            return None
        start, stop = begin + word.start(1), begin + word.end(1)
        if excluded(start, stop) or word[1] in _TITLE_WORDS:
            end = start
            continue
        return None if len(word[1]) > 1 and _NO_KOREAN_NAME.search(word[1]) else (start, stop)
    return None


# --- Japanese and Chinese ---------------------------------------------------------------------------------------------

_KATAKANA = "[ァ-ヺー]"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_BEFORE = _any_of(BEFORE_TITLES)
_JAPANESE_TITLED = re.compile(
    rf"(?P<sound>{_KATAKANA}{{2,12}}(?:[・＝=]{_KATAKANA}{{1,12}})*)(?:[一-鿿]{{1,3}}?)?(?:{_any_of(JAPANESE_TITLES)})"
    rf"|(?<![一-鿿々])(?P<name>[一-鿿々]{{1,4}}?)(?:{_BEFORE})?(?:{_any_of(JAPANESE_TITLES)})"
)
_KATAKANA_NAME = re.compile(rf"{_KATAKANA}{{2,12}}(?:[・＝]{_KATAKANA}{{1,12}})+|{_KATAKANA}{{3,12}}")
_NO_BEARER = frozenset((*BEFORE_TITLES, *LANGUAGES["ja"].names.not_names))


def _find_japanese_names(text: str, excluded: _ExcludedSpans) -> Iterator[NameMention]:
    """Find names before titles (高市首相, トランプ米大統領), and names in katakana: one in parts is certain
    (エマニュエル・マクロン)."""
    ends = set()
    for titled in _JAPANESE_TITLED.finditer(text):
        start, end = titled.span(titled.lastgroup or 0)
        if titled[titled.lastgroup or 0] not in _NO_BEARER and not excluded(start, end):
            ends.add(end)
            yield _build_mention(text, _split_name_parts(text, start, end), end - start > 1)
    for sounds in _KATAKANA_NAME.finditer(text):
        start, end = sounds.span()
        if end not in ends and not excluded(start, end):
            parts = _split_name_parts(text, start, end)
            yield _build_mention(text, parts, len(parts) > 1)


def _split_name_parts(text: str, start: int, end: int) -> list[Span]:
    return [(start + m.start(), start + m.end()) for m in re.finditer("[^・＝=·]+", text[start:end])]


_SOUNDS, _FOLLOWERS = LANGUAGES["zh"].names.sounds, LANGUAGES["zh"].names.followers
_AMBIGUOUS_SOUNDS = "多武因海西平"  # characters for sounds that also often begin the word after a name
_CHINESE_TITLED = re.compile(
    rf"(?:{_any_of(CHINESE_TITLES)})(?P<after>[一-鿿·]{{2,8}}?)(?=[{_FOLLOWERS}]|[^一-鿿·]|$)"
    rf"|(?<![一-鿿])(?P<before>(?:(?![{_FOLLOWERS}日月年])[一-鿿]){{2,4}}?)(?={_any_of(CHINESE_TITLES)})"
)
_TRANSLITERATED_NAME = re.compile(f"[{_SOUNDS}]{{2,7}}(?:·[{_SOUNDS}]{{1,7}})*(?![{_AMBIGUOUS_SOUNDS}])[{_SOUNDS}]")


def _find_chinese_names(text: str, excluded: _ExcludedSpans) -> Iterator[NameMention]:
    """Find names next to titles (总统卢拉, 高市首相), and names in characters for sounds (特朗普)."""
    spans = [titled.span(titled.lastgroup or 0) for titled in _CHINESE_TITLED.finditer(text)]
    folded = fold(text)
    if len(folded) == len(text):
        spans += [sound.span() for sound in _TRANSLITERATED_NAME.finditer(folded)]
    end = 0
    for start, stop in sorted(spans):
        if start >= end and not excluded(start, stop):
            yield _build_mention(text, _split_name_parts(text, start, stop), True)
            end = stop


# --- quotation marks --------------------------------------------------------------------------------------------------

_QUOTED = re.compile(
    r"[“「『〈《‘'\"]([一-鿿ぁ-ヺー々가-힣·・\d]{2,6})[”」』〉》’'\"]"
    r"|[“„«‘\"]([A-ZÀ-ÞА-ЯІЇЄЁ][\w-]*(?: [A-ZÀ-ÞА-ЯІЇЄЁ\d][\w-]*){0,2})[”“»’\"]"
)


def _find_quoted_names(text: str, excluded: _ExcludedSpans) -> Iterator[NameMention]:
    """Find short names in quotation marks: “桦加沙”, 「鳳凰」, «Тяньчжоу-9», '빌리'."""
    for quoted in _QUOTED.finditer(text):
        start, end = quoted.span(quoted.lastindex or 0)
        if not excluded(start, end):
            yield _build_mention(text, [(start, end)], True)
