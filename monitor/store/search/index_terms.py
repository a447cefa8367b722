"""The terms by which the index finds texts, and what a query must find in them. Pure.

A text is folded as for rules (`text.folding`). Words are terms. Of a script without spaces, and of a word in Hangul,
each pair of adjacent characters is a term, and so is the last character: no dictionary decides where a word ends, and
every word of two characters is found. A single character is looked up as the beginning of a term.

The index has no positions, as these would be as large as the texts. So it finds candidates: `occurs_in` decides whether
the words of a query follow each other. An article that has what a query asks for is always a candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add

from monitor.model import FoldedText
from monitor.text.folding import fold_text
from monitor.text.scripts import APART, HANGUL, UNSPACED, UNSPACED_LETTER

MAX_TERM = 64  # characters; longer words are cut: no database takes every length
_RUN = re.compile(rf"[{APART}]+|[{UNSPACED}](?: [{UNSPACED}])*")
_UNSPACED_OR_APART = re.compile(f"[{UNSPACED}{APART}]")
_FIELD_BORDER = "\x02"  # no token contains it: no run crosses it


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A term that a text must have; `is_prefix`: the term begins so."""

    text: str
    is_prefix: bool = False


def fold_field(text: str) -> str:
    """The folded tokens of a text, with a blank before, between and after them."""
    return f" {fold_text(text)[0]} "


def fold_texts(title: str, text: str) -> FoldedText:
    """A title and a text, folded."""
    return FoldedText(fold_text(title)[0], fold_text(text)[0])


def list_terms(*fields: str) -> list[str]:
    """The terms of folded fields, each once, in any order."""
    runs: list[str] = []

    def take_run(run: re.Match[str]) -> str:
        runs.append(run[0])
        return " "

    joined = f" {_FIELD_BORDER} ".join(fields)
    words = _RUN.sub(take_run, joined) if _UNSPACED_OR_APART.search(joined) else joined
    found = set(words.split())
    found.discard(_FIELD_BORDER)
    for run in runs:
        letters = run.replace(" ", "")
        found.update(map(add, letters, letters[1:]))  # each with the next one
        found.add(letters[-1])
    return (
        list(found) if len(max(found, key=len, default="")) <= MAX_TERM else list({term[:MAX_TERM] for term in found})
    )


def list_needed_terms(tokens: Sequence[str], *, is_prefix: bool) -> list[IndexTerm]:
    """The terms that every text has in which these tokens follow each other. `is_prefix`: the last token is the
    beginning of a word."""
    needed: dict[IndexTerm, None] = {}
    runs = list(_join_runs(tokens))
    for number, run in enumerate(runs):
        if UNSPACED_LETTER[run[0]] or HANGUL.match(run):
            pairs = map("".join, pairwise(run))
            needed.update(dict.fromkeys(map(IndexTerm, pairs) if len(run) > 1 else [IndexTerm(run, is_prefix=True)]))
        else:
            needed[IndexTerm(run[:MAX_TERM], is_prefix and number == len(runs) - 1)] = None
    return list(needed)


def _join_runs(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens, with letters of scripts without spaces joined."""
    run = ""
    for token in tokens:
        if UNSPACED_LETTER[token[0]]:
            run += token
            continue
        if run:
            yield run
        run = ""
        yield token
    if run:
        yield run


def build_needle(tokens: Sequence[str], *, is_prefix: bool) -> str:
    """What a folded field contains if the tokens follow each other in it. A word in Hangul may have particles, and be
    part of a longer word; other words begin where the tokens do, and end there too, unless `is_prefix`."""
    before = "" if HANGUL.match(tokens[0]) else " "
    after = "" if is_prefix or HANGUL.match(tokens[-1]) else " "
    return f"{before}{' '.join(tokens)}{after}"
