"""An article prepared for matching: its tokens, folded and joined, and what is computed on demand about their
positions.

All fields lie in one row of tokens with a barrier between them. So one pass finds the words of all fields, and no
phrase crosses a field border. A place in the article is a range of the joined text, from the first letter of a token to
the end of a token. Distances count half words: a token of a script without spaces counts one, any other token two.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, islice, pairwise
from operator import itemgetter

from monitor.model import Article, Field, FoldedText, NewsIn, Span, Unit
from monitor.text.days import find_days
from monitor.text.folding import fold_text, fold_title
from monitor.text.language_detection import ruled_out_latin_languages
from monitor.text.numbers import NumberFact, find_numbers
from monitor.text.primary_language import language_of, ruled_out_languages
from monitor.text.record import Offsets, replace_surrogates
from monitor.text.scripts import TOKEN, UNSPACED, UNSPACED_ONE, count_half_words
from monitor.text.sentences import split_paragraphs, split_sentences

LEAD = 120  # half words: 60 words, or 120 Han or kana characters
NUMBER_SEARCH_LENGTH = 20_000  # characters of a text that are searched for numbers and days
_BARRIER = "\x02"  # no token contains it, and split() does not treat it as white space
_FIELD_GAP = 10_000  # half words between two fields: too far for any near
_LONG_WORD = 32  # letters of a word: if words are shorter on average, is_within examines letters, not tokens
_BLOCK = 256  # characters
_NUMBER_SEARCH_COST = 8  # how many times slower the search for numbers and days is than that for words
_ASCII_SPEEDUP = 8
_METADATA = (Field.AUTHOR, Field.TAGS, Field.URL)
_SPACED_ONE = re.compile(f"[^ {UNSPACED}]")

Region = tuple[int, int]
"""A range of the joined text: what lies in it begins at or after the first number and ends at or before the second."""


class TokenizedArticle:
    """What the matcher sees of an article.

    joined       ` token token … `, with barriers between the fields
    all_fields   whether authors, tags and address are included; a set whose rules ask for none of these does without
    title_alone  whether the title is the only field; the language is still that of the whole article
    work         what it has cost so far to prepare and search the article, in characters folded and places examined

    The work is the same for the same article and rules on every machine. ASCII text is folded so quickly that
    `_ASCII_SPEEDUP` characters count as one.
    """

    def __init__(self, article: Article, *, all_fields: bool = False, title_alone: bool = False) -> None:
        self.article = article
        self.all_fields = all_fields
        self.work = 0
        self._fields = {Field.TITLE: article.title, Field.TEXT: article.text}
        if all_fields:
            self._fields |= {
                Field.AUTHOR: ", ".join(article.authors),
                Field.TAGS: ", ".join(article.tags),
                Field.URL: article.url or "",
            }
        if title_alone:
            self._fields = {field: text if field is Field.TITLE else "" for field, text in self._fields.items()}
        self._regions: dict[Field, Region] = {}
        self._with_case: list[Callable[[], str]] = []
        self._found_in_field: dict[Region, tuple[Field, int, int]] = {}
        self.joined = self._join_fields()
        self.end = len(self.joined) - 1
        """After the last token of all fields."""
        self.text_end = self._regions[Field.TEXT][1]
        """The end of the text: evidence may lie anywhere before it."""

    def _join_fields(self) -> str:
        pieces: list[str] = []
        position = 1
        for field, text in self._fields.items():
            if self._regions:
                pieces.append(_BARRIER)
                position += len(_BARRIER) + 1
            words, with_case = fold_title(text) if field is Field.TITLE else fold_text(text)
            self._with_case.append(with_case)
            self.work += len(text) // _ASCII_SPEEDUP if text.isascii() else max(len(text), len(words))
            self._regions[field] = (position, position + len(words))
            if words:
                pieces.append(words)
                position += len(words) + 1
        return f" {' '.join(pieces)} "

    @property
    def folded(self) -> FoldedText:
        """Title and text, folded."""
        title, text = (self.joined[slice(*self._regions[field])] for field in (Field.TITLE, Field.TEXT))
        return FoldedText(title, text)

    # --- regions ------------------------------------------------------------------------------------------------

    @property
    def title_region(self) -> Region:
        return self._regions[Field.TITLE]

    @cached_property
    def lead_end(self) -> int:
        """The end of the lead, in the joined text."""
        start, end = self._regions[Field.TEXT]
        *words, rest = self.joined[start:end].split(" ", LEAD // 2)
        end_if_spaced = end if len(words) < LEAD // 2 else end - len(rest) - 1
        if UNSPACED_ONE.search(self.joined, start, end_if_spaced) is None:
            return end_if_spaced
        # First assume that all are letters of a script without spaces: with its blank, each takes two characters and
        # counts one half word. Then each spaced word takes its own length instead of the four of two half words.
        lead_limit, position = start + 2 * LEAD, start
        while word := _SPACED_ONE.search(self.joined, position, min(lead_limit, end)):
            if word.start() + 4 > lead_limit:
                return word.start() - 1
            position = self.joined.index(" ", word.start())
            lead_limit += position + 1 - word.start() - 4
        return min(lead_limit - 1, end)

    @cached_property
    def sentence_end(self) -> int:
        """The end of the text's first sentence, in the joined text; at the latest the end of the lead."""
        start, end = self._regions[Field.TEXT]
        record = self.normalized_texts[Field.TEXT]
        record_end = next((last for _, last in split_sentences(record)), 0)
        tokens = len(TOKEN.findall(record, 0, record_end))
        *first, rest = self.joined[start:end].split(" ", tokens)
        return min(self.lead_end, end if len(first) < tokens else end - len(rest) - 1)

    def evidence_limit(self, news_in: NewsIn) -> int:
        """Return how far evidence may reach to count as news."""
        match news_in:
            case NewsIn.TITLE:
                return self.title_region[1]
            case NewsIn.ABOUT:
                return self.sentence_end
            case NewsIn.LEAD:
                return self.lead_end
            case NewsIn.TEXT:
                return self.text_end

    def region(self, field: Field | None, limit: int) -> Region:
        """Return where to look for words of this field (None: title and text), up to the limit."""
        if field is None:
            return 0, limit
        if field in _METADATA:
            return self._regions[field]
        start, end = self._regions[Field.TEXT if field is Field.LEAD else field]
        return start, min(limit, self.lead_end if field is Field.LEAD else end)

    # --- languages ----------------------------------------------------------------------------------------------

    @cached_property
    def ruled_out_languages(self) -> frozenset[str]:
        """The languages that the article clearly is not in, among those that share Han characters."""
        return ruled_out_languages(self.article.title, self.article.text)

    @cached_property
    def ruled_out_latin_languages(self) -> frozenset[str]:
        """The same among those of the Latin script: this takes far longer to compute."""
        return ruled_out_latin_languages(self.article.title, self.article.text)

    @cached_property
    def language(self) -> str | None:
        """The language of the article (primary subtag); None if unknown."""
        return language_of(self.article.title, self.article.text, self.article.language)

    # --- tokens -------------------------------------------------------------------------------------------------

    @cached_property
    def tokens(self) -> list[str]:
        """The folded tokens, including barriers."""
        self.work += self.end
        return self.joined.split()

    @cached_property
    def _token_starts(self) -> list[int]:
        return list(accumulate([len(token) + 1 for token in self.tokens[:-1]], initial=1))

    @cached_property
    def _half_word_offsets(self) -> list[int]:
        """Where each token begins, in half words; and the end of the last one."""
        widths = list(map(count_half_words, self.tokens))
        barrier = -1
        for _ in range(len(self._fields) - 1):
            barrier = self.tokens.index(_BARRIER, barrier + 1)
            widths[barrier] = _FIELD_GAP
        return list(accumulate(widths, initial=0))

    def token_at(self, position: int) -> int:
        """Return the index of the token at a position of the joined text: the number of blanks before it."""
        block = position // _BLOCK
        return self._blanks_before_blocks[block] + self.joined.count(" ", block * _BLOCK, position) - 1

    @cached_property
    def _first_tokens(self) -> dict[Field, int]:
        return {field: self.token_at(start) for field, (start, _) in self._regions.items()}

    @cached_property
    def _blanks_before_blocks(self) -> list[int]:
        """How many blanks occur before each block of the joined text: so a look at a few places need not cut all
        tokens."""
        joined, blocks = self.joined, range(0, len(self.joined), _BLOCK)
        return list(accumulate([joined.count(" ", start, start + _BLOCK) for start in blocks], initial=0))

    def half_words_between(self, end: int, start: int) -> int:
        """Return how many half words lie between the end of one place and the start of a later one."""
        return self._half_word_offsets[self.token_at(start)] - self._half_word_offsets[self.token_at(end - 1) + 1]

    def is_within(self, max_distance: int, end: int, start: int) -> bool:
        """Whether at most `max_distance` words lie between the end of one place and the start of a later one (which
        may begin before that end)."""
        joined, search_end = self.joined, end + _LONG_WORD * (max_distance + 1)
        tokens_between = joined.count(" ", end, min(start, search_end)) - 1
        if tokens_between > 2 * max_distance:
            return False
        if start > search_end:  # and so few words: they are long
            return self.half_words_between(end, start) <= 2 * max_distance
        if joined.find(_BARRIER, end, start) >= 0:
            return False
        if tokens_between <= max_distance:
            return True
        if UNSPACED_ONE.search(joined, end, start) is None:
            return False
        return sum(map(count_half_words, joined[end:start].split())) <= 2 * max_distance

    def unit_at(self, unit: Unit, position: int) -> int:
        """Return the index of the sentence or paragraph that a position lies in."""
        return self._units_of_tokens(unit)[self.token_at(position)]

    def _units_of_tokens(self, unit: Unit) -> Sequence[int]:
        return self._sentence_of_tokens if unit is Unit.SENTENCE else self._paragraph_of_tokens

    @cached_property
    def _sentence_of_tokens(self) -> Sequence[int]:
        return self._assign_units([a for a, _ in split_sentences(self.normalized_texts[Field.TEXT])])

    @cached_property
    def _paragraph_of_tokens(self) -> Sequence[int]:
        return self._assign_units([a for a, _ in split_paragraphs(self.normalized_texts[Field.TEXT])])

    def _assign_units(self, starts: list[int]) -> Sequence[int]:
        """The unit of each token. A field other than the text is one unit, and so is each barrier."""
        self.work += self.end
        units = array("i")
        for index, (field, record) in enumerate(self.normalized_texts.items()):
            if index:
                units.append(-2 * index)
            if field is not Field.TEXT:
                units.extend([-2 * index - 1] * len(TOKEN.findall(record)))
                continue
            for unit, (start, end) in enumerate(pairwise([0, *starts, len(record)])):
                units.extend([unit] * len(TOKEN.findall(record, start, end)))
        return units

    # --- what few rules need ------------------------------------------------------------------------------------

    def text_with_case(self, start: int, end: int) -> str:
        """Return the tokens of a place, folded except for their case."""
        if len(self._cased_text) == len(self.joined):
            return self._cased_text[start:end]
        first, last = self.token_at(start), self.token_at(end - 1)
        return " ".join(self._cased_tokens[first : last + 1])

    @cached_property
    def _cased_text(self) -> str:
        self.work += self.end
        words = (with_case() for with_case in self._with_case)
        return f" {f' {_BARRIER} '.join(words)} ".replace("  ", " ")

    @cached_property
    def _cased_tokens(self) -> list[str]:
        return self._cased_text.split()

    def token_region_of(self, field: Field, start: int, end: int) -> tuple[int, int] | None:
        """Return the place of the tokens that the characters from `start` to `end` of a field's record touch, or
        None."""
        if start == end:
            return None
        spans = self._token_spans[field]
        first = bisect_right(spans, start, key=lambda span: span[1])
        after = bisect_right(spans, end - 1, key=lambda span: span[0])
        if first >= after:
            return None
        base = self.token_at(self._regions[field][0])
        last = base + after - 1
        return self._token_starts[base + first], self._token_starts[last] + len(self.tokens[last])

    @cached_property
    def numbers(self) -> list[tuple[Region, NumberFact]]:
        """Where numbers occur in title and text, with what they mean, in the order of the text. Only the beginning
        of a very long text is searched."""
        fact_by_place = {
            place: fact
            for field, text in self._iterate_beginnings()
            for fact in find_numbers(text, "", self.language)
            if (place := self.token_region_of(field, fact.start, fact.end)) is not None
        }
        return sorted(fact_by_place.items(), key=itemgetter(0))

    @cached_property
    def days(self) -> list[Region]:
        """Where days are named, in the same way."""
        places = {
            place
            for field, text in self._iterate_beginnings()
            for span in find_days(text, self.language)
            if (place := self.token_region_of(field, *span)) is not None
        }
        return sorted(places)

    def _iterate_beginnings(self) -> Iterator[tuple[Field, str]]:
        for field in (Field.TITLE, Field.TEXT):
            text = self.normalized_texts[field][:NUMBER_SEARCH_LENGTH]
            self.work += _NUMBER_SEARCH_COST * len(text)
            yield field, text

    def adjacent_characters(self, start: int, end: int) -> tuple[str, str]:
        """Return the characters of the record right before and right after a place ("" at an end of its field)."""
        field, a, b = self._find_in_record(start, end)
        return self.normalized_texts[field][max(0, a - 1) : a], self.normalized_texts[field][b : b + 1]

    def _find_in_record(self, start: int, end: int) -> tuple[Field, int, int]:
        """The field of a place, and where it begins and ends in the record of that field."""
        field = next(field for field, (a, b) in self._regions.items() if a <= start and end <= b)
        base = self._first_tokens[field]
        first, last = self.token_at(start) - base, self.token_at(end - 1) - base
        spans = self._cut_tokens_up_to(field, last)
        return field, spans[first][0], spans[last][1]

    def evidence_span(self, start: int, end: int, term: str, node: str = "") -> Span:
        """Return the evidence at a place, as a span of the article's own field."""
        field, a, b = self._find_in_field(start, end)
        return Span(field, a, b, self._fields[field][a:b], term, node)

    def _find_in_field(self, start: int, end: int) -> tuple[Field, int, int]:
        """The field of a place, and where it begins and ends in the field as received. Rules that hit the same article
        often find the same words."""
        found = self._found_in_field.get((start, end))
        if found is None:
            field, first, last = self._find_in_record(start, end)
            found = self._found_in_field[start, end] = (field, *self._offsets[field].to_original(first, last))
        return found

    @cached_property
    def normalized_texts(self) -> dict[Field, str]:
        """The record of each field. A half of a surrogate pair, which RE2 does not accept, is replaced by one
        character."""
        self.work += self.end
        return {field: replace_surrogates(offsets.record) for field, offsets in self._offsets.items()}

    @cached_property
    def _token_spans(self) -> dict[Field, list[tuple[int, int]]]:
        return {field: self._cut_tokens_up_to(field, len(record)) for field, record in self.normalized_texts.items()}

    def _cut_tokens_up_to(self, field: Field, token: int) -> list[Region]:
        """Where the tokens of a field's record lie, at least up to this index: what is quoted of a long text is
        usually at its beginning."""
        spans, unread = self._unread_tokens[field]
        if token >= len(spans):
            self.work += 2 * (token - len(spans))  # once for the tokens, once for the offsets
            spans.extend(map(re.Match.span, islice(unread, token + 1 - len(spans))))
        return spans

    @cached_property
    def _unread_tokens(self) -> dict[Field, tuple[list[Region], Iterator[re.Match[str]]]]:
        return {field: ([], TOKEN.finditer(record)) for field, record in self.normalized_texts.items()}

    @cached_property
    def _offsets(self) -> dict[Field, Offsets]:
        return {field: Offsets(text) for field, text in self._fields.items()}
