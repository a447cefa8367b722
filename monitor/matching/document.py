"""An article laid out for matching: its tokens, folded and joined, and lazily what positions are needed of them.

Title and text lie in one row of tokens with a barrier between, so one pass finds the words of both and no phrase
reaches across. Distances count half words: a token of a script without spaces is one, any other is two.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from monitor.model import Field, Span
from monitor.text.folding import fold
from monitor.text.language import ruled_out
from monitor.text.record import Offsets, record_of
from monitor.text.scripts import TOKEN, is_unspaced
from monitor.text.sentences import sentences

LEAD = 120  # half words: 60 words, or 120 Han or kana characters
_BARRIER = "\x02"  # no token holds it, and no split() takes it for white space
_FAR = 10_000  # half words between title and text: near in neither


class Document:
    """What the matcher sees of an article. `joined` is ` token token … ` with a barrier between title and text."""

    def __init__(self, title: str, text: str) -> None:
        self._original = {Field.TITLE: title, Field.TEXT: text}
        self._record = {Field.TITLE: record_of(title), Field.TEXT: record_of(text)}
        heading = TOKEN.findall(self._record[Field.TITLE])
        self.title_end = len(heading)  # the barrier's own token number
        self.joined = f" {fold(' '.join([*heading, _BARRIER, *TOKEN.findall(self._record[Field.TEXT])]))} "

    @cached_property
    def tokens(self) -> list[str]:
        """The folded tokens; one of them is the barrier."""
        return self.joined.split()

    @cached_property
    def _token_starts(self) -> list[int]:
        return [1, *accumulate((len(token) + 1 for token in self.tokens[:-1]), initial=1)][1:]

    @cached_property
    def ruled_out(self) -> frozenset[str]:
        """The languages that the article clearly is not in."""
        return ruled_out(f"{self._record[Field.TITLE]} {self._record[Field.TEXT]}")

    @cached_property
    def places(self) -> list[int]:
        """Where each token begins, in half words; one more for the end."""
        widths = [_FAR if token == _BARRIER else 1 if is_unspaced(token) else 2 for token in self.tokens]
        return list(accumulate(widths, initial=0))

    @cached_property
    def lead_end(self) -> int:
        """The number of the first token behind the lead."""
        start = self.title_end + 1
        return start + bisect_right(self.places[start:], self.places[start] + LEAD) - 1

    @cached_property
    def sentence_of(self) -> list[int]:
        """The sentence that each token stands in; the title is a sentence of its own, and so is the barrier."""
        starts = [a for a, _ in sentences(self._record[Field.TEXT])]
        numbers = [bisect_right(starts, a) for a, _ in self._token_spans[Field.TEXT]]
        return [-1] * self.title_end + [-2] + numbers

    @cached_property
    def _sentence_ends(self) -> list[int]:
        """For each token, the number of the first token behind its sentence."""
        ends, end = [], len(self.sentence_of)
        for token in reversed(range(len(self.sentence_of))):
            if token + 1 < len(self.sentence_of) and self.sentence_of[token] != self.sentence_of[token + 1]:
                end = token + 1
            ends.append(end)
        return ends[::-1]

    def reach(self, first: int, end: int, words: int | None) -> int:
        """The number of the first token that does not stand together with the tokens from `first` up to `end`: in
        another sentence (`words` is None), or with more than `words` words between."""
        if words is None:
            return self._sentence_ends[first]
        return bisect_right(self.places, self.places[end] + 2 * words)

    def token_at(self, position: int) -> int:
        """The number of the token that the joined text has at a position (a blank belongs to the token behind it)."""
        if self.joined[position] == " ":
            position += 1
        return bisect_right(self._token_starts, position) - 1

    def field_of(self, token: int) -> Field:
        """The field that a token stands in."""
        return Field.TITLE if token < self.title_end else Field.TEXT

    def span(self, first: int, end: int, term: str) -> Span:
        """The evidence in the article's own field for the tokens from `first` up to `end`."""
        field = self.field_of(first)
        shift = 0 if field is Field.TITLE else self.title_end + 1
        spans = self._token_spans[field]
        start, stop = self._offsets[field].original(spans[first - shift][0], spans[end - 1 - shift][1])
        return Span(field, start, stop, self._original[field][start:stop], term)

    @cached_property
    def _token_spans(self) -> dict[Field, list[tuple[int, int]]]:
        return {field: [m.span() for m in TOKEN.finditer(record)] for field, record in self._record.items()}

    @cached_property
    def _offsets(self) -> dict[Field, Offsets]:
        return {field: Offsets(text) for field, text in self._original.items()}
