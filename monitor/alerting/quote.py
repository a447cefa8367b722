"""The sentence that fired, with its words marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Article, Field, Span
from monitor.text.sentences import sentences


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the article and the (start, end) of the fired words in it."""

    sentence: str
    marks: tuple[tuple[int, int], ...]


def quote(article: Article, evidence: Sequence[Span]) -> Quote:
    """The sentence that holds most of the evidence; of several the first."""
    texts = {Field.TITLE: article.title, Field.TEXT: article.text}
    places = {field: sentences(text) for field, text in texts.items()}
    places[Field.TITLE] = [(0, len(article.title))]  # a title is one sentence, whatever stands in it
    homes = [(span.field, a, b) for span in evidence for a, b in places[span.field] if a <= span.start < b]
    if not homes:
        return Quote(article.title, ())
    (field, start, end), _ = Counter(homes).most_common(1)[0]  # equal counts keep the order of the evidence
    inside = (span for span in evidence if span.field is field and start <= span.start < end)
    marks = sorted({(span.start - start, min(span.end, end) - start) for span in inside})
    return Quote(texts[field][start:end], tuple(marks))
