"""The sentences that fired, with their words marked. Evidence in authors, tags or the address has no sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from monitor.model import Article, Field, Span
from monitor.text.sentences import split_sentences

_Home = tuple[Field, int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an article's field, and the (start, end) of the fired words in it."""

    field: Field
    sentence: str
    marks: tuple[tuple[int, int], ...]


def quote_best_sentence(article: Article, evidence: Sequence[Span]) -> Quote:
    """The sentence that holds most of the evidence; of several the first. Where none does: the title, or the beginning
    of an article without one."""
    texts = {Field.TITLE: article.title, Field.TEXT: article.text}
    if homes := _count_by_sentence(texts, evidence):
        # equal counts keep the order of the evidence
        return _build_quote(texts, evidence, homes.most_common(1)[0][0])
    begins = split_sentences(article.text)
    if article.title or not begins:
        return Quote(Field.TITLE, article.title, ())
    return _build_quote(texts, (), (Field.TEXT, *begins[0]))


def quote_all_sentences(title: str, text: str, evidence: Sequence[Span]) -> list[Quote]:
    """Every sentence that holds evidence, the title first, in the order in which one reads."""
    texts = {Field.TITLE: title, Field.TEXT: text}
    homes = sorted(_count_by_sentence(texts, evidence), key=lambda home: (home[0] is Field.TEXT, home[1]))
    return [_build_quote(texts, evidence, home) for home in homes]


def highlight_sentence(
    sentence: str, marks: Iterable[tuple[int, int]], around: tuple[str, str], show: Callable[[str], str] = str
) -> str:
    """The sentence with `around` its marks, each piece as `show` gives it; of marks that overlap the first is kept, and
    those that touch are one, as they mostly do in Chinese."""
    parts, done = [], 0
    for start, end in _merge_touching(marks):
        parts += [show(sentence[done:start]), around[0], show(sentence[start:end]), around[1]]
        done = end
    return "".join([*parts, show(sentence[done:])])


def _merge_touching(marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        elif not joined or start > joined[-1][1]:
            joined.append((start, end))
    return joined


def _count_by_sentence(texts: dict[Field, str], evidence: Sequence[Span]) -> Counter[_Home]:
    """The sentences that hold evidence, and how much; in the order of the evidence."""
    # A title counts as one sentence, whatever its punctuation.
    places = {Field.TITLE: ((0, len(texts[Field.TITLE])),), Field.TEXT: split_sentences(texts[Field.TEXT])}
    found: Counter[_Home] = Counter()
    for span in evidence:
        number = bisect_right(places.get(span.field, ()), span.start, key=itemgetter(0)) - 1
        if number >= 0 and span.start < places[span.field][number][1]:
            found[span.field, *places[span.field][number]] += 1
    return found


def _build_quote(texts: dict[Field, str], evidence: Sequence[Span], home: _Home) -> Quote:
    field, start, end = home
    inside = (span for span in evidence if span.field is field and start <= span.start < end)
    marks = sorted({(span.start - start, min(span.end, end) - start) for span in inside})
    return Quote(field, texts[field][start:end], tuple(marks))
