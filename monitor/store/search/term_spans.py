"""Where the words of a query occur in a text: for deciding whether an article meets a query, and for showing it. Pure.

`ArticleQuery` says what a query is. That an article is a candidate of the index is not enough: see `index_terms`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

from monitor.model import Field, Span
from monitor.model.article_query import TextTerm
from monitor.store.search.index_terms import build_needle, fold_field
from monitor.text.folding import fold
from monitor.text.record import Offsets, normalize_text
from monitor.text.scripts import HANGUL, TOKEN

_MAX_SPANS = 20  # of a term in a field


class TermCheck:
    """Checks articles against the terms of a query."""

    def __init__(self, terms: Sequence[TextTerm]) -> None:
        self._checks = [
            (term.field, build_needle(term.tokens, is_prefix=term.is_prefix), term.is_excluded) for term in terms
        ]

    def is_met(self, title: str, text: str) -> bool:
        """Whether all terms are there, and those that are excluded are not."""
        if not self._checks:
            return True
        fields = {Field.TITLE: fold_field(title), Field.TEXT: fold_field(text)}
        for field, needle, is_excluded in self._checks:
            found = needle in fields[field] if field else any(needle in folded for folded in fields.values())
            if found == is_excluded:
                return False
        return True


def find_term_spans(title: str, text: str, terms: Sequence[TextTerm]) -> tuple[Span, ...]:
    """The places of terms in title and text, the first ones of each."""
    fields = {Field.TITLE: title, Field.TEXT: text}
    return tuple(
        span
        for field, content in fields.items()
        for term in terms
        if term.field in (None, field)
        for span in islice(_find_in_field(field, content, term), _MAX_SPANS)
    )


def _find_in_field(field: Field, content: str, term: TextTerm) -> Iterator[Span]:
    needle = build_needle(term.tokens, is_prefix=term.is_prefix)
    record = normalize_text(content)
    tokens = list(TOKEN.finditer(record))
    folded = fold(" ".join(token[0] for token in tokens))
    joined = f" {folded} "
    starts = list(accumulate((len(token) + 1 for token in folded.split()), initial=1))
    offsets = Offsets(content)
    position = joined.find(needle)
    while position >= 0:
        first, last = position + needle.startswith(" "), position + len(needle.rstrip(" ")) - 1
        begin, end = bisect_right(starts, first) - 1, bisect_right(starts, last) - 1
        start = tokens[begin].start() + (first - starts[begin] if HANGUL.match(term.tokens[0]) else 0)
        is_partial = HANGUL.match(term.tokens[-1]) is not None
        stop = tokens[end].start() + last + 1 - starts[end] if is_partial else tokens[end].end()
        original = offsets.to_original(start, stop)
        yield Span(field, *original, content[slice(*original)], term.words)
        position = joined.find(needle, position + 1)
