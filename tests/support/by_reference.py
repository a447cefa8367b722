"""The values of what a rule's `by` names once more, slow and obviously right, for the reference evaluator.

Where the words of the language leave a choice, this is what was chosen: the news limit is that of title and lead,
whatever the rule's `news_in`; `times` and `all` leave each place that there is; `near` leaves those of its members that
stand together with the others. Terms of one text, in several languages, are found as each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    DayNamed,
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
    NumberNamed,
    Pattern,
    Rule,
    Term,
    Times,
    Words,
)
from monitor.text.folding import folded_tokens
from monitor.text.scripts import is_unspaced
from tests.support.reference import PROSE, Hit, Reading, belongs, ways

_Place = tuple[Field, int, int]
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
    for way in ways(near):
        choices = reading.choices(way, field, "", reading.within(NewsIn.LEAD))
        together = [chosen for chosen in choices if reading.together(chosen, near)]
        for number, member in enumerate(way):
            yield from _at(member, {chosen[number].place for chosen in together}, reading, names, field)


def _at(member: Condition, places: set[_Place], reading: Reading, names: frozenset[str], field: Field | None) -> _Found:
    """What a member of a near finds at these places; if it is a near itself, all that its own members find inside."""
    match member:
        case Named():
            yield from _at(member.condition, places, reading, names | {member.name}, field)
        case AnyOf():
            for each in member.conditions:
                yield from _at(each, places, reading, names, field)
        case Near():
            own = [
                hit for hit in reading.counted(member, field, "", reading.within(NewsIn.TEXT)) if hit.place in places
            ]
            inside = (each for way in ways(member) for one in way for each in _found(one, reading, names, field))
            yield from (each for each in inside if any(map(each[1].inside, own)))
        case _:
            yield from (each for each in _found(member, reading, names, field) if each[1].place in places)


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
        case EntityNamed() | GroupNamed():
            for entity in (each for each in reading.world.entities.values() if belongs(each, condition)):
                yield from ((hit, f"entity:{entity.id}") for hit in reading.entity(entity))
        case NumberNamed():
            numbers = [each for zone in PROSE for each in reading.numbers(zone, condition)]
            yield from ((hit, f"word:any:{value:g}") for hit, value in numbers)
        case Pattern() | DayNamed():
            hits = reading.standing(condition)
            yield from (
                (hit, "".join(["word:any:", *reading.zones[hit.zone].folded[hit.first : hit.end]])) for hit in hits
            )
        case Ignoring():
            inner = _standing(condition.condition, reading)
            yield from (each for each in inner if reading.outside_ignored([each[0]], condition.ignore))


def _word(term: Term) -> str:
    return f"word:{term.language.split('-')[0]}:{_text(term)}"


def _text(term: Term) -> str:
    said = ""
    for token in folded_tokens(term.text):
        said += token if is_unspaced(token) and said[-1:] and is_unspaced(said[-1]) else f" {token}"
    return said.strip()
