"""Lints of what must stand together: too many things for one sentence, and two that one word would have to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from monitor.lab.annotated_document import NETS, AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.lab.lints.words import WordIndex, words_of_part
from monitor.model import AllOf, AnyOf, Field, Near, NewsIn, Not, Rule, WordList

MOST = 3
"""So many things a headline says; of each further one it leaves out every second."""
_SHOWN = 3  # words of many
_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth")


def lint_many_things(written: AnnotatedDocument) -> Iterator[Lint]:
    """More things in one `near`, or in the title, than a headline says."""
    for part in _list_match_parts(written):
        yield from _lint_things(written, part, in_title=_is_title_only(written.definition))


def _is_title_only(says: object) -> bool:
    return isinstance(says, Rule) and says.news_in is NewsIn.TITLE


def _lint_things(written: AnnotatedDocument, part: ConditionPart, *, in_title: bool) -> Iterator[Lint]:
    in_title = in_title or part.field is Field.TITLE
    if isinstance(part.condition, Near) or (isinstance(part.condition, AllOf) and in_title):
        if (things := _count_things(part)) > MOST:
            where = "near each other" if isinstance(part.condition, Near) else "in the title"
            what = f"{things} things must be {where}: the rule misses a headline that leaves one out"
            meant = "keep those that distinguish this from other news; use the rest to raise the level, or under unless"
            yield written.make_lint(LintKind.MANY_THINGS, part.path, what, meant)
        return
    for each in part.parts:
        yield from _lint_things(written, each, in_title=in_title)


def _count_things(part: ConditionPart) -> int:
    """How many things must be said for it to hold, at least."""
    if isinstance(part.condition, Not):
        return 0
    if isinstance(part.condition, AnyOf):
        return min(map(_count_things, part.parts))
    return sum(map(_count_things, part.parts)) if part.parts else 1


def lint_shared_words(written: AnnotatedDocument, lists: Mapping[str, WordList]) -> Iterator[Lint]:
    """Two members of a `near` of which one word would have to be both: alone it is only one of them."""
    for part in (part for net in _list_match_parts(written) for part in net.positive_parts()):
        if isinstance(part.condition, Near) and not part.condition.may_share_words:
            yield from _lint_shared_in_near(written, part, lists)


def _lint_shared_in_near(
    written: AnnotatedDocument, near: ConditionPart, lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    for (first, one), (second, other) in combinations(enumerate(near.parts), 2):
        if words := _find_words_in_both(one, other, lists):
            some = ", ".join(f"'{word}'" for word in words[:_SHOWN]) + (" ..." if len(words) > _SHOWN else "")
            called = f"{_name_part(first, one)} and {_name_part(second, other)}"
            what = f"{some} would have to be {called} at once: a word is only one of them, so that it needs another"
            meant = "if it says both, write may_share_words: true beside within; else take it out of one of the two"
            yield written.make_lint(LintKind.SHARED_WORD, near.path, what, meant)


def _find_words_in_both(one: ConditionPart, other: ConditionPart, lists: Mapping[str, WordList]) -> list[str]:
    """The words of either that are, or hold, a word of the other, and nothing else that would make it hold: 降息 is a
    rate and a cut, while “product recall” has a word for each of the two. Who asks for the same words twice wants two
    of them."""
    mine, its = (frozenset(words_of_part(part, lists)) for part in (one, other))
    if mine == its:
        return []
    of_mine, of_its = WordIndex(mine), WordIndex(its)
    found = {
        term.text for term in mine if of_its.terms_implied_by(term) and of_mine.terms_implied_by(term) <= {term.text}
    }
    return sorted(
        found
        | {term.text for term in its if of_mine.terms_implied_by(term) and of_its.terms_implied_by(term) <= {term.text}}
    )


def _name_part(number: int, part: ConditionPart) -> str:
    return f"`{part.name}`" if part.name else f"the {_NUMBERS[number]}"


def _list_match_parts(written: AnnotatedDocument) -> Iterator[ConditionPart]:
    return (part for net in NETS for part in written.conditions.get(net, ()))
