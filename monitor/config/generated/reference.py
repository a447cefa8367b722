"""Builds the reference tables of the rule language from its schemas: a table for each mapping, with a row for each key.

docs/reference.md shows these tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import Tag
from pydantic.fields import FieldInfo

from monitor.config.language.alerts import AgainReason, AlertSchema, Cooldown, EventDuration, HourlyLimit, Route, Wait
from monitor.config.language.base_schema import Duration, Id, Language, Schema, Text
from monitor.config.language.conditions import ConditionSchema, NearPartSchema, NearSchema
from monitor.config.language.entities import CountsIfNearSchema, CountsIfSchema, EntitySchema, MaybeSchema
from monitor.config.language.examples import AnyExample, Date, ExampleSchema, ExamplesSchema
from monitor.config.language.extends import ExtendsSchema
from monitor.config.language.faults import format_flow_yaml
from monitor.config.language.leaf_schemas import Bound, GroupSchema, NumberSchema, PatternText
from monitor.config.language.lists import ListSchema
from monitor.config.language.region import Region
from monitor.config.language.rules import LevelChangeSchema, RuleSchema
from monitor.config.language.scope import ScopeSchema, WhereSchema
from monitor.config.language.words import IgnoreSchema, ReachSchema, Within, WordCount, WordSet

_MAPPINGS: dict[str, type[Schema]] = {
    "rule": RuleSchema,
    "condition": ConditionSchema,
    "near": NearSchema,
    "condition in near": NearPartSchema,
    "group of entities": GroupSchema,
    "number": NumberSchema,
    "ignore": IgnoreSchema,
    "before and after": ReachSchema,
    "where": WhereSchema,
    "not": ScopeSchema,
    "raise and lower": LevelChangeSchema,
    "alert": AlertSchema,
    "tests": ExamplesSchema,
    "test": ExampleSchema,
    "entity": EntitySchema,
    "maybe": MaybeSchema,
    "counts_if": CountsIfSchema,
    "near in counts_if": CountsIfNearSchema,
    "list": ListSchema,
    "extends": ExtendsSchema,
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
    (EventDuration, "number and unit, at most `14 days`", ""),
    (Date, "date", ""),
    (
        AgainReason,
        "`new fact`, `level rises`, `official source`, `retracted or corrected` or `N more publishers`",
        "these",
    ),
    (HourlyLimit, "`N an hour`", ""),
    (WordSet, "list of words, or lists by language", ""),
    (Within, "`N words`, `sentence` or `paragraph`", ""),
    (WordCount, "`N words`", ""),
    (PatternText, "regular expression (RE2)", ""),
    (Bound, "number", ""),
    (bool, "`true` or `false`", ""),
    (ConditionSchema, "condition", "conditions"),
    (NearPartSchema, "condition in near", "conditions in near"),
    (LevelChangeSchema, "change of level", "changes of level"),
    (AnyExample, "test or text", "tests or texts"),
]
"""Types of value that have a name: the type, its singular and its plural."""


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One key of a mapping. `requirement`: "required", "one of these", "at least one of these", or the default; ""
    where there is none. `allowed_with`: the key is allowed only together with one of these; (): with any."""

    key: str
    requirement: str
    allowed_with: tuple[str, ...]
    value: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """One mapping and its keys. `name`: its heading in the docs."""

    name: str
    meaning: str
    rows: tuple[ReferenceRow, ...]


def build_reference_tables() -> Iterator[ReferenceTable]:
    """Yields a table for every mapping of the rule language."""
    for name, schema in _MAPPINGS.items():
        hints = get_type_hints(schema, include_extras=True)
        rows = (_build_row(schema, field.alias or key, field, hints[key]) for key, field in schema.model_fields.items())
        yield ReferenceTable(name, " ".join((schema.__doc__ or "").split()), tuple(rows))


def _build_row(schema: type[Schema], key: str, field: FieldInfo, hint: object) -> ReferenceRow:
    description = field.description or ""
    default = re.search(r" \(default: ([^)]*)\)", description)
    meaning = description.replace(default[0], "") if default else description
    requirement = _describe_requirement(schema, key, field) or (default[1] if default else "")
    example = f"{key}: {format_flow_yaml((field.examples or [''])[0])}"
    return ReferenceRow(key, requirement, schema.allowed_with.get(key, ()), _describe_value(hint), meaning, example)


def _describe_requirement(schema: type[Schema], key: str, field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if key in schema.one_of:
        return "one of these"
    return "at least one of these" if key in schema.at_least_one_of else ""


def _describe_value(hint: Any) -> str:  # noqa: ANN401 - types have no type in common
    """The type of a value in words."""
    if names := _find_value_names(hint):
        return names[0]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        *first, last = (f"`{part}`" for part in parts)
        return f"{', '.join(first)} or {last}" if first else last
    if origin is list:
        item_names = _find_value_names(parts[0])
        return f"list of {item_names[1] if item_names else _describe_value(parts[0])}"
    if origin in (Union, UnionType):
        return ", or ".join(_describe_value(part) for part in parts if part is not NoneType)
    if origin is Annotated and parts[0] is int:
        return "whole number" + "".join(_describe_limit(limit) for part in parts[1:] for limit in part.metadata)
    assert origin is Annotated, hint
    return _describe_value(parts[0])


def _find_value_names(hint: object) -> tuple[str, str] | None:
    for name, schema in _MAPPINGS.items():
        if hint is schema and all(schema is not known for known, *_ in _VALUES):
            return f"mapping: {name}", ""
    return next(
        ((singular, plural) for known, singular, plural in _VALUES if _strip_tags(hint) == _strip_tags(known)), None
    )


def _strip_tags(hint: object) -> object:
    """A type without the tags that only distinguish the branches of a union."""
    if get_origin(hint) is not Annotated:
        return hint
    bare, *more = get_args(hint)
    return bare, [item for item in more if not isinstance(item, Tag)]


def _describe_limit(limit: object) -> str:
    """A bound of a number (pydantic's metadata) in words."""
    minimum, maximum = getattr(limit, "ge", None), getattr(limit, "le", None)
    return f" from {minimum}" if minimum is not None else f" to {maximum}" if maximum is not None else ""
