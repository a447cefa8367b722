"""Rule documents: the shape, its way into the model, and the version of a rule.

A rule is first read as it stands (`rule`, without a version) and gets its version when the entities that it names are
known (`with_version`). Whether names of entities and routes exist is checked in `load`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from hashlib import blake2b
from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from monitor.config.conditions import Condition, condition
from monitor.config.examples import Examples, tests
from monitor.config.faults import checked
from monitor.config.shape import Duration, Id, Shape, Text, kind_of
from monitor.config.yaml12 import Document, Plain, Where
from monitor.model import AlertPolicy, AnyOf, Entity, Level, OncePer, Rule, RuleStatus, Term
from monitor.model import Condition as Said


class AlertShape(Shape):
    """Whom a rule tells, and how often."""

    called: ClassVar[str] = "alert"

    to: list[Id] | None = Field(
        None, description="Names of routes of monitor.yaml; none: the default route.", examples=[["default"]]
    )
    once_per: Literal["article", "story"] | None = Field(
        None, description="At most one alert for each of these (default: story).", examples=["story"]
    )


Conditions = Annotated[
    Annotated[Condition, Tag("<mapping>")] | Annotated[Annotated[list[Condition], Field(min_length=1)], Tag("<list>")],
    Discriminator(kind_of),
]


class RuleShape(Shape):
    """A rule: what matters to somebody, how much, and whom it tells."""

    called: ClassVar[str] = "rule"

    rule: Id = Field(description="Its id, unique over all files.", examples=["taiwan-drills"])
    title: Text = Field(description="What it is about, as messages show it.", examples=["Drills around Taiwan"])
    level: Literal["info", "low", "medium", "high", "critical"] = Field(
        description="How much it matters.", examples=["high"]
    )
    status: Literal["live", "off"] | None = Field(
        None, description="Whether it runs (default: live).", examples=["live"]
    )
    match: Condition = Field(
        description="What must hold for an article to hit.", examples=[{"words": {"en": ["drill", "war game*"]}}]
    )
    unless: Conditions | None = Field(
        None,
        description="Drops the article where this holds (of a list: where one of them holds).",
        examples=[{"in": "title", "words": {"en": ["earthquake drill"]}}],
    )
    max_age: Duration | None = Field(
        None, description="Older news is stored and not told: a number and a unit.", examples=["12 hours"]
    )
    alert: AlertShape | None = Field(
        None, description="Whom it tells, and how often.", examples=[{"to": ["default"], "once_per": "story"}]
    )
    tests: Examples | None = Field(
        None, description="Articles that must and must not hit.", examples=[{"fires": ["Drills around Taiwan"]}]
    )


def rule(document: Document) -> Rule:
    """The rule that the document says, still without a version; raises Faulty."""
    shape = checked(RuleShape, document)
    return Rule(
        shape.rule,
        shape.title,
        Level(shape.level),
        condition(shape.match),
        version="",
        status=RuleStatus(shape.status or "live"),
        unless=_unless(shape.unless),
        max_age=shape.max_age,
        alert=_policy(shape.alert),
        tests=tests(shape.tests, document),
        place=document.place(),
    )


def _unless(shape: Condition | list[Condition] | None) -> Said | None:
    if shape is None:
        return None
    return condition(shape) if isinstance(shape, Condition) else AnyOf(tuple(map(condition, shape)))


def _policy(shape: AlertShape | None) -> AlertPolicy:
    if shape is None:
        return AlertPolicy()
    return AlertPolicy(tuple(dict.fromkeys(shape.to or ())), OncePer(shape.once_per or "story"))


def entities_named(data: Plain, where: Where = ()) -> Iterator[tuple[Where, str]]:
    """Each entity that the conditions of a rule's document name, and where they do."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "entity" and isinstance(value, str):
                yield (*where, key), value
            elif where or key in ("match", "unless"):
                yield from entities_named(value, (*where, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from entities_named(item, (*where, index))


def entity_digest(entity: Entity) -> str:
    """The digest of what makes an entity be found."""
    return _digest([entity.id, _canonical(entity.sure)])


def with_version(rule: Rule, entities: Mapping[str, str]) -> Rule:
    """The rule with the digest of what it says: it changes with each change of what can hit or be told, not with
    titles, tests, comments or places. `entities`: those that it names, each with its digest."""
    says = [rule.condition, rule.unless, rule.level, rule.status, rule.max_age, rule.alert]
    return replace(rule, version=_digest([rule.id, _canonical(says), entities]))


def _digest(plain: object) -> str:
    return blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=8).hexdigest()


def _canonical(value: object) -> object:
    """Plain data that differs exactly when the value does. Fields at their default are left out, so that the language
    can grow without giving every rule of every user a new version."""
    if isinstance(value, Term):  # by far the most
        return [value.language, value.text]
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
        kept = {
            name: _canonical(each) for name, (each, default) in given.items() if default is MISSING or each != default
        }
        return [type(value).__name__, kept]
    if isinstance(value, (tuple, list)):
        return [_canonical(each) for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value
