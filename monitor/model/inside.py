"""What is inside conditions and lists, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.model.rules import AllOf, AnyOf, Condition, Ignoring, In, Named, Near, Term, Times, WordList


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
