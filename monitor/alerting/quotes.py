"""Sentences of an article that hold evidence, with the words highlighted. Evidence in authors, tags or the address has
no sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from monitor.model import Article, Field, Match, Span
from monitor.text.folding import folded_tokens
from monitor.text.sentences import split_sentences

_Sentence = tuple[Field, int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an article's field, and the (start, end) offsets of its evidence."""

    field: Field
    sentence: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MatchQuote:
    """What a message shows of a match: the sentence that it quotes, the (start, end) offsets of the evidence in that,
    and all evidence in words."""

    sentence: str
    highlights: tuple[tuple[int, int], ...]
    evidence_words: str


def quote_match(article: Article, match: Match) -> MatchQuote:
    """What a message shows of a match of this article."""
    quote = quote_best_sentence(article, match.evidence)
    return MatchQuote(quote.sentence, quote.highlights, evidence_in_words(match))


def quote_best_sentence(article: Article, evidence: Sequence[Span]) -> Quote:
    """The sentence that holds most of the evidence, the first of several; the title only if no other sentence that says
    more holds any, because a message shows it anyway. Without evidence: the title, or the beginning of an article
    without one."""
    texts = {Field.TITLE: article.title, Field.TEXT: article.text}
    if counts := _count_by_sentence(texts, evidence):
        # equal counts keep the order of the evidence
        ranked = [sentence for sentence, _ in counts.most_common()]
        of_text = (each for each in ranked if each[0] is Field.TEXT)
        adding = (each for each in of_text if not repeats_title(article.text[each[1] : each[2]], article.title))
        return _build_quote(texts, evidence, next(adding, ranked[0]))
    begins = split_sentences(article.text)
    if article.title or not begins:
        return Quote(Field.TITLE, article.title, ())
    return _build_quote(texts, (), (Field.TEXT, *begins[0]))


def quote_all_sentences(title: str, text: str, evidence: Sequence[Span]) -> list[Quote]:
    """Every sentence that holds evidence, in reading order: the title first."""
    texts = {Field.TITLE: title, Field.TEXT: text}
    sentences = sorted(
        _count_by_sentence(texts, evidence),
        key=lambda span: (span[0] is Field.TEXT, span[1]),
    )
    return [_build_quote(texts, evidence, span) for span in sentences]


def quote_lead(title: str, text: str) -> Quote | None:
    """The first sentence of a text that does not only repeat the title; None: there is none."""
    texts = {Field.TITLE: title, Field.TEXT: text}
    sentences = (_build_quote(texts, (), (Field.TEXT, *span)) for span in split_sentences(text))
    return next((quote for quote in sentences if not repeats_title(quote.sentence, title)), None)


def repeats_title(sentence: str, title: str) -> bool:
    """Whether a sentence says nothing beyond the title, as the first one of many feeds."""
    if not (words := folded_tokens(sentence)):
        return sentence in title
    return f" {' '.join(words)} " in f" {' '.join(folded_tokens(title))} "


def evidence_in_words(match: Match) -> str:
    """“North Korea”, “missiles” in the title; “fired” in the text. Of a span inside another, only the longer one."""
    outer_spans = [span for span in match.evidence if not any(_contains_span(other, span) for other in match.evidence)]
    parts = []
    for field in dict.fromkeys(span.field for span in outer_spans):
        words = dict.fromkeys(f"“{span.text}”" for span in outer_spans if span.field is field)
        parts.append(f"{', '.join(words)} in the {field}")
    return "; ".join(parts)


def _contains_span(one: Span, other: Span) -> bool:
    inside = one.field is other.field and one.start <= other.start and other.end <= one.end
    return inside and (one.start, one.end) != (other.start, other.end)


def highlight_sentence(
    sentence: str, highlights: Iterable[tuple[int, int]], wrapping: tuple[str, str], show: Callable[[str], str] = str
) -> str:
    """The sentence with `wrapping` around its highlights, and each piece as `show` gives it. If highlights overlap, the
    first is kept. Highlights that touch become one, as they mostly do in Chinese."""
    parts, done = [], 0
    for start, end in _merge_touching(highlights):
        parts += [show(sentence[done:start]), wrapping[0], show(sentence[start:end]), wrapping[1]]
        done = end
    return "".join([*parts, show(sentence[done:])])


def _merge_touching(highlights: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in highlights:
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        elif not joined or start > joined[-1][1]:
            joined.append((start, end))
    return joined


def _count_by_sentence(texts: dict[Field, str], evidence: Sequence[Span]) -> Counter[_Sentence]:
    """The sentences that hold evidence, and how much each holds, in the order of the evidence."""
    # A title counts as one sentence, whatever its punctuation.
    places = {Field.TITLE: ((0, len(texts[Field.TITLE])),), Field.TEXT: split_sentences(texts[Field.TEXT])}
    found: Counter[_Sentence] = Counter()
    for span in evidence:
        number = bisect_right(places.get(span.field, ()), span.start, key=itemgetter(0)) - 1
        if number >= 0 and span.start < places[span.field][number][1]:
            found[span.field, *places[span.field][number]] += 1
    return found


def _build_quote(texts: dict[Field, str], evidence: Sequence[Span], within: _Sentence) -> Quote:
    field, start, end = within
    inside = (span for span in evidence if span.field is field and start <= span.start < end)
    highlights = sorted({(span.start - start, min(span.end, end) - start) for span in inside})
    return Quote(field, texts[field][start:end], tuple(highlights))
