"""What a user's query asks of an article: conditions for the database, and words that must be in its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, func, or_, select

from monitor.model import Field, Span
from monitor.model.article_query import ArticleQuery, TextTerm
from monitor.store.engine.tables import article, match
from monitor.store.search.index import fold_field
from monitor.text.record import Offsets
from monitor.text.scripts import HANGUL, TOKEN

_MAX_SPANS = 10  # of a term in a field


def list_filters(query: ArticleQuery) -> list[ColumnElement[bool]]:
    """The conditions for articles, besides their words. `zh` includes `zh-Hant`; an article without a language has none
    of them."""
    language = func.lower(func.coalesce(article.c.language, ""))
    filters: tuple[tuple[Callable[[Sequence[str]], ColumnElement[bool]], Sequence[str], Sequence[str]], ...] = (
        (article.c.source_id.in_, query.sources.wanted, query.sources.unwanted),
        (
            lambda codes: or_(
                *(or_(language == code.lower(), language.startswith(f"{code.lower()}-")) for code in codes)
            ),
            query.languages.wanted,
            query.languages.unwanted,
        ),
        (
            lambda rules: article.c.id.in_(select(match.c.article_id).where(match.c.rule_id.in_(rules))),
            query.rules.wanted,
            query.rules.unwanted,
        ),
    )
    conditions = [has_one(wanted) for has_one, wanted, _ in filters if wanted]
    conditions += [~has_one(unwanted) for has_one, _, unwanted in filters if unwanted]
    conditions += [article.c.seen_at >= query.since] if query.since is not None else []
    return conditions + ([article.c.seen_at < query.before] if query.before is not None else [])


def build_needle(term: TextTerm) -> str:
    """What a folded field contains if the tokens of a term follow each other in it. A word in Hangul may have
    particles, and be part of a longer word; other words begin where the tokens do, and end there too, unless
    `is_prefix`."""
    before = "" if HANGUL.match(term.tokens[0]) else " "
    after = "" if term.is_prefix or HANGUL.match(term.tokens[-1]) else " "
    return f"{before}{' '.join(term.tokens)}{after}"


def build_check(terms: Sequence[TextTerm]) -> Callable[[str, str], bool]:
    """Whether a title and a text have all terms, and none of those that are excluded."""
    needles = [(term.field, build_needle(term), term.is_excluded) for term in terms]
    of_titles = [(needle, is_excluded) for field, needle, is_excluded in needles if field is Field.TITLE]
    others = [each for each in needles if each[0] is not Field.TITLE]

    def is_met(title: str, text: str) -> bool:
        title = fold_field(title) if needles else ""
        if any((needle in title) == is_excluded for needle, is_excluded in of_titles):
            return False
        text = fold_field(text) if others else ""
        return all(
            (needle in text or (field is None and needle in title)) != is_excluded
            for field, needle, is_excluded in others
        )

    return is_met


def find_term_spans(title: str, text: str, terms: Sequence[TextTerm]) -> tuple[Span, ...]:
    """The places of terms in title and text, the first ones of each."""
    return (*_find_spans(Field.TITLE, title, terms), *_find_spans(Field.TEXT, text, terms))


def _find_spans(field: Field, content: str, terms: Sequence[TextTerm]) -> Iterator[Span]:
    folded = fold_field(content)
    found = [term for term in terms if term.field in (None, field) and build_needle(term) in folded]
    if not found:
        return
    offsets = Offsets(content)
    tokens = [token.span() for token in TOKEN.finditer(offsets.record)]
    starts = [blank.end() for blank in re.finditer(" ", folded)]  # of the same tokens in the folded field
    for term in found:
        needle = build_needle(term)
        for hit in islice(re.finditer(f"(?={re.escape(needle)})", folded), _MAX_SPANS):
            first = hit.start() + needle.startswith(" ")
            last = hit.start() + len(needle.rstrip(" ")) - 1
            first_token, last_token = (bisect_right(starts, position) - 1 for position in (first, last))
            start, end = tokens[first_token][0], tokens[last_token][1]
            if HANGUL.match(term.tokens[0]):  # within a word
                start += first - starts[first_token]
            if HANGUL.match(term.tokens[-1]):
                end = tokens[last_token][0] + last + 1 - starts[last_token]
            start, end = offsets.to_original(start, end)
            yield Span(field, start, end, content[start:end], term.words)
