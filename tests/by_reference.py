"""The values of what a rule's `by` names once more, slow and obviously right, for the reference evaluator.

Where the words of the language leave a choice, this is what was chosen: the news limit is that of title and lead,
whatever the rule's `news_in`; `times` and `all` leave each place that there is; `near` leaves those of its members that
stand together with the others. Terms of one text, in several languages, are found as each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    EntityNamed,
    Field,
    GroupNamed,
    Ignoring,
    In,
    ListNamed,
    Named,
    Near,
    NewsIn,
    Not,
    Pattern,
    Rule,
    Term,
    Times,
    Words,
)
from monitor.text.folding import folded_tokens
from monitor.text.scripts import is_unspaced
from tests.reference import Hit, Reading, belongs, ways

_Found = Iterator[tuple[frozenset[str], Hit, str]]
"""The names of the conditions that a hit is inside of, the hit, and its value."""


def values_by(rule: Rule, reading: Reading) -> dict[str, set[str]]:
    """The values of each name."""
    values: dict[str, set[str]] = {name: set() for name in rule.alert.by}
    within = reading.within(NewsIn.LEAD)
    for names, hit, value in _found(rule.condition, reading, frozenset(), None):
        for name in names & values.keys() if within(hit) else ():
            values[name].add(value)
    return values


def _found(condition: Condition, reading: Reading, names: frozenset[str], field: Field | None) -> _Found:
    match condition:
        case Named():
            yield from _found(condition.condition, reading, names | {condition.name}, field)
        case In():
            yield from _found(condition.condition, reading, names, condition.field)
        case Times():
            yield from _found(condition.condition, reading, names, field)
        case AllOf() | AnyOf():
            for each in condition.conditions:
                yield from _found(each, reading, names, field)
        case Not():
            pass
        case Near():
            yield from _near(condition, reading, names, field)
        case _:
            hits = ((hit, value) for hit, value in _standing(condition, reading) if reading.in_field(hit, field))
            yield from ((names, hit, value) for hit, value in hits)


def _near(near: Near, reading: Reading, names: frozenset[str], field: Field | None) -> _Found:
    within = reading.within(NewsIn.LEAD)
    for way in ways(near):
        members = [[each for each in _found(one, reading, names, field) if within(each[1])] for one in way]
        hits = [{replace(hit, term="", node="") for _, hit, _ in member} for member in members]
        together = [chosen for chosen in product(*hits) if reading.together(chosen, near)]
        for number, member in enumerate(members):
            places = {chosen[number].place for chosen in together}
            yield from (each for each in member if each[1].place in places)


def _standing(condition: Condition, reading: Reading) -> Iterator[tuple[Hit, str]]:
    """The hits of words, a list, an entity, a group or a pattern, in all zones, each with its value."""
    match condition:
        case Words():
            for term in condition.terms:
                values = {_word(each) for each in condition.terms if _text(each) == _text(term)}
                yield from product(reading.term(term), values)
        case ListNamed():
            lists = reading.lists_in(reading.world.lists[condition.list])
            yield from _standing(Words(tuple({term for each in lists for term in each.terms})), reading)
            for name in (name for each in lists for name in each.entities):
                yield from _standing(EntityNamed(name), reading)
        case EntityNamed():
            entity = reading.world.entities[condition.entity]
            yield from ((hit, f"entity:{entity.id}") for hit in reading.entity(entity))
        case GroupNamed():
            members = [each.id for each in reading.world.entities.values() if belongs(each, condition)]
            for each in members:
                yield from _standing(EntityNamed(each), reading)
        case Pattern():
            hits = reading.standing(condition)
            yield from (
                (hit, "".join(["word:any:", *reading.zones[hit.zone].folded[hit.first : hit.end]])) for hit in hits
            )
        case Ignoring():
            inner = _standing(condition.condition, reading)
            yield from (each for each in inner if not reading.ignored(each[0], condition.ignore))


def _word(term: Term) -> str:
    return f"word:{term.language.split('-')[0]}:{_text(term)}"


def _text(term: Term) -> str:
    said = ""
    for token in folded_tokens(term.text):
        said += token if is_unspaced(token) and said[-1:] and is_unspaced(said[-1]) else f" {token}"
    return said.strip()
