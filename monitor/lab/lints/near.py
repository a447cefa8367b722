"""Lints of `near`: too many things for one sentence, and words that would have to be two things at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from monitor.lab.annotated_document import NETS, AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.lab.lints.words import WordIndex, words_of_part
from monitor.model import AllOf, AnyOf, Field, Near, NewsIn, Not, Rule, WordList

MAX_THINGS = 3
"""How many things a headline says; each further thing is missing in every second headline."""
_SHOWN = 3  # words; the others are not listed
_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth")


def lint_many_things(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """More things in one `near`, or in the title, than a headline says."""
    for part in _list_match_parts(annotated):
        yield from _lint_things(annotated, part, in_title=_is_title_only(annotated.definition))


def _is_title_only(definition: object) -> bool:
    return isinstance(definition, Rule) and definition.news_in is NewsIn.TITLE


def _lint_things(annotated: AnnotatedDocument, part: ConditionPart, *, in_title: bool) -> Iterator[Lint]:
    in_title = in_title or part.field is Field.TITLE
    if isinstance(part.condition, Near) or (isinstance(part.condition, AllOf) and in_title):
        if (things := _count_things(part)) > MAX_THINGS:
            where = "near each other" if isinstance(part.condition, Near) else "in the title"
            problem = f"{things} things must be {where}: the rule misses a headline that leaves one out"
            hint = "keep those that distinguish this from other news; use the rest to raise the level, or under unless"
            yield annotated.make_lint(LintKind.MANY_THINGS, part.path, problem, hint)
        return
    for inner in part.parts:
        yield from _lint_things(annotated, inner, in_title=in_title)


def _count_things(part: ConditionPart) -> int:
    """How many things an article must say, at least, for the condition to hold."""
    if isinstance(part.condition, Not):
        return 0
    if isinstance(part.condition, AnyOf):
        return min(map(_count_things, part.parts))
    return sum(map(_count_things, part.parts)) if part.parts else 1


def lint_shared_words(annotated: AnnotatedDocument, lists: Mapping[str, WordList]) -> Iterator[Lint]:
    """Words that belong to two members of a `near`: one word counts for only one of them."""
    for part in (part for net in _list_match_parts(annotated) for part in net.positive_parts()):
        if isinstance(part.condition, Near) and not part.condition.may_share_words:
            yield from _lint_shared_in_near(annotated, part, lists)


def _lint_shared_in_near(
    annotated: AnnotatedDocument, near: ConditionPart, lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    for (first, one), (second, other) in combinations(enumerate(near.parts), 2):
        if words := _find_words_in_both(one, other, lists):
            some = ", ".join(f"'{word}'" for word in words[:_SHOWN]) + (" ..." if len(words) > _SHOWN else "")
            name = f"{_name_part(first, one)} and {_name_part(second, other)}"
            problem = f"{some} would have to be {name} at once: a word counts for one of them only"
            hint = "if it says both, write may_share_words: true beside within; else take it out of one of the two"
            yield annotated.make_lint(LintKind.SHARED_WORD, near.path, problem, hint)


def _find_words_in_both(one: ConditionPart, other: ConditionPart, lists: Mapping[str, WordList]) -> list[str]:
    """The words of either part that are or contain a word of the other part, and no further word of their own part:
    降息 is both a rate and a cut, while “product recall” has a word for each of the two. Two parts with the same
    words mean that the word must be there twice: this is no problem."""
    words, other_words = (frozenset(words_of_part(part, lists)) for part in (one, other))
    if words == other_words:
        return []
    index, other_index = WordIndex(words), WordIndex(other_words)
    shared = {
        term.text
        for term in words
        if other_index.terms_implied_by(term) and index.terms_implied_by(term) <= {term.text}
    }
    return sorted(
        shared
        | {
            term.text
            for term in other_words
            if index.terms_implied_by(term) and other_index.terms_implied_by(term) <= {term.text}
        }
    )


def _name_part(number: int, part: ConditionPart) -> str:
    return f"`{part.name}`" if part.name else f"the {_NUMBERS[number]}"


def _list_match_parts(annotated: AnnotatedDocument) -> Iterator[ConditionPart]:
    return (part for net in NETS for part in annotated.conditions.get(net, ()))
