"""Turns a term as its author wrote it into what to look for, with the word edges of its script.

A word of a script with spaces is a whole word, except for what `text.scripts` allows to touch it (a Korean particle)
and for compounds, at whose end it is also found unless it is a name. Characters of scripts without spaces have no
edges. `*` at an end of a word opens this end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from monitor.matching.tokenized_article import Region, TokenizedArticle
from monitor.model import Term
from monitor.text.folding import folded_tokens
from monitor.text.inflection import inflect_phrase
from monitor.text.language_detection import LATIN
from monitor.text.scripts import HAN, KANA, KATAKANA, Script, count_letters, is_unspaced, script_of

_SHARING_HAN = ("zh", "ja", "ko")
_OTHER = Script("other", "")

# An edit among thousands of rules leaves almost all terms unchanged. `lru_cache` would take as much memory again.
_MAX_COMPILED = 200_000
_COMPILED_WORDS: dict[Term, tuple[TermPattern, ...]] = {}
_COMPILED_NAMES: dict[Term, tuple[TermPattern, ...]] = {}


@dataclass(frozen=True, slots=True)
class Token:
    """A token to look for. At an open side it may be part of a longer token. At a closed side, `first_script` or
    `last_script` (the script at this end) decides what may touch it.

    min_before  its left side is open if so many letters precede it in its token, or none; 0: it is closed
    """

    text: str
    min_before: int = 0
    open_right: bool = False
    first_script: Script = _OTHER
    last_script: Script = _OTHER

    @property
    def left_edge(self) -> str:
        return " " if self.has_plain_left_edge else ""

    @property
    def right_edge(self) -> str:
        return " " if self.has_plain_right_edge else ""

    @property
    def has_plain_left_edge(self) -> bool:
        """Whether nothing may precede it in its token."""
        return not self.min_before and len(self.first_script.allowed_prefixes) == 1

    @property
    def has_plain_right_edge(self) -> bool:
        """Whether nothing may follow it in its token."""
        return not self.open_right and len(self.last_script.allowed_suffixes) == 1

    @property
    def allowed_suffixes(self) -> frozenset[str] | None:
        """What may follow it in its token, besides nothing (None: anything)."""
        return None if self.open_right else self.last_script.allowed_suffixes

    @property
    def left_needs_no_check(self) -> bool:
        """Whether what precedes it in its token needs no check."""
        return self.has_plain_left_edge or self.min_before == 1

    @property
    def right_needs_no_check(self) -> bool:
        """Whether what follows it in its token needs no check."""
        return self.has_plain_right_edge or self.open_right

    def matches_token(self, token: str) -> bool:
        """Whether it matches a token of an article."""
        length, prefixes, suffixes = (
            len(self.text),
            self.first_script.allowed_prefixes,
            self.last_script.allowed_suffixes,
        )
        first = 0 if self.open_right else max(0, len(token) - length - _measure_longest(suffixes))
        end = len(token) if self.min_before else length + _measure_longest(prefixes)
        while (start := token.find(self.text, first, end)) >= 0:
            if (token[:start] in prefixes or 0 < self.min_before <= start) and (
                self.open_right or token[start + length :] in suffixes
            ):
                return True
            first = start + 1
        return False


@cache
def _measure_longest(affixes: frozenset[str]) -> int:
    return max(map(len, affixes))


@dataclass(frozen=True, slots=True)
class TermForm:
    """A form of a term, cut into tokens.

    language       the primary subtag of the term's language, if other languages share its letters
    cased_tokens   the tokens with their case, if case counts
    katakana_left  whether a run of katakana must begin where the form does
    katakana_right whether a run of katakana must end where the form does
    """

    tokens: tuple[Token, ...]
    language: str | None
    cased_tokens: tuple[Token, ...] | None
    katakana_left: bool = False
    katakana_right: bool = False


@dataclass(frozen=True, slots=True)
class TermPattern(ABC):
    """A form of a term, ready to be looked for. It has only what finding needs: rules have many thousands of them.

    literal       the longest piece of the term without an open end inside: it must occur in the joined text
    language      as in `TermForm`
    cased_tokens  as in `TermForm`
    """

    literal: str
    language: str | None
    cased_tokens: tuple[Token, ...] | None

    def places(self, document: TokenizedArticle, positions: Sequence[int]) -> list[Region]:
        """Return where the term occurs, given where its literal does (in order)."""
        places = self._find_places(document.joined, positions)
        if self.cased_tokens is None:
            return places
        return [(start, end) for start, end in places if self._matches_case(document.text_with_case(start, end))]

    @abstractmethod
    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        """The same, in any case."""

    def _matches_case(self, place: str) -> bool:
        assert self.cased_tokens is not None
        return all(
            expected.matches_token(token) for expected, token in zip(self.cased_tokens, place.split(), strict=True)
        )


class LiteralPattern(TermPattern):
    """The literal is the whole term, with the blanks around it."""

    __slots__ = ()

    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        del joined
        length = len(self.literal) - 1
        return [(position + 1, position + length) for position in positions]


class OpenEndedPattern(TermPattern):
    """The literal is the whole term, in words that may be longer."""

    __slots__ = ()

    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        """From the beginning of the first token to the end of the last one."""
        places, end_of_token = [], 0
        for position in positions:
            if position >= end_of_token:  # else the token was already found: a long one may repeat the literal often
                end_of_token = joined.index(" ", position + 1)
                start = joined.rindex(" ", 0, position + 1) + 1
                places.append((start, joined.index(" ", position + len(self.literal) - 1)))
        return places


@dataclass(frozen=True, slots=True)
class SuffixPattern(TermPattern):
    """A single word: only what follows it, and in a compound how much precedes it, must be checked."""

    allowed_suffixes: frozenset[str]
    literal_length: int
    min_before: int

    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        suffixes, literal_length, min_before = self.allowed_suffixes, self.literal_length, self.min_before
        reach, places = _measure_longest(suffixes) + 1, list[Region]()
        for position in positions:
            suffix_start = position + literal_length
            end = joined.find(" ", suffix_start, suffix_start + reach)
            if end >= 0 and joined[suffix_start:end] in suffixes:
                start = joined.rindex(" ", 0, position + 1) + 1
                place = start, end
                if (start >= position or position - start >= min_before) and place not in places[-1:]:
                    places.append(place)
        return places


@dataclass(frozen=True, slots=True)
class PhrasePattern(TermPattern):
    """Several words, where only what follows each word must be checked, as with Korean words."""

    words: tuple[tuple[str, int, frozenset[str] | None], ...]
    """Each word with its length and its allowed suffixes (None: any)."""
    literal_token: int
    """The index of the word with which the literal begins."""

    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        places, words, literal_token = [], self.words, self.literal_token
        for position in positions:
            start = position + 1
            for _ in range(literal_token):
                start = joined.rfind(" ", 0, max(start - 1, 0)) + 1
            first = start
            for word, length, suffixes in words:
                if not joined.startswith(word, start):
                    break
                end = joined.index(" ", start + length)
                if suffixes is not None and joined[start + length : end] not in suffixes:
                    break
                start = end + 1
            else:
                places.append((first, start - 1))
        return places


@dataclass(frozen=True, slots=True)
class TokenSequencePattern(TermPattern):
    """The literal is only a part of the term: the whole term is compared with the text."""

    tokens: tuple[Token, ...]
    literal_token: int
    """The index of the token with which the literal begins."""

    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        places, end_of_token, has_plain_left_edge = [], 0, self.tokens[self.literal_token].has_plain_left_edge
        for position in positions:
            if position < end_of_token:  # as in OpenEndedPattern
                continue
            end_of_token = joined.index(" ", position + 1)
            start = position + 1 if has_plain_left_edge else joined.rindex(" ", 0, position + 1) + 1
            for _ in range(self.literal_token):
                start = joined.rfind(" ", 0, max(start - 1, 0)) + 1
            if end := self._find_end(joined, start):
                places.append((start, end))
        return places

    def _find_end(self, joined: str, start: int) -> int:
        """Where the term that begins at `start` ends; 0 if it does not occur there."""
        end = start - 1
        for expected in self.tokens:
            start, end = end + 1, joined.find(" ", end + 1)
            if end < 0 or not expected.matches_token(joined[start:end]):
                return 0
        return end


@dataclass(frozen=True, slots=True)
class KatakanaEdgePattern(TermPattern):
    """A pattern that begins (`left`) or ends (`right`) in katakana only where a run of katakana does."""

    inner: TermPattern
    left: bool
    right: bool

    def places(self, document: TokenizedArticle, positions: Sequence[int]) -> list[Region]:
        """Return where the term occurs, given where its literal does (in order)."""
        return [
            place for place in TermPattern.places(self, document, positions) if self._is_separate_run(document, place)
        ]

    def _find_places(self, joined: str, positions: Sequence[int]) -> list[Region]:
        return self.inner._find_places(joined, positions)  # noqa: SLF001 - another of the same class

    def _is_separate_run(self, document: TokenizedArticle, place: Region) -> bool:
        before, after = document.adjacent_characters(*place)
        return not (self.left and KATAKANA.match(before)) and not (self.right and KATAKANA.match(after))


def compile_term(term: Term, *, name: bool = False) -> tuple[TermPattern, ...]:
    """Return the patterns of a term: one, or one for each of its forms; none if nothing comparable is left of it (it
    is only punctuation). `name`: the term is a name, which is the same in many languages that use Latin letters."""
    compiled = _COMPILED_NAMES if name else _COMPILED_WORDS
    patterns = compiled.get(term)
    if patterns is None:
        if len(compiled) >= _MAX_COMPILED:
            compiled.clear()
        patterns = compiled[term] = tuple(map(_build_pattern, list_forms(term, name=name)))
    return patterns


def list_forms(term: Term, *, name: bool = False) -> Iterator[TermForm]:
    """Return the forms of which the patterns of `compile_term` are made, in the same order."""
    texts = inflect_phrase(term.text, term.language) if term.forms else (term.text,)
    language, in_compounds = _find_term_language(term, name=name), not name and not term.edged
    for text in texts:
        if tokens := _tokenize_text(text, in_compounds=in_compounds):
            cased_tokens = _tokenize_text(text, in_compounds=in_compounds, cased=True) if term.exact else None
            if term.edged:
                left = not text.startswith("*") and KATAKANA.match(tokens[0].text) is not None
                right = not text.endswith("*") and KATAKANA.match(tokens[-1].text[-1]) is not None
                yield TermForm(tokens, language, cased_tokens, left, right)
            else:
                yield TermForm(tokens, language, cased_tokens)


def tokenize_term(term: Term, *, name: bool = False) -> tuple[Token, ...]:
    """Return the tokens of a term as written, with their case if case counts."""
    return _tokenize_text(term.text, in_compounds=not name and not term.edged, cased=term.exact)


def _build_pattern(form: TermForm) -> TermPattern:
    pieces = _split_into_pieces(form.tokens)
    literal_token, literal = max(pieces, key=lambda piece: len(piece[1]))
    is_whole = len(pieces) == 1
    pattern = _build_fastest_pattern(form, literal, literal_token, is_whole=is_whole)
    if not (form.katakana_left or form.katakana_right):
        return pattern
    return KatakanaEdgePattern(
        literal, form.language, form.cased_tokens, pattern, form.katakana_left, form.katakana_right
    )


def _build_fastest_pattern(form: TermForm, literal: str, literal_token: int, *, is_whole: bool) -> TermPattern:
    """The kind of pattern that is found fastest. `is_whole`: the literal is the whole form."""
    tokens, fields = form.tokens, (literal, form.language, form.cased_tokens)
    if is_whole and literal[0] == literal[-1] == " ":
        return LiteralPattern(*fields)
    if is_whole and tokens[0].left_needs_no_check and tokens[-1].right_needs_no_check:
        return OpenEndedPattern(*fields)
    if len(tokens) == 1 and (tokens[0].has_plain_left_edge or tokens[0].min_before):
        return SuffixPattern(*fields, tokens[0].last_script.allowed_suffixes, len(literal), tokens[0].min_before)
    if all(token.has_plain_left_edge for token in tokens):
        words = tuple((token.text, len(token.text), token.allowed_suffixes) for token in tokens)
        return PhrasePattern(*fields, words, literal_token)
    return TokenSequencePattern(*fields, tokens, literal_token)


def _find_term_language(term: Term, *, name: bool) -> str | None:
    language = term.language.split("-")[0].lower()
    if language in _SHARING_HAN:
        return language if HAN.search(term.text) or KANA.search(term.text) else None
    is_latin = language in LATIN and not name
    return language if is_latin and count_letters(term.text, "Latin") == sum(map(str.isalpha, term.text)) > 0 else None


def _tokenize_text(text: str, *, in_compounds: bool, cased: bool = False) -> tuple[Token, ...]:
    return tuple(token for word in text.split() for token in _tokenize_word(word, in_compounds, cased=cased))


def _tokenize_word(word: str, in_compounds: bool, *, cased: bool) -> list[Token]:
    texts = folded_tokens(word, cased=cased)
    last = len(texts) - 1
    min_before = 1 if word.startswith("*") else 0
    if in_compounds and "*" not in word and texts:
        min_before = script_of(texts[0][0]).min_before_in_compound(texts[0])
    return [
        _make_letter_token(text)
        if is_unspaced(text)
        else Token(
            text,
            min_before=min_before if index == 0 else 0,
            open_right=index == last and word.endswith("*"),
            first_script=script_of(text[0]) if index == 0 else _OTHER,
            last_script=script_of(text[-1]) if index == last else _OTHER,
        )
        for index, text in enumerate(texts)
    ]


@lru_cache(maxsize=10_000)
def _make_letter_token(letter: str) -> Token:
    return Token(letter)


def _split_into_pieces(tokens: tuple[Token, ...]) -> list[tuple[int, str]]:
    """The runs of tokens with nothing between them but a blank: (index of the first token, ` token token `)."""
    pieces: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        joins = index > 0 and tokens[index - 1].has_plain_right_edge and token.has_plain_left_edge
        if joins:
            first_token, text = pieces[-1]
            pieces[-1] = (first_token, f"{text}{token.text}{token.right_edge}")
        else:
            pieces.append((index, f"{token.left_edge}{token.text}{token.right_edge}"))
    return pieces
