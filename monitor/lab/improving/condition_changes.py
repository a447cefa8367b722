"""Changes a part of a condition, wherever it is in the tree: the rest stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from monitor.model import AllOf, AnyOf, Condition, Ignore, Ignoring, In, Named, Near, Not, Times, Words
from monitor.model.leaf_conditions import Term

Position = tuple[int, ...]
"""The numbers of the parts, from 0, that lead from a condition to one inside it. `Named`, `In`, `Times` and `Ignoring`
belong to what they wrap, so they have no number."""
Change = Callable[[Condition], Condition | None]
"""Returns a condition changed; None: it is left out."""

_WRAPPERS = (Named, In, Times, Ignoring)


def change_part(condition: Condition, position: Position, change: Change) -> Condition | None:
    """Return the condition with the part at a position changed. An `all`, `any` or `near` of which one part is left is
    that part; one of which no part is left is left out. Raises IndexError if there is no such part."""
    if not position:
        return change(condition)
    if isinstance(condition, _WRAPPERS):
        inner = change_part(condition.condition, position, change)
        return None if inner is None else replace(condition, condition=inner)
    if isinstance(condition, Not):
        inner = change_part(condition.condition, position[1:], change)
        return None if inner is None else Not(inner)
    if not isinstance(condition, AllOf | AnyOf | Near):
        raise IndexError(position)
    parts: list[Condition | None] = [*condition.conditions]
    parts[position[0]] = change_part(condition.conditions[position[0]], position[1:], change)
    return _with_parts(condition, [part for part in parts if part is not None])


def kinds_on_path(condition: Condition, position: Position) -> list[type]:
    """What the condition is, and what each part is that leads to a position; shorter if there is no such part."""
    condition = unwrap(condition)
    kinds = [type(condition)]
    if position and isinstance(condition, AllOf | AnyOf | Near) and position[0] < len(condition.conditions):
        return kinds + kinds_on_path(condition.conditions[position[0]], position[1:])
    return kinds


def find_part(condition: Condition, position: Position) -> Condition:
    """Return the part at a position. Raises IndexError if there is no such part."""
    if not position:
        return condition
    inner = unwrap(condition)
    if not isinstance(inner, AllOf | AnyOf | Near):
        raise IndexError(position)
    return find_part(inner.conditions[position[0]], position[1:])


def change_inside(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """Return the condition with what it consists of changed, inside its name, field, count and `ignore`."""
    if isinstance(condition, _WRAPPERS):
        return replace(condition, condition=change_inside(condition.condition, change))
    return change(condition)


def leave_out_parts(condition: Condition, numbers: Collection[int]) -> Condition | None:
    """Return an `all`, `any` or `near` without some of its parts, as `change_part` does."""
    if isinstance(condition, _WRAPPERS):
        inner = leave_out_parts(condition.condition, numbers)
        return None if inner is None else replace(condition, condition=inner)
    assert isinstance(condition, AllOf | AnyOf | Near)
    kept = [part for number, part in enumerate(condition.conditions) if number not in numbers]
    return _with_parts(condition, kept)


def _with_parts(condition: AllOf | AnyOf | Near, parts: Sequence[Condition]) -> Condition | None:
    if len(parts) < min(2, len(condition.conditions)):  # an `any` of one part stays one: positions must not move
        return parts[0] if parts else None
    return replace(condition, conditions=tuple(parts))


def add_term(condition: Condition, term: Term) -> Condition:
    """Return the condition so that it also holds where the term occurs, within the same field and with the same
    `ignore`: the term comes to the first words of it, or, if it has none of its own, beside it."""
    if isinstance(condition, Ignoring) and not isinstance(unwrap(condition), Words):
        return AnyOf((condition, _put_under(condition, Words((term,)))))
    if isinstance(condition, _WRAPPERS):
        return replace(condition, condition=add_term(condition.condition, term))
    if isinstance(condition, Words):
        return Words((*condition.terms, adapt_term(term, condition)))
    if isinstance(condition, AnyOf):
        first = next((n for n, part in enumerate(condition.conditions) if isinstance(unwrap(part), Words)), None)
        if first is None:
            return AnyOf((*condition.conditions, Words((term,))))
        parts = [*condition.conditions]
        parts[first] = add_term(parts[first], term)
        return AnyOf(tuple(parts))
    return AnyOf((condition, Words((term,))))


def add_alternative(condition: Condition, other: Condition) -> Condition:
    """Return the condition so that it also holds where the other one does, within the same field and under the same
    name."""
    if isinstance(condition, Named | In | Times):
        return replace(condition, condition=add_alternative(condition.condition, other))
    if isinstance(condition, AnyOf):
        return AnyOf((*condition.conditions, other))
    return AnyOf((condition, other))


def _put_under(condition: Condition, leaf: Words) -> Condition:
    """The leaf, with each `ignore` that the condition has."""
    if not isinstance(condition, Ignoring):
        return leaf
    return Ignoring(_put_under(condition.condition, leaf), condition.ignore)


def adapt_term(term: Term, words: Words) -> Term:
    """Return the term as it is read among these words: `case`, `forms` and `edges` are written once for all of
    them. Words of no language take no word of one."""
    first = words.terms[0]
    has_languages = any(other.language != "any" for other in words.terms)
    language = term.language if has_languages else "any"
    return replace(term, language=language, exact=first.exact, forms=first.forms, edged=first.edged)


def remove_term(condition: Condition, term: Term) -> Condition | None:
    """Return the condition without a term; None if nothing is left of it."""
    if isinstance(condition, _WRAPPERS):
        inner = remove_term(condition.condition, term)
        return None if inner is None else replace(condition, condition=inner)
    if isinstance(condition, Words):
        terms = tuple(other for other in condition.terms if other != term)
        return Words(terms) if terms else None
    return condition


def ignore_inside(condition: Condition, term: Term) -> Condition:
    """Return the condition so that its occurrences inside this term do not count."""
    if isinstance(condition, Named | In | Times):
        return replace(condition, condition=ignore_inside(condition.condition, term))
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(ignore_inside(part, term) for part in condition.conditions))
    if isinstance(condition, Ignoring):
        return replace(condition, ignore=replace(condition.ignore, terms=(*condition.ignore.terms, term)))
    return Ignoring(condition, Ignore((term,)))


def unwrap(condition: Condition) -> Condition:
    """Return what a condition consists of, without its name, field, count and `ignore`."""
    while isinstance(condition, _WRAPPERS):
        condition = condition.condition
    return condition


def strip_ignore(condition: Condition) -> Condition:
    """Return the condition so that all of its occurrences count."""
    if isinstance(condition, Ignoring):
        return strip_ignore(condition.condition)
    if isinstance(condition, Named | In | Times):
        return replace(condition, condition=strip_ignore(condition.condition))
    return condition
