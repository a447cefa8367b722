"""Finds what is inside conditions and lists, at any depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, product

from monitor.model.decisions import Span
from monitor.model.leaf_conditions import (
    DayNamed,
    EntityNamed,
    ListNamed,
    NumberNamed,
    Pattern,
    Term,
    expression_text,
)
from monitor.model.rules import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    GroupNamed,
    Ignoring,
    In,
    Named,
    Near,
    Rule,
    Times,
    WordList,
)


def named_within(condition: Condition) -> Iterator[Named]:
    """Every condition inside this one that has a name, this one first; without those inside a `Not`."""
    match condition:
        case Named():
            yield condition
            yield from named_within(condition.condition)
        case AllOf() | AnyOf() | Near():
            for part in condition.conditions:
                yield from named_within(part)
        case Ignoring() | In() | Times():
            yield from named_within(condition.condition)


def expressions_within(condition: Condition) -> Iterator[str]:
    """The texts by which the evidence names patterns, numbers and days, except those inside a `Not`."""
    match condition:
        case AllOf() | AnyOf() | Near():
            for part in condition.conditions:
                yield from expressions_within(part)
        case Ignoring() | In() | Times() | Named():
            yield from expressions_within(condition.condition)
        case Pattern() | NumberNamed() | DayNamed():
            yield expression_text(condition)


def words_in_evidence(rule: Rule, evidence: Iterable[Span]) -> frozenset[str]:
    """The words and names in the evidence of a match of this rule, as rules and entities write them. Patterns, numbers
    and days are left out: another article need not mean the same by them."""
    expressions = (expressions_within(part) for part in (rule.condition, rule.mention) if part is not None)
    return frozenset(span.term for span in evidence).difference(*expressions)


def lists_within(word_list: WordList, lists: Mapping[str, WordList]) -> tuple[WordList, ...]:
    """The list and all lists that it includes, each once. KeyError if one of them is not among `lists`."""
    found = {word_list.id: word_list}
    new = [word_list]
    while new:
        named = dict.fromkeys(name for one in new for name in one.lists if name not in found)
        new = [lists[name] for name in named]
        found |= {one.id: one for one in new}
    return tuple(found.values())


def terms_within(word_list: WordList, lists: Mapping[str, WordList]) -> tuple[Term, ...]:
    """All terms of the list and of the lists that it includes, each once."""
    return tuple(dict.fromkeys(term for one in lists_within(word_list, lists) for term in one.terms))


def entities_within(word_list: WordList, lists: Mapping[str, WordList]) -> tuple[str, ...]:
    """The ids of all entities that the list and the lists inside it include, each once."""
    return tuple(dict.fromkeys(name for one in lists_within(word_list, lists) for name in one.entities))


def entities_of_leaf(
    condition: Condition, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterable[Entity]:
    """The entities any one of which a condition without parts asks for: one, those of a group, or those of a list.
    KeyError if it names what is not given."""
    match condition:
        case EntityNamed(name):
            return [entities[name]]
        case GroupNamed():
            return [entity for entity in entities.values() if condition.includes(entity)]
        case ListNamed(name):
            return [entities[id_] for id_ in entities_within(lists[name], lists)]
        case _:
            return []


def entities_asked_for(
    condition: Condition, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterator[Entity]:
    """The entities that a condition or its parts ask for; without those inside a `Not`. KeyError if it names what is
    not given."""
    match condition:
        case AllOf() | AnyOf() | Near():
            for part in condition.conditions:
                yield from entities_asked_for(part, entities, lists)
        case Ignoring() | In() | Times() | Named():
            yield from entities_asked_for(condition.condition, entities, lists)
        case _:
            yield from entities_of_leaf(condition, entities, lists)


def expand_all_in_near(near: Near) -> Near | AnyOf:
    """The same condition with no `all` inside it: A near any of B and (all of C and D) becomes A near B, or A near C
    and D."""
    if not any(map(_contains_all_of, near.conditions)):
        return near
    ways = product(*map(_list_alternatives, near.conditions))
    nears = tuple(replace(near, conditions=tuple(chain.from_iterable(way))) for way in ways)
    return nears[0] if len(nears) == 1 else AnyOf(nears)


def _list_alternatives(condition: Condition) -> list[tuple[Condition, ...]]:
    """The ways in which a member of a near can hold. Each way lists the conditions that must then be near the
    others."""
    match condition:
        case Named(name, inner) if _contains_all_of(inner):
            return [tuple(Named(name, part) for part in way) for way in _list_alternatives(inner)]
        case AllOf(conditions):
            return [tuple(chain.from_iterable(way)) for way in product(*map(_list_alternatives, conditions))]
        case AnyOf(conditions) if _contains_all_of(condition):
            simple = tuple(part for part in conditions if not _contains_all_of(part))
            others = [way for part in conditions if _contains_all_of(part) for way in _list_alternatives(part)]
            return [(AnyOf(simple),), *others] if simple else others
        case _:
            return [(condition,)]


def _contains_all_of(condition: Condition) -> bool:
    match condition:
        case Named(_, inner):
            return _contains_all_of(inner)
        case AnyOf(conditions):
            return any(map(_contains_all_of, conditions))
        case _:
            return isinstance(condition, AllOf)
