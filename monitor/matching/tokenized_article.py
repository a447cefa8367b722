"""An article laid out for matching: its words, folded and joined, and lazily what positions are needed of them.

All fields lie in one row of tokens with a barrier between, so one pass finds the words of all and no phrase reaches
across. A place in the article is a range of the joined text, from the first letter of a token to behind the last of
one. Distances count half words: a token of a script without spaces is one, any other is two.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, islice, pairwise
from operator import itemgetter

from monitor.model import Article, Field, NewsIn, Span, Unit
from monitor.text.days import find_days
from monitor.text.folding import fold_text, fold_title
from monitor.text.language import language_of, ruled_out_languages
from monitor.text.language_tags import ruled_out_latin_languages
from monitor.text.numbers import NumberFact, find_numbers
from monitor.text.record import Offsets, normalize_text, replace_surrogates
from monitor.text.scripts import TOKEN, UNSPACED, UNSPACED_ONE, count_half_words
from monitor.text.sentences import split_paragraphs, split_sentences

LEAD = 120  # half words: 60 words, or 120 Han or kana characters
NUMBERED = 20_000  # characters of a text in which numbers and days are looked for
_BARRIER = "\x02"  # no token holds it, and no split() takes it for white space
_FAR = 10_000  # half words between two fields: near in neither
_LONG = 32  # letters of a word: in texts whose words are shorter on the whole, it is letters that are looked at
_BLOCK = 256  # characters
_SLOW = 8  # so many times as slow is it to look for numbers and days as to look for words
_QUICK = 8
_BESIDE = (Field.AUTHOR, Field.TAGS, Field.URL)
_SPACED_ONE = re.compile(f"[^ {UNSPACED}]")

Region = tuple[int, int]
"""A range of the joined text: what lies in it begins at or behind the first and ends at or before the second."""


class TokenizedArticle:
    """What the matcher sees of an article. `joined` is ` token token … `, with barriers between the fields.

    `all_fields`: with authors, tags and address; a set that asks for none of these does without. `title_alone`: as if there
    were nothing but the title; what language the article is in, its text says all the same. `work`: what it has cost so
    far to lay it out and look through it, in characters folded and places looked at: the same for the same article and
    rules on every machine. Text in ASCII is folded so quickly that `_QUICK` characters count as one.
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
        self.joined = self._laid_out()
        self.end = len(self.joined) - 1
        """Behind the last token of all."""
        self.text_end = self._regions[Field.TEXT][1]
        """The end of the text: evidence may lie anywhere before it."""

    def _laid_out(self) -> str:
        pieces: list[str] = []
        position = 1
        for field, text in self._fields.items():
            if self._regions:
                pieces.append(_BARRIER)
                position += len(_BARRIER) + 1
            words, with_case = fold_title(text) if field is Field.TITLE else fold_text(text)
            self._with_case.append(with_case)
            self.work += len(text) // _QUICK if text.isascii() else max(len(text), len(words))
            self._regions[field] = (position, position + len(words))
            if words:
                pieces.append(words)
                position += len(words) + 1
        return f" {' '.join(pieces)} "

    # --- regions ------------------------------------------------------------------------------------------------

    @property
    def title_region(self) -> Region:
        return self._regions[Field.TITLE]

    @cached_property
    def lead_end(self) -> int:
        """Where the lead ends, in the joined text."""
        start, end = self._regions[Field.TEXT]
        *words, rest = self.joined[start:end].split(" ", LEAD // 2)
        spaced = end if len(words) < LEAD // 2 else end - len(rest) - 1
        if UNSPACED_ONE.search(self.joined, start, spaced) is None:
            return spaced
        # As if it were all letters of a script without spaces, two to a half word with the blank; then each word that
        # is none of these takes its length for the four of a word.
        behind, position = start + 2 * LEAD, start
        while word := _SPACED_ONE.search(self.joined, position, min(behind, end)):
            if word.start() + 4 > behind:
                return word.start() - 1
            position = self.joined.index(" ", word.start())
            behind += position + 1 - word.start() - 4
        return min(behind - 1, end)

    @cached_property
    def sentence_end(self) -> int:
        """Where the text's first sentence ends, in the joined text, and the lead at the latest."""
        start, end = self._regions[Field.TEXT]
        record = self.normalized_texts[Field.TEXT]
        behind = next((last for _, last in split_sentences(record)), 0)
        tokens = len(TOKEN.findall(record, 0, behind))
        *first, rest = self.joined[start:end].split(" ", tokens)
        return min(self.lead_end, end if len(first) < tokens else end - len(rest) - 1)

    def evidence_limit(self, news_in: NewsIn) -> int:
        """How far evidence may reach to be news."""
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
        """Where words are looked for that may stand in this field (None: title and text), up to the limit."""
        if field is None:
            return 0, limit
        if field in _BESIDE:
            return self._regions[field]
        start, end = self._regions[Field.TEXT if field is Field.LEAD else field]
        return start, min(limit, self.lead_end if field is Field.LEAD else end)

    # --- languages ----------------------------------------------------------------------------------------------

    @cached_property
    def ruled_out_languages(self) -> frozenset[str]:
        """The languages that the article clearly is not in, of those that share Han characters."""
        return ruled_out_languages(self.article.title, self.article.text)

    @cached_property
    def ruled_out_latin_languages(self) -> frozenset[str]:
        """The same of those of the Latin script: that takes far longer to tell."""
        return ruled_out_latin_languages(self.article.title, self.article.text)

    @cached_property
    def language(self) -> str | None:
        """The language of the article, as far as it is known (primary subtag)."""
        return language_of(self.article.title, self.article.text, self.article.language)

    # --- tokens -------------------------------------------------------------------------------------------------

    @cached_property
    def tokens(self) -> list[str]:
        """The folded tokens; barriers are among them."""
        self.work += self.end
        return self.joined.split()

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate([len(token) + 1 for token in self.tokens[:-1]], initial=1))

    @cached_property
    def _places(self) -> list[int]:
        """Where each token begins, in half words; one more for the end."""
        widths = list(map(count_half_words, self.tokens))
        barrier = -1
        for _ in range(len(self._fields) - 1):
            barrier = self.tokens.index(_BARRIER, barrier + 1)
            widths[barrier] = _FAR
        return list(accumulate(widths, initial=0))

    def token_at(self, position: int) -> int:
        """The number of the token that a position of the joined text is in: as many blanks stand before it."""
        block = position // _BLOCK
        return self._blanks[block] + self.joined.count(" ", block * _BLOCK, position) - 1

    @cached_property
    def _blanks(self) -> list[int]:
        """How many blanks stand before each block of the joined text: what is asked of a few places only need not
        take all tokens."""
        joined, blocks = self.joined, range(0, len(self.joined), _BLOCK)
        return list(accumulate([joined.count(" ", start, start + _BLOCK) for start in blocks], initial=0))

    def half_words_between(self, end: int, start: int) -> int:
        """How many half words lie between the end of one place and the start of another one behind it."""
        return self._places[self.token_at(start)] - self._places[self.token_at(end - 1) + 1]

    def is_within(self, words: int, end: int, start: int) -> bool:
        """Whether at most so many words lie between the end of one place and the start of another one behind it (that
        one may begin before the end)."""
        joined, nearby = self.joined, end + _LONG * (words + 1)
        between = joined.count(" ", end, min(start, nearby)) - 1
        if between > 2 * words:
            return False
        if start > nearby:  # and so few words: they are long ones
            return self.half_words_between(end, start) <= 2 * words
        if joined.find(_BARRIER, end, start) >= 0:
            return False
        if between <= words:
            return True
        if UNSPACED_ONE.search(joined, end, start) is None:
            return False
        return sum(map(count_half_words, joined[end:start].split())) <= 2 * words

    def unit_at(self, unit: Unit, position: int) -> int:
        """The number of the sentence or paragraph that a position lies in."""
        return self._numbers(unit)[self.token_at(position)]

    def _numbers(self, unit: Unit) -> Sequence[int]:
        return self._sentences if unit is Unit.SENTENCE else self._paragraphs

    @cached_property
    def _sentences(self) -> Sequence[int]:
        return self._numbered([a for a, _ in split_sentences(self.normalized_texts[Field.TEXT])])

    @cached_property
    def _paragraphs(self) -> Sequence[int]:
        return self._numbered([a for a, _ in split_paragraphs(self.normalized_texts[Field.TEXT])])

    def _numbered(self, starts: list[int]) -> Sequence[int]:
        """The unit that each token stands in. A field that is no text is one unit, and so is each barrier."""
        self.work += self.end
        numbers = array("i")
        for number, (field, record) in enumerate(self.normalized_texts.items()):
            if number:
                numbers.append(-2 * number)
            if field is not Field.TEXT:
                numbers.extend([-2 * number - 1] * len(TOKEN.findall(record)))
                continue
            for unit, (start, end) in enumerate(pairwise([0, *starts, len(record)])):
                numbers.extend([unit] * len(TOKEN.findall(record, start, end)))
        return numbers

    # --- what is only asked of a few ----------------------------------------------------------------------------

    def text_with_case(self, start: int, end: int) -> str:
        """The tokens of a place, folded but for their case."""
        if len(self._cased) == len(self.joined):
            return self._cased[start:end]
        first, last = self.token_at(start), self.token_at(end - 1)
        return " ".join(self._cased_tokens[first : last + 1])

    @cached_property
    def _cased(self) -> str:
        self.work += self.end
        words = (with_case() for with_case in self._with_case)
        return f" {f' {_BARRIER} '.join(words)} ".replace("  ", " ")

    @cached_property
    def _cased_tokens(self) -> list[str]:
        return self._cased.split()

    def token_region_of(self, field: Field, start: int, end: int) -> tuple[int, int] | None:
        """The place of the tokens that the characters from `start` to `end` of a field's record touch, if any."""
        if start == end:
            return None
        spans = self._token_spans[field]
        first = bisect_right(spans, start, key=lambda span: span[1])
        behind = bisect_right(spans, end - 1, key=lambda span: span[0])
        if first >= behind:
            return None
        base = self.token_at(self._regions[field][0])
        last = base + behind - 1
        return self._starts[base + first], self._starts[last] + len(self.tokens[last])

    @cached_property
    def numbers(self) -> list[tuple[Region, NumberFact]]:
        """Where numbers stand in title and text, with what they say, in the order of the text; of a very long text, in
        its beginning."""
        found = {
            place: fact
            for field, text in self._beginnings()
            for fact in find_numbers(text, "", self.language)
            if (place := self.token_region_of(field, fact.start, fact.end)) is not None
        }
        return sorted(found.items(), key=itemgetter(0))

    @cached_property
    def days(self) -> list[Region]:
        """Where days are named, likewise."""
        found = {
            place
            for field, text in self._beginnings()
            for span in find_days(text, self.language)
            if (place := self.token_region_of(field, *span)) is not None
        }
        return sorted(found)

    def _beginnings(self) -> Iterator[tuple[Field, str]]:
        for field in (Field.TITLE, Field.TEXT):
            text = self.normalized_texts[field][:NUMBERED]
            self.work += _SLOW * len(text)
            yield field, text

    def adjacent_characters(self, start: int, end: int) -> tuple[str, str]:
        """The characters of the record right before and right behind a place ("" at an end of its field)."""
        field, a, b = self._in_record(start, end)
        return self.normalized_texts[field][max(0, a - 1) : a], self.normalized_texts[field][b : b + 1]

    def _in_record(self, start: int, end: int) -> tuple[Field, int, int]:
        """A place in the record of its field."""
        field = next(field for field, (a, b) in self._regions.items() if a <= start and end <= b)
        base = self.token_at(self._regions[field][0])
        first, last = self.token_at(start) - base, self.token_at(end - 1) - base
        spans = self._spans_to(field, last)
        return field, spans[first][0], spans[last][1]

    def evidence_span(self, start: int, end: int, term: str, node: str = "") -> Span:
        """The evidence in the article's own field for a place."""
        field, first, behind = self._in_record(start, end)
        a, b = self._offsets[field].to_original(first, behind)
        return Span(field, a, b, self._fields[field][a:b], term, node)

    @cached_property
    def normalized_texts(self) -> dict[Field, str]:
        """The record of each field; a half of a surrogate pair, which RE2 does not take, is one character as any."""
        self.work += self.end
        return {field: replace_surrogates(normalize_text(text)) for field, text in self._fields.items()}

    @cached_property
    def _token_spans(self) -> dict[Field, list[tuple[int, int]]]:
        return {field: self._spans_to(field, len(record)) for field, record in self.normalized_texts.items()}

    def _spans_to(self, field: Field, token: int) -> list[Region]:
        """Where the tokens of a field's record lie, at least up to that one: what is quoted of a long text stands at
        its beginning as a rule."""
        spans, further = self._cut[field]
        if token >= len(spans):
            self.work += 2 * (token - len(spans))  # as for the offsets
            spans.extend(match.span() for match in islice(further, token + 1 - len(spans)))
        return spans

    @cached_property
    def _cut(self) -> dict[Field, tuple[list[Region], Iterator[re.Match[str]]]]:
        return {field: ([], TOKEN.finditer(record)) for field, record in self.normalized_texts.items()}

    @cached_property
    def _offsets(self) -> dict[Field, Offsets]:
        return {field: Offsets(text) for field, text in self._fields.items()}
