"""What is inside conditions and lists, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, product

from monitor.model.leaf_conditions import Term
from monitor.model.rules import AllOf, AnyOf, Condition, Ignoring, In, Named, Near, Times, WordList


def named_within(condition: Condition) -> Iterator[Named]:
    """Every condition inside this one that has a name, itself first; none that must not hold."""
    match condition:
        case Named():
            yield condition
            yield from named_within(condition.condition)
        case AllOf() | AnyOf() | Near():
            for each in condition.conditions:
                yield from named_within(each)
        case Ignoring() | In() | Times():
            yield from named_within(condition.condition)


def lists_within(word_list: WordList, lists: Mapping[str, WordList]) -> tuple[WordList, ...]:
    """The list, and those that it takes in, each once. KeyError where one of them is not among `lists`."""
    found = {word_list.id: word_list}
    new = [word_list]
    while new:
        named = dict.fromkeys(name for each in new for name in each.lists if name not in found)
        new = [lists[name] for name in named]
        found |= {each.id: each for each in new}
    return tuple(found.values())


def terms_within(word_list: WordList, lists: Mapping[str, WordList]) -> tuple[Term, ...]:
    """All words of the list, those of the lists that it takes in among them, each once."""
    return tuple(dict.fromkeys(term for each in lists_within(word_list, lists) for term in each.terms))


def entities_within(word_list: WordList, lists: Mapping[str, WordList]) -> tuple[str, ...]:
    """The ids of all entities that the list takes in, each once."""
    return tuple(dict.fromkeys(name for each in lists_within(word_list, lists) for name in each.entities))


def expand_all_in_near(near: Near) -> Near | AnyOf:
    """The same with no `all` inside it: A near any of B and (all of C and D) is A near B, or A near C and D."""
    if not any(map(_contains_all_of, near.conditions)):
        return near
    ways = product(*map(_list_alternatives, near.conditions))
    nears = tuple(replace(near, conditions=tuple(chain.from_iterable(way))) for way in ways)
    return nears[0] if len(nears) == 1 else AnyOf(nears)


def _list_alternatives(condition: Condition) -> list[tuple[Condition, ...]]:
    """What stands near the others, in each way in which a member of a near can hold."""
    match condition:
        case Named(name, inner) if _contains_all_of(inner):
            return [tuple(Named(name, each) for each in way) for way in _list_alternatives(inner)]
        case AllOf(conditions):
            return [tuple(chain.from_iterable(way)) for way in product(*map(_list_alternatives, conditions))]
        case AnyOf(conditions) if _contains_all_of(condition):
            together = tuple(each for each in conditions if not _contains_all_of(each))
            others = [way for each in conditions if _contains_all_of(each) for way in _list_alternatives(each)]
            return [(AnyOf(together),), *others] if together else others
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
