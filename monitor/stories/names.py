"""The proper names in an article that no list knows: persons, organisations, storms, ships, models. Pure.

A name is told by how a language marks it: capitals, quotation marks, the sound-writing of katakana and of Chinese, a
title beside it. Where the mark says little (a sentence begins, a headline is all capitals, German nouns) the mention is
not `sure`, and agrees only with one that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from monitor.stories.person_titles import (
    BEFORE_TITLES,
    CHINESE_TITLES,
    DIRECTIONS,
    JAPANESE_TITLES,
    KOREAN_TITLES,
    NO_NAMES,
    PARTICLES,
    TRANSLITERATING,
)
from monitor.text.folding import fold
from monitor.text.function_words import function_words
from monitor.text.language import parse_primary_subtag
from monitor.text.scripts import APART, HAN, HANGUL, KANA, SCRIPTS, UNSPACED

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NameMention:
    r"""A name as an article says it. `key`: without case, accents, hyphens, blanks and endings; `parts`: the same of
    each of its words (to be found by a surname). `start`, `end`: in f"{title}\n{lead}". `sure`: marked as a name."""

    key: str
    parts: tuple[str, ...]
    text: str
    start: int
    end: int
    is_certain: bool


def find_names(title: str, lead: str, language: str | None, taken: Iterable[Span] = ()) -> tuple[NameMention, ...]:
    """The names in title and lead, in the order of the text. `taken`: spans that are known to be something else
    (places, entities): no name reaches into them."""
    text = f"{title}\n{lead}"
    covered = _ExcludedSpans(taken)
    tongue = parse_primary_subtag(language or "") or ""
    mentions = list(_find_capitalized_names(text, len(title), tongue, covered))
    if HANGUL.search(text):
        mentions += _find_korean_names(text, covered)
    elif KANA.search(text):
        mentions += _find_japanese_names(text, covered)
    elif HAN.search(text):
        mentions += _find_chinese_names(text, covered)
    mentions += _find_quoted_names(text, covered)
    return tuple(sorted(mentions, key=lambda mention: mention.start))


class SpelledName(Protocol):
    """What names are compared by; fields of `NameMention`."""

    @property
    def key(self) -> str: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def is_certain(self) -> bool: ...


def names_agree(one: SpelledName, other: SpelledName) -> bool:
    """Whether two mentions may name the same: the same key, a surname and the full name, or another spelling of its
    vowels. Two that are both unsure say nothing."""
    if not (one.is_certain or other.is_certain):
        return False
    if one.key == other.key or set(one.parts) <= set(other.parts) or set(other.parts) <= set(one.parts):
        return True
    short, long = sorted((one.key, other.key), key=len)
    if HANGUL.match(short):
        return len(short) == 1 and len(long) <= _KOREAN_NAME and long.startswith(short)
    if HAN.match(short):
        return len(long) <= _HAN_NAME and long.startswith(short)  # the surname comes first
    return _extract_consonants(short) == _extract_consonants(long) is not None


def blocking_keys_of(name: SpelledName) -> Iterator[str]:
    """Two names that agree have one of these in common at least, which is quicker asked than `names_agree`."""
    yield name.key
    yield from name.parts
    if HANGUL.match(name.key) or HAN.match(name.key):
        yield name.key[0]
    elif (spelling := _extract_consonants(name.key)) is not None:
        yield f"{spelling}~"


# --- keys -------------------------------------------------------------------------------------------------------------

_KOREAN_NAME, _HAN_NAME = 3, 5  # letters of a surname and a given name
_JOINTS = re.compile(r"[\s'’ʼ`.·・＝=–-]+")
_POSSESSIVE = re.compile(r"['’](?:s|S)?$")
_VOWELS = "aeiouyjаеиоуыэюяйіїєьъ"
_ENDING = re.compile(  # of at least three letters that are left: what inflects, and what is transcribed in several ways
    rf"(?<=\w\w\w)(?:ого|его|ому|ему|ами|ями|ым|им|ом|ем|[{_VOWELS}]+)$"
)
_POLISH_ENDING = re.compile(rf"(?<=\w\w\w)(?:owi|iem|em|ego|emu|ami|im|ym|[{_VOWELS}]+)$")
_SKELETON = re.compile(rf"[{_VOWELS}]|(.)(?=\1)")
_TELLING_SKELETON = 4  # consonants: fewer are shared by names that are another's


@lru_cache(maxsize=10_000)
def _stem_word(word: str, language: str) -> str:
    """A word of a name as it is compared."""
    folded = _JOINTS.sub("", fold(_POSSESSIVE.sub("", word)))
    return (_POLISH_ENDING if language == "pl" else _ENDING).sub("", folded)


@lru_cache(maxsize=10_000)
def _extract_consonants(key: str) -> str | None:
    """The consonants of a key: Kalmaegi, Kalmegi. A number in a name has one spelling."""
    skeleton = _SKELETON.sub("", key)
    return key[0] + skeleton if len(skeleton) >= _TELLING_SKELETON and not any(map(str.isdigit, key)) else None


def name_parts(name: str, language: str = "") -> tuple[str, ...]:
    """The parts of a name as they are compared; joined, its key."""
    return tuple(dict.fromkeys(_stem_word(word, language) for word in _JOINTS_OF_NAME.split(name) if word))


_JOINTS_OF_NAME = re.compile(r"[\s·・＝=]+")


def _build_mention(text: str, spans: Sequence[Span], sure: bool, language: str = "") -> NameMention:
    parts = tuple(dict.fromkeys(_stem_word(text[a:b], language) for a, b in spans))
    start, end = spans[0][0], spans[-1][1]
    return NameMention("".join(parts), parts, text[start:end], start, end, sure)


class _ExcludedSpans:
    """Spans that are something else than names."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = tuple(spans)

    def __call__(self, start: int, end: int) -> bool:
        return any(start < b and a < end for a, b in self._spans)


# --- capitals ---------------------------------------------------------------------------------------------------------

_LETTERS = f"[^\\W_{UNSPACED}{APART}]"
_UPPER = "".join(letter for letter in map(chr, (*range(0x41, 0x250), *range(0x400, 0x530))) if letter.isupper())
_CAPITALISED = re.compile(  # the capital first: so it is looked for at once
    rf"[{_UPPER}](?<!{_LETTERS}.)(?:{_LETTERS}+|(?=-\d))(?:['’ʼ-]{_LETTERS}+)*"
)
_BETWEEN = re.compile(rf"[ \u00a0-](?:(?:{'|'.join(PARTICLES)})[ \u00a0])*")
_BETWEEN_IN_GERMAN = re.compile(r"[ \u00a0-](?:(?:von|van)[ \u00a0](?:(?:der|den)[ \u00a0])?)?")
_SENTENCE = re.compile(r"(?:^|[!?:;…|\n\"“”«„‘(\[—–]|(?<!\b\w)(?<!\b\w\w)(?<!\b\w\w\w)\.)[ \u00a0\"“«„‘'(]*$")
_BACK_TO_SENTENCE = 6  # characters: signs, and an abbreviation of up to three letters (Gov., U.S.)
_ACRONYM = 3  # letters; EU, AI, PM and TV say little
_TELLING = 3  # letters of a word that is more than a little one
_TITLE_CASE = 3  # words at least that could show it
_WORD = re.compile(rf"{_LETTERS}+")


class _CapitalizedWord(NamedTuple):
    """A capitalised word that may be a part of a name. `begins`: a sentence."""

    start: int
    end: int
    said: str
    begins: bool


def _find_capitalized_names(text: str, title: int, language: str, covered: _ExcludedSpans) -> Iterator[NameMention]:
    """Runs of capitalised words, cut at titles, kinds and what is taken."""
    between = _BETWEEN_IN_GERMAN if language == "de" else _BETWEEN
    vague = len(text) if language == "de" else title if _in_title_case(text[:title], language) else 0
    little = function_words(language)
    run: list[_CapitalizedWord] = []
    for match in _CAPITALISED.finditer(text):
        word = _part_of_name(text, match, covered)
        if run and (word is None or not _is_joined(run[-1], text[run[-1].end : match.start()], between)):
            yield from _mentions_from_run(text, run, vague, language)
            run = []
        if word is not None and (run or word.said.lower() not in little):
            run.append(word)
    if run:
        yield from _mentions_from_run(text, run, vague, language)


def _is_joined(last: _CapitalizedWord, gap: str, between: re.Pattern[str]) -> bool:
    """Whether a name goes on: Korea's Lee are two."""
    return between.fullmatch(gap) is not None and _POSSESSIVE.search(last.said) is None


def _in_title_case(title: str, language: str) -> bool:
    """Whether the title's capitals say nothing: no word but the little ones is without."""
    little = function_words(language)
    plain = [said for said in _WORD.findall(title) if len(said) >= _TELLING and said not in little]
    return len(plain) >= _TITLE_CASE and not any(said[0].islower() for said in plain)


def _part_of_name(text: str, match: re.Match[str], covered: _ExcludedSpans) -> _CapitalizedWord | None:
    start, end = match.span()
    said = match[0]
    plain = _POSSESSIVE.sub("", said).lower()
    if plain in NO_NAMES or covered(start, end):
        return None
    begins = _SENTENCE.search(text[max(0, start - _BACK_TO_SENTENCE) : start]) is not None
    if begins and _has_lowercase_form(text, plain):
        return None
    return _CapitalizedWord(start, end, said, begins)


def _has_lowercase_form(text: str, word: str) -> bool:
    """Whether the text has the word without a capital elsewhere."""
    return word in text and re.search(rf"\b{re.escape(word)}\b", text) is not None


def _mentions_from_run(text: str, run: Sequence[_CapitalizedWord], vague: int, language: str) -> Iterator[NameMention]:
    if len(run) == 1 and _POSSESSIVE.sub("", run[0].said).lower() in DIRECTIONS:
        return
    sure = any(_is_marked_as_name(word.said) or (word.start >= vague and not word.begins) for word in run) or (
        len(run) > 1 and (language == "de" or run[0].start >= vague)
    )
    yield _build_mention(text, [(word.start, word.end) for word in run], sure, language)


def _is_marked_as_name(said: str) -> bool:
    """Whether the word is a name wherever it stands: ASEAN, A320, SpaceX."""
    if any(map(str.isdigit, said)):
        return True
    if said.isupper():
        return len(said) >= _ACRONYM
    return any(map(str.isupper, said[1:].split("-", 1)[0]))


# --- Korean -----------------------------------------------------------------------------------------------------------

_TAILS = next(script.allowed_suffixes for script in SCRIPTS if script.name == "Hangul")
_KOREAN_TITLE = re.compile("|".join(sorted(KOREAN_TITLES, key=len, reverse=True)))
_HANGUL_RUN = re.compile(f"[{APART}]*")
_WORD_BEFORE = re.compile(rf"(?<![\w])([{APART}]{{1,6}}|[一-鿿]{{1,3}})\s?$")
_NO_KOREAN_NAME = re.compile(r"(?:[의는를]|에서|[부처청당회시도실])$")  # particles, and offices
_BACK = 16  # characters before a title in which its bearer stands
_ATTACHED_WORD = 2  # letters of a word that makes one title with what is behind it: 원내대표, 사무총장
_BESIDE_TITLES = frozenset((*BEFORE_TITLES, *KOREAN_TITLES))
_STEPS = 3  # words: the country, "former", the name


def _find_korean_names(text: str, covered: _ExcludedSpans) -> Iterator[NameMention]:
    """이재명 대통령, 李대통령, 메르츠 독일 총리 if Germany is taken."""
    end = 0
    for title in _KOREAN_TITLE.finditer(text):
        rest = _HANGUL_RUN.match(text, title.end())
        if title.start() < end or (rest and rest[0] not in _TAILS):
            continue
        span = _find_title_bearer(text, title.start(), covered)
        attached = span is not None and span[1] == title.start()
        if span is not None and not (attached and span[1] - span[0] == _ATTACHED_WORD):
            yield _build_mention(text, [span], span[1] - span[0] > 1)
        end = title.end()


def _find_title_bearer(text: str, end: int, covered: _ExcludedSpans) -> Span | None:
    for _ in range(_STEPS):
        begin = max(0, end - _BACK)
        word = _WORD_BEFORE.search(text[begin:end])
        if word is None:
            return None
        start, stop = begin + word.start(1), begin + word.end(1)
        if covered(start, stop) or word[1] in _BESIDE_TITLES:
            end = start
            continue
        return None if len(word[1]) > 1 and _NO_KOREAN_NAME.search(word[1]) else (start, stop)
    return None


# --- Japanese and Chinese ---------------------------------------------------------------------------------------------

_SOUND = "[ァ-ヺー]"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_BEFORE = _any_of(BEFORE_TITLES)
_JAPANESE_TITLED = re.compile(
    rf"(?P<sound>{_SOUND}{{2,12}}(?:[・＝=]{_SOUND}{{1,12}})*)(?:[一-鿿]{{1,3}}?)?(?:{_any_of(JAPANESE_TITLES)})"
    rf"|(?<![一-鿿々])(?P<name>[一-鿿々]{{1,4}}?)(?:{_BEFORE})?(?:{_any_of(JAPANESE_TITLES)})"
)
_SOUNDS = re.compile(rf"{_SOUND}{{2,12}}(?:[・＝]{_SOUND}{{1,12}})+|{_SOUND}{{3,12}}")
_NO_BEARER = frozenset((*BEFORE_TITLES, "同", "両", "各", "現", "当", "某", "国", "省", "府", "県", "同国"))


def _find_japanese_names(text: str, covered: _ExcludedSpans) -> Iterator[NameMention]:
    """高市首相, トランプ米大統領; other katakana is a name for sure if it has parts (エマニュエル・マクロン)."""
    ends = set()
    for titled in _JAPANESE_TITLED.finditer(text):
        start, end = titled.span(titled.lastgroup or 0)
        if titled[titled.lastgroup or 0] not in _NO_BEARER and not covered(start, end):
            ends.add(end)
            yield _build_mention(text, _split_name_parts(text, start, end), end - start > 1)
    for sounds in _SOUNDS.finditer(text):
        start, end = sounds.span()
        if end not in ends and not covered(start, end):
            parts = _split_name_parts(text, start, end)
            yield _build_mention(text, parts, len(parts) > 1)


def _split_name_parts(text: str, start: int, end: int) -> list[Span]:
    return [(start + m.start(), start + m.end()) for m in re.finditer("[^・＝=·]+", text[start:end])]


_SPEAKS = (
    "电電就介透会會同与與和跟及在于於将將对對向就表说說称稱宣举舉抵访訪出今昨首率赴致强強发發指呼谈談通主参參到晤见"
    "見接当當是的等也还還已曾因被为為重亲親一二三四五六七八九十"
)
"""Characters that begin what is said of a person: a name that stands behind a title ends before them."""
_WORDS_TOO = "多武因海西平"  # of the characters of sound those that often begin the word behind a name
_CHINESE_TITLED = re.compile(
    rf"(?:{_any_of(CHINESE_TITLES)})(?P<after>[一-鿿·]{{2,8}}?)(?=[{_SPEAKS}]|[^一-鿿·]|$)"
    rf"|(?<![一-鿿])(?P<before>(?:(?![{_SPEAKS}日月年])[一-鿿]){{2,4}}?)(?={_any_of(CHINESE_TITLES)})"
)
_BY_SOUND = re.compile(
    f"[{TRANSLITERATING}]{{2,7}}(?:·[{TRANSLITERATING}]{{1,7}})*(?![{_WORDS_TOO}])[{TRANSLITERATING}]"
)


def _find_chinese_names(text: str, covered: _ExcludedSpans) -> Iterator[NameMention]:
    """总统卢拉, 高市首相; 特朗普 by its characters."""
    spans = [titled.span(titled.lastgroup or 0) for titled in _CHINESE_TITLED.finditer(text)]
    folded = fold(text)
    if len(folded) == len(text):
        spans += [sound.span() for sound in _BY_SOUND.finditer(folded)]
    end = 0
    for start, stop in sorted(spans):
        if start >= end and not covered(start, stop):
            yield _build_mention(text, _split_name_parts(text, start, stop), True)
            end = stop


# --- quotation marks --------------------------------------------------------------------------------------------------

_QUOTED = re.compile(
    r"[“「『〈《‘'\"]([一-鿿ぁ-ヺー々가-힣·・\d]{2,6})[”」』〉》’'\"]"
    r"|[“„«‘\"]([A-ZÀ-ÞА-ЯІЇЄЁ][\w-]*(?: [A-ZÀ-ÞА-ЯІЇЄЁ\d][\w-]*){0,2})[”“»’\"]"
)


def _find_quoted_names(text: str, covered: _ExcludedSpans) -> Iterator[NameMention]:
    """“桦加沙”, 「鳳凰」, «Тяньчжоу-9», '빌리': a few letters in quotation marks."""
    for quoted in _QUOTED.finditer(text):
        start, end = quoted.span(quoted.lastindex or 0)
        if not covered(start, end):
            yield _build_mention(text, [(start, end)], True)
