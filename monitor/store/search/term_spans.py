"""Where the words of a query occur in a text: for deciding whether an article meets a query, and for showing it. Pure.

`ArticleQuery` says what a query is. That an article is a candidate of the index is not enough: see `index_terms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from monitor.model import Field, Span
from monitor.model.article_query import TextTerm
from monitor.store.search.index_terms import build_needle, fold_field
from monitor.text.record import Offsets
from monitor.text.scripts import HANGUL, TOKEN

_MAX_SPANS = 10  # of a term in a field


class TermCheck:
    """Checks articles against the terms of a query. `titles_first`: many articles can be ruled out, or all decided on,
    without their texts."""

    def __init__(self, terms: Sequence[TextTerm]) -> None:
        checks = [(term.field, build_needle(term.tokens, is_prefix=term.is_prefix), term.is_excluded) for term in terms]
        self._of_titles = [check for check in checks if check[0] is Field.TITLE]
        self._others = [check for check in checks if check[0] is not Field.TITLE]
        self.titles_first = not self._others or not all(is_excluded for _, _, is_excluded in self._of_titles)

    def fits_title(self, title: str) -> bool:
        """Whether the terms are met that ask for the title alone."""
        return self._fits_folded(fold_field(title))

    def is_met(self, title: str, text: str) -> bool:
        """Whether all terms are there, and those that are excluded are not."""
        title = fold_field(title)
        if not self._fits_folded(title):
            return False
        text = fold_field(text) if self._others else ""
        return all(
            (needle in text or (field is None and needle in title)) != is_excluded
            for field, needle, is_excluded in self._others
        )

    def _fits_folded(self, title: str) -> bool:
        return all((needle in title) != is_excluded for _, needle, is_excluded in self._of_titles)


def find_term_spans(title: str, text: str, terms: Sequence[TextTerm]) -> tuple[Span, ...]:
    """The places of terms in title and text, the first ones of each."""
    fields = [_FieldWords(Field.TITLE, title), _FieldWords(Field.TEXT, text)]
    return tuple(
        span
        for words in fields
        for term in terms
        if term.field in (None, words.field)
        for span in islice(words.find(term), _MAX_SPANS)
    )


class _FieldWords:
    """The words of a field, and the way from a place in their folded row to one in the text as received. Only as much
    of the text is cut into tokens as the places need: nothing of a field without any."""

    def __init__(self, field: Field, content: str) -> None:
        self.field = field
        self._content = content
        self._folded = fold_field(content)
        self._tokens: list[tuple[int, int]] = []

    @cached_property
    def _unread(self) -> Iterator[re.Match[str]]:
        return TOKEN.finditer(self._offsets.record)

    @cached_property
    def _offsets(self) -> Offsets:
        return Offsets(self._content)

    def find(self, term: TextTerm) -> Iterator[Span]:
        """The places of a term, in their order."""
        needle = build_needle(term.tokens, is_prefix=term.is_prefix)
        opens_left, opens_right = (HANGUL.match(term.tokens[end]) is not None for end in (0, -1))
        position = self._folded.find(needle)
        while position >= 0:
            first, last = position + needle.startswith(" "), position + len(needle.rstrip(" ")) - 1
            (start, _), first_letter = self._token_at(first)
            (last_start, end), last_letter = self._token_at(last)
            start += first - first_letter if opens_left else 0
            end = last_start + last + 1 - last_letter if opens_right else end
            original = slice(*self._offsets.to_original(start, end))
            yield Span(self.field, original.start, original.stop, self._content[original], term.words)
            position = self._folded.find(needle, position + 1)

    def _token_at(self, position: int) -> tuple[tuple[int, int], int]:
        """The range in the record of the token at a position in the folded row, and where it begins in that row."""
        number = self._folded.count(" ", 0, position) - 1
        self._tokens += (token.span() for token in islice(self._unread, max(0, number + 1 - len(self._tokens))))
        return self._tokens[number], self._folded.rfind(" ", 0, position) + 1
