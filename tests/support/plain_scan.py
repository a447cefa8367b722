"""What a query finds, by a plain scan of the folded tokens of every text: the search is held against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.model import Field
from monitor.model.article_query import ArticleQuery, TextTerm
from monitor.text.folding import folded_tokens
from monitor.text.scripts import HANGUL


def scan_texts(query: ArticleQuery, texts: Mapping[int, tuple[str, str]]) -> list[int]:
    """The ids of the texts that meet the terms of the query, the greatest first."""
    found = [id_ for id_, (title, text) in texts.items() if _meets(query.terms, title, text)]
    return sorted(found, reverse=True)


def _meets(terms: Iterable[TextTerm], title: str, text: str) -> bool:
    fields = {Field.TITLE: folded_tokens(title), Field.TEXT: folded_tokens(text)}
    for term in terms:
        searched = [tokens for field, tokens in fields.items() if term.field in (None, field)]
        if any(_has_term(tokens, term) for tokens in searched) == term.is_excluded:
            return False
    return True


def _has_term(tokens: list[str], term: TextTerm) -> bool:
    length = len(term.tokens)
    return any(_follow(tokens[begin : begin + length], term) for begin in range(len(tokens) - length + 1))


def _follow(window: list[str], term: TextTerm) -> bool:
    """Whether these tokens are those of the term. Hangul may have particles at the end, and stand within a word."""
    last = len(window) - 1
    for number, (token, wanted) in enumerate(zip(window, term.tokens, strict=True)):
        is_hangul = HANGUL.match(wanted) is not None
        opens_left, opens_right = number == 0 and is_hangul, number == last and (is_hangul or term.is_prefix)
        if opens_left and opens_right:
            fits = wanted in token
        elif opens_left:
            fits = token.endswith(wanted)
        elif opens_right:
            fits = token.startswith(wanted)
        else:
            fits = token == wanted
        if not fits:
            return False
    return True
