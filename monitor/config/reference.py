"""The reference of the rule language, drawn from the shapes that read it: for each mapping its keys, a row each.

docs/rules.md shows these tables; nothing of them is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import Tag
from pydantic.fields import FieldInfo

from monitor.config.alerts import AlertShape, AnHour, Cooldown, Lasts, Reason, Route, Wait
from monitor.config.conditions import Condition, Near, Piece
from monitor.config.entities import Beside, CountsIfShape, EntityShape, MaybeShape
from monitor.config.examples import AnyExample, Date, Example, Examples
from monitor.config.extends import ExtendsShape
from monitor.config.faults import flow
from monitor.config.leaves import Bound, GroupShape, NumberShape, Pattern
from monitor.config.lists import ListShape
from monitor.config.rules import ChangeShape, RuleShape
from monitor.config.shape import Duration, Id, Language, Region, Shape, Text
from monitor.config.where import Scope, WhereShape
from monitor.config.words import IgnoreShape, ReachShape, SoManyWords, Within, WordSet

_MAPPINGS: dict[str, type[Shape]] = {
    "rule": RuleShape,
    "condition": Condition,
    "near": Near,
    "condition in near": Piece,
    "group of entities": GroupShape,
    "number": NumberShape,
    "ignore": IgnoreShape,
    "before and after": ReachShape,
    "where": WhereShape,
    "not": Scope,
    "raise and lower": ChangeShape,
    "alert": AlertShape,
    "tests": Examples,
    "test": Example,
    "entity": EntityShape,
    "maybe": MaybeShape,
    "counts_if": CountsIfShape,
    "near in counts_if": Beside,
    "list": ListShape,
    "extends": ExtendsShape,
}
_VALUES: list[tuple[object, str, str]] = [
    (Id, "id", "ids"),
    (Region, "id, or ISO code", ""),
    (Route, "name of a route", "names of routes"),
    (Text, "text", "texts"),
    (Language, "language", "languages"),
    (Duration, "number and unit", ""),
    (Wait, "number and unit, at most `1 day`", ""),
    (Cooldown, "number and unit, at most `7 days`", ""),
    (Lasts, "number and unit, at most `14 days`", ""),
    (Date, "date", ""),
    (
        Reason,
        "`new fact`, `level rises`, `official source`, `retracted or corrected` or `N more publishers`",
        "these",
    ),
    (AnHour, "`N an hour`", ""),
    (WordSet, "list of words, or lists by language", ""),
    (Within, "`N words`, `sentence` or `paragraph`", ""),
    (SoManyWords, "`N words`", ""),
    (Pattern, "regular expression (RE2)", ""),
    (Bound, "number", ""),
    (bool, "`true` or `false`", ""),
    (Condition, "condition", "conditions"),
    (Piece, "condition in near", "conditions in near"),
    (ChangeShape, "change of level", "changes of level"),
    (AnyExample, "test or text", "tests or texts"),
]
"""The kinds of value that have a name: one, and several."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be known of a key. `needed`: "required", "one of these", "at least one of these", or the default; ""
    where it has none. `beside`: it stands only beside one of these keys; (): beside any."""

    key: str
    requirement: str
    allowed_with: tuple[str, ...]
    value: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of a mapping. `name`: what the tables call it."""

    name: str
    meaning: str
    rows: tuple[Row, ...]


def tables() -> Iterator[Table]:
    """Every mapping of the rule language."""
    for name, shape in _MAPPINGS.items():
        hints = get_type_hints(shape, include_extras=True)
        rows = (_row(shape, field.alias or key, field, hints[key]) for key, field in shape.model_fields.items())
        yield Table(name, " ".join((shape.__doc__ or "").split()), tuple(rows))


def _row(shape: type[Shape], key: str, field: FieldInfo, hint: object) -> Row:
    said = field.description or ""
    default = re.search(r" \(default: ([^)]*)\)", said)
    meaning = said.replace(default[0], "") if default else said
    needed = _needed(shape, key, field) or (default[1] if default else "")
    example = f"{key}: {flow((field.examples or [''])[0])}"
    return Row(key, needed, shape.goes_with.get(key, ()), _value(hint), meaning, example)


def _needed(shape: type[Shape], key: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if key in shape.one_of:
        return "one of these"
    return "at least one of these" if key in shape.some_of else ""


def _value(hint: Any) -> str:  # noqa: ANN401 - types have no type in common
    """The kind of value that a type stands for."""
    if named := _named(hint):
        return named[0]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        *first, last = (f"`{part}`" for part in parts)
        return f"{', '.join(first)} or {last}"
    if origin is list:
        several = _named(parts[0])
        return f"list of {several[1] if several else _value(parts[0])}"
    if origin in (Union, UnionType):
        return ", or ".join(_value(part) for part in parts if part is not NoneType)
    if origin is Annotated and parts[0] is int:
        return "whole number" + "".join(_limit(limit) for part in parts[1:] for limit in part.metadata)
    assert origin is Annotated, hint
    return _value(parts[0])


def _named(hint: object) -> tuple[str, str] | None:
    for name, shape in _MAPPINGS.items():
        if hint is shape and all(shape is not known for known, *_ in _VALUES):
            return f"mapping: {name}", ""
    return next(((one, several) for known, one, several in _VALUES if _untagged(hint) == _untagged(known)), None)


def _untagged(hint: object) -> object:
    """A type without what only tells the branches of a union apart."""
    if get_origin(hint) is not Annotated:
        return hint
    bare, *more = get_args(hint)
    return bare, [each for each in more if not isinstance(each, Tag)]


def _limit(limit: object) -> str:
    """A bound of a number, as pydantic keeps it."""
    least, most = getattr(limit, "ge", None), getattr(limit, "le", None)
    return f" from {least}" if least is not None else f" to {most}" if most is not None else ""
