"""Changes that could remove noise: articles that a rule hits and must not hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.examples import MIN_SUPPORT, UNKNOWN_LANGUAGE, Example
from monitor.lab.improving.phrases import find_phrases, surrounding_phrases, write_in_lower_case
from monitor.lab.improving.relaxing import Definitions, RulePart, list_parts
from monitor.lab.improving.rule_changes import DropByTitle, IgnoreInside, RemoveWord, RuleChange, SetNearness
from monitor.lab.lints.words import words_of_part
from monitor.model import Field, Match, Near, Term, Unit, Words
from monitor.text.folding import fold

_TRIED = 80  # changes of each kind that are tried, those first that concern most articles
_NARROWER: Mapping[Unit, tuple[int | Unit, ...]] = {Unit.PARAGRAPH: (Unit.SENTENCE,), Unit.SENTENCE: (20, 10)}
_WIDER: Mapping[Unit, tuple[int | Unit, ...]] = {Unit.SENTENCE: (Unit.PARAGRAPH,), Unit.PARAGRAPH: ()}
_MAX_WORDS = 99

NoisyMatch = tuple[Example, Match]


def list_noise_changes(
    annotated: AnnotatedDocument, noise: Sequence[NoisyMatch], good: Sequence[Example], definitions: Definitions
) -> list[RuleChange]:
    """Changes that could remove some of these matches. Whether they do, and what else they change, is to be tried."""
    leaves = [at for at in list_parts(annotated) if not at.part.parts]
    return [
        *_list_removals(leaves, noise),
        *_list_ignores(leaves, noise, definitions),
        *_list_title_words(noise, good),
        *_list_nearness(annotated, _NARROWER, lambda words: words // 2),
    ]


def list_wider_nearness(annotated: AnnotatedDocument) -> list[RuleChange]:
    """The rule's `near` conditions, each with more room."""
    return [*_list_nearness(annotated, _WIDER, lambda words: min(2 * words, _MAX_WORDS))]


def _list_removals(leaves: Sequence[RulePart], noise: Sequence[NoisyMatch]) -> Iterator[RuleChange]:
    found = Counter(chain.from_iterable({span.term for span in match.evidence} for _, match in noise))
    for text, count in found.most_common(_TRIED):
        for at in leaves if count >= MIN_SUPPORT else ():
            if isinstance(at.part.condition, Words) and len(at.part.condition.terms) > 1:
                yield from (RemoveWord(at, term) for term in at.part.condition.terms if term.text == text)


def _list_ignores(
    leaves: Sequence[RulePart], noise: Sequence[NoisyMatch], definitions: Definitions
) -> Iterator[RuleChange]:
    """Longer phrases around the evidence that several articles share."""
    found: Counter[tuple[str, str, str]] = Counter()
    for example, match in noise:
        phrases = {
            (phrase, span.term, example.language)
            for span in match.evidence
            for phrase in surrounding_phrases(_field_text(example, span.field), span.start, span.end)
        }
        found.update(phrases)
    shared = [key for key, count in found.most_common(_TRIED) if count >= MIN_SUPPORT]
    for phrase, word, language in shared:
        if language == UNKNOWN_LANGUAGE:
            continue
        for at in leaves:
            if any(term.text == word for term in words_of_part(at.part, definitions.lists)):
                yield IgnoreInside(at, Term(phrase, language))


def _field_text(example: Example, field: Field) -> str:
    return example.article.title if field is Field.TITLE else example.article.text


def _list_title_words(noise: Sequence[NoisyMatch], good: Sequence[Example]) -> Iterator[RuleChange]:
    """Words that several titles of noise have, and that neither the rule nor the title of a wanted article has."""
    own = {fold(span.text) for _, match in noise for span in match.evidence}
    wanted = own.union(*(find_phrases(example.article.title, example.language) for example in good))
    found: Counter[tuple[str, str]] = Counter()
    for example, _ in noise:
        phrases = find_phrases(example.article.title, example.language)
        found.update((phrase, example.language) for folded, phrase in phrases.items() if folded not in wanted)
    for (phrase, language), count in found.most_common(_TRIED):
        if count >= MIN_SUPPORT and language != UNKNOWN_LANGUAGE:
            yield DropByTitle(Term(write_in_lower_case(phrase), language))


def _list_nearness(
    annotated: AnnotatedDocument, steps: Mapping[Unit, tuple[int | Unit, ...]], change_words: Callable[[int], int]
) -> Iterator[RuleChange]:
    for at in list_parts(annotated):
        near = at.part.condition
        if isinstance(near, Near):
            for within in steps[near.unit] if near.words is None else (change_words(near.words),):
                if within not in (0, near.words):
                    yield SetNearness(at, within)
