"""A term as its author wrote it -> what to look for, with the edges of its script.

Edges: a word of a script with spaces is a whole word, but for what `text.scripts` lets touch it (a Korean particle);
characters of scripts without spaces have no edges. `*` at an end of a word opens it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from monitor.matching.tokenized_article import Region, TokenizedArticle
from monitor.model import Term
from monitor.text.folding import folded_tokens
from monitor.text.inflection import inflect_phrase
from monitor.text.language_tags import LATIN
from monitor.text.scripts import HAN, KANA, KATAKANA, Script, count_letters, is_unspaced, script_of

_Stored = tuple[tuple["Token", ...], str, int, str | None, "tuple[Token, ...] | None"]
_SHARING_HAN = ("zh", "ja", "ko")
_OTHER = Script("other", "")


@dataclass(frozen=True, slots=True)
class Token:
    """One token to look for. An open side may be the inside of a longer token; of a closed one, `first` and `last` (the
    scripts of its ends) say what may touch it."""

    text: str
    open_left: bool = False
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
        """Whether nothing may stand before it in its token."""
        return not self.open_left and len(self.first_script.allowed_prefixes) == 1

    @property
    def has_plain_right_edge(self) -> bool:
        """Whether nothing may stand behind it in its token."""
        return not self.open_right and len(self.last_script.allowed_suffixes) == 1

    @property
    def allowed_suffixes(self) -> frozenset[str] | None:
        """What may stand behind it in its token, besides nothing (None: anything)."""
        return None if self.open_right else self.last_script.allowed_suffixes

    @property
    def left_needs_no_check(self) -> bool:
        """Whether nothing need be asked about what stands before it in its token."""
        return self.has_plain_left_edge or self.open_left

    @property
    def right_needs_no_check(self) -> bool:
        """Whether nothing need be asked about what stands behind it in its token."""
        return self.has_plain_right_edge or self.open_right

    def matches_token(self, token: str) -> bool:
        """Whether a token of an article is this one."""
        if self.open_left:
            return (
                self.text in token
                if self.open_right
                else token.endswith(_combine_affixes((self.text,), self.last_script.allowed_suffixes))
            )
        if len(self.first_script.allowed_prefixes) == 1 and not self.open_right:  # as almost all
            return token.startswith(self.text) and token[len(self.text) :] in self.last_script.allowed_suffixes
        beginnings = _combine_affixes(self.first_script.allowed_prefixes, (self.text,))
        if self.open_right:
            return token.startswith(beginnings)
        return any(
            token.startswith(each) and token[len(each) :] in self.last_script.allowed_suffixes for each in beginnings
        )


@lru_cache(maxsize=10_000)  # a hundred particles behind a word, and asked for at each place where it may stand
def _combine_affixes(firsts: Collection[str], lasts: Collection[str]) -> tuple[str, ...]:
    return tuple(first + last for first in firsts for last in lasts)


@dataclass(frozen=True, slots=True)
class TermPattern(ABC):
    """A term, ready to be looked for.

    `literal` is its longest piece without an open end in it: finding that in a joined text is necessary for the term.
    The piece begins at the pattern's token number `at`. `language` is the primary subtag of the language that the term
    is of, where others share its letters. `cased`: its tokens with their case, where that counts.
    """

    tokens: tuple[Token, ...]
    literal: str
    literal_token: int
    language: str | None
    cased_tokens: tuple[Token, ...] | None

    sufficient: ClassVar[bool] = False
    """Whether the term stands wherever its literal does, but for the case."""

    @property
    def is_literal_sufficient(self) -> bool:
        """Whether the literal is sufficient for the term as well."""
        return self.sufficient and self.cased_tokens is None

    def places(self, document: TokenizedArticle, positions: Sequence[int]) -> list[Region]:
        """Where the term stands, given where its literal does (in order)."""
        places = self._standing(document.joined, positions)
        if self.cased_tokens is None:
            return places
        return [(start, end) for start, end in places if self._is_cased(document.text_with_case(start, end))]

    @abstractmethod
    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        """The same, in any case."""

    def _is_cased(self, place: str) -> bool:
        assert self.cased_tokens is not None
        return all(wanted.matches_token(token) for wanted, token in zip(self.cased_tokens, place.split(), strict=True))


class LiteralPattern(TermPattern):
    """Its literal is all of it, with the blanks around it."""

    __slots__ = ()
    sufficient = True

    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        del joined
        length = len(self.literal) - 1
        return [(position + 1, position + length) for position in positions]


class OpenEndedPattern(TermPattern):
    """Its literal is all of it, in words that may be longer."""

    __slots__ = ()
    sufficient = True

    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        """From where the first token begins to where the last one ends."""
        places, seen = [], 0
        for position in positions:
            if position >= seen:  # else in a token that was taken already: a long one may hold the literal very often
                seen = joined.index(" ", position + 1)
                start = joined.rindex(" ", 0, position + 1) + 1
                places.append((start, joined.index(" ", position + len(self.literal) - 1)))
        return places


@dataclass(frozen=True, slots=True)
class SuffixPattern(TermPattern):
    """It is one word, and all that need be asked is whether what stands behind it is one of its tails."""

    allowed_suffixes: frozenset[str]
    size: int
    """The length of the literal."""

    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        tails, size, places = self.allowed_suffixes, self.size, []
        for position in positions:
            end = joined.index(" ", position + size)
            if joined[position + size : end] in tails:
                places.append((position + 1, end))
        return places


@dataclass(frozen=True, slots=True)
class PhrasePattern(TermPattern):
    """Several words, of each of which no more need be asked than what stands behind it, as of Korean ones."""

    words: tuple[tuple[str, int, frozenset[str] | None], ...]
    """Each with its length and what may stand behind it (None: anything)."""

    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        places, words, at = [], self.words, self.literal_token
        for position in positions:
            start = position + 1
            for _ in range(at):
                start = joined.rfind(" ", 0, max(start - 1, 0)) + 1
            first = start
            for word, size, tails in words:
                if not joined.startswith(word, start):
                    break
                end = joined.index(" ", start + size)
                if tails is not None and joined[start + size : end] not in tails:
                    break
                start = end + 1
            else:
                places.append((first, start - 1))
        return places


class TokenSequencePattern(TermPattern):
    """Its literal is a part of it: all of it is compared with what stands there."""

    __slots__ = ()

    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        places, seen, plain_left = [], 0, self.tokens[self.literal_token].has_plain_left_edge
        for position in positions:
            if position < seen:  # likewise
                continue
            seen = joined.index(" ", position + 1)
            start = position + 1 if plain_left else joined.rindex(" ", 0, position + 1) + 1
            for _ in range(self.literal_token):
                start = joined.rfind(" ", 0, max(start - 1, 0)) + 1
            if end := self._end(joined, start):
                places.append((start, end))
        return places

    def _end(self, joined: str, start: int) -> int:
        """Where the term ends that begins at `start`; 0 if it does not."""
        end = start - 1
        for wanted in self.tokens:
            start, end = end + 1, joined.find(" ", end + 1)
            if end < 0 or not wanted.matches_token(joined[start:end]):
                return 0
        return end


@dataclass(frozen=True, slots=True)
class KatakanaEdgePattern(TermPattern):
    """A pattern that begins (`left`) or ends (`right`) in katakana only where a run of katakana does."""

    inner: TermPattern
    left: bool
    right: bool

    def places(self, document: TokenizedArticle, positions: Sequence[int]) -> list[Region]:
        """Where the term stands, given where its literal does (in order)."""
        return [place for place in TermPattern.places(self, document, positions) if self._stands_apart(document, place)]

    def _standing(self, joined: str, positions: Sequence[int]) -> list[Region]:
        return self.inner._standing(joined, positions)  # noqa: SLF001 - another of the same class

    def _stands_apart(self, document: TokenizedArticle, place: Region) -> bool:
        before, behind = document.adjacent_characters(*place)
        return not (self.left and KATAKANA.match(before)) and not (self.right and KATAKANA.match(behind))


@lru_cache(maxsize=200_000)  # an edit among thousands of rules leaves almost all of their terms as they were
def compile_term(term: Term, *, name: bool = False) -> tuple[TermPattern, ...]:
    """The patterns of a term: one, or one for each of its forms; none if nothing comparable is left of it (punctuation
    only). `name`: it is a name, which in Latin letters is the same in many languages."""
    texts = inflect_phrase(term.text, term.language) if term.forms else (term.text,)
    return tuple(pattern for text in texts if (pattern := _build_pattern(text, term, name=name)) is not None)


def tokenize_term(term: Term) -> tuple[Token, ...]:
    """The tokens of a term as it is written, with their case where that counts."""
    return _tokenize_text(term.text, cased=term.exact)


def _build_pattern(text: str, term: Term, *, name: bool) -> TermPattern | None:
    tokens = _tokenize_text(text)
    if not tokens:
        return None
    pieces = _split_into_pieces(tokens)
    at, literal = max(pieces, key=lambda piece: len(piece[1]))
    cased = _tokenize_text(text, cased=True) if term.exact else None
    stored = (tokens, literal, at, _find_term_language(term, name=name), cased)
    pattern = _build_fastest_pattern(stored, pieces)
    if not term.edged:
        return pattern
    left = not text.startswith("*") and KATAKANA.match(tokens[0].text) is not None
    right = not text.endswith("*") and KATAKANA.match(tokens[-1].text[-1]) is not None
    return KatakanaEdgePattern(*stored, pattern, left, right) if left or right else pattern


def _build_fastest_pattern(stored: _Stored, pieces: list[tuple[int, str]]) -> TermPattern:
    """As what is found quickest."""
    tokens, literal, *_ = stored
    if len(pieces) == 1 and literal[0] == literal[-1] == " ":
        return LiteralPattern(*stored)
    if len(pieces) == 1 and tokens[0].left_needs_no_check and tokens[-1].right_needs_no_check:
        return OpenEndedPattern(*stored)
    if len(tokens) == 1 and tokens[0].has_plain_left_edge:
        return SuffixPattern(*stored, tokens[0].last_script.allowed_suffixes, len(literal))
    if all(token.has_plain_left_edge for token in tokens):
        return PhrasePattern(*stored, tuple((token.text, len(token.text), token.allowed_suffixes) for token in tokens))
    return TokenSequencePattern(*stored)


def _find_term_language(term: Term, *, name: bool) -> str | None:
    language = term.language.split("-")[0].lower()
    if language in _SHARING_HAN:
        return language if HAN.search(term.text) or KANA.search(term.text) else None
    separated = language in LATIN and not name
    return language if separated and count_letters(term.text, "Latin") == sum(map(str.isalpha, term.text)) > 0 else None


def _tokenize_text(text: str, *, cased: bool = False) -> tuple[Token, ...]:
    return tuple(token for word in text.split() for token in _tokenize_word(word, cased=cased))


def _tokenize_word(word: str, *, cased: bool) -> list[Token]:
    texts = folded_tokens(word, cased=cased)
    last = len(texts) - 1
    return [
        Token(text)
        if is_unspaced(text)
        else Token(
            text,
            open_left=i == 0 and word.startswith("*"),
            open_right=i == last and word.endswith("*"),
            first_script=script_of(text[0]) if i == 0 else _OTHER,
            last_script=script_of(text[-1]) if i == last else _OTHER,
        )
        for i, text in enumerate(texts)
    ]


def _split_into_pieces(tokens: tuple[Token, ...]) -> list[tuple[int, str]]:
    """The runs of tokens that stand in a joined text just so: (number of the first token, ` token token `)."""
    pieces: list[tuple[int, str]] = []
    for i, token in enumerate(tokens):
        joins = i > 0 and tokens[i - 1].has_plain_right_edge and token.has_plain_left_edge
        if joins:
            at, text = pieces[-1]
            pieces[-1] = (at, f"{text}{token.text}{token.right_edge}")
        else:
            pieces.append((i, f"{token.left_edge}{token.text}{token.right_edge}"))
    return pieces
