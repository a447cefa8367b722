"""Converts the schemas of conditions to conditions of the model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from monitor import model
from monitor.config.language.conditions import ConditionSchema, NearPartSchema
from monitor.config.language.leaf_schemas import entity_or_group_from_schema, number_from_schema
from monitor.config.language.words import Case, Edges, Forms, ignore_from_schema, terms_from_words


@dataclass(frozen=True, slots=True)
class _InheritedOptions:
    """The options that a condition inherits from those around it. Of `case`, `forms` and `edges` the innermost counts;
    every `ignore` counts."""

    case: Case | None = None
    forms: Forms | None = None
    edges: Edges | None = None
    ignores: tuple[model.Ignore, ...] = ()

    def extended_by(self, schema: ConditionSchema | NearPartSchema) -> _InheritedOptions:
        """The options with those of the condition itself added."""
        own = () if schema.ignore is None else (ignore_from_schema(schema.ignore),)
        return _InheritedOptions(
            schema.case or self.case, schema.forms or self.forms, schema.edges or self.edges, own + self.ignores
        )


_NO_OPTIONS = _InheritedOptions()


def condition_from_schema(
    schema: ConditionSchema | NearPartSchema, inherited: _InheritedOptions = _NO_OPTIONS
) -> model.Condition:
    """The condition of the model for the schema, with the inherited options."""
    options = inherited.extended_by(schema)
    condition = _build_leaf(schema, options)
    if condition is None:
        condition = _build_compound(schema, options)
    elif not isinstance(condition, model.NumberNamed | model.DayNamed):  # these take no `ignore`
        for ignore in options.ignores:
            condition = model.Ignoring(condition, ignore)
    if isinstance(schema, ConditionSchema):
        condition = _add_times_and_field(schema, condition)
    return condition if schema.name is None else model.Named(schema.name, condition)


def any_of(schema: ConditionSchema | list[ConditionSchema] | None) -> model.Condition | None:
    """The condition, or one that holds if any of the list does; None: none is given."""
    if isinstance(schema, list):
        return model.AnyOf(tuple(map(condition_from_schema, schema)))
    return None if schema is None else condition_from_schema(schema)


def make_near_condition(within: int | model.Unit, conditions: Collection[model.Condition]) -> model.Near:
    """The condition that these are close together. `within`: a number of words, or a unit of text."""
    if isinstance(within, model.Unit):
        return model.Near(tuple(conditions), unit=within)
    return model.Near(tuple(conditions), words=within)


def _add_times_and_field(schema: ConditionSchema, condition: model.Condition) -> model.Condition:
    if schema.times is not None:
        condition = model.Times(schema.times, condition)
    if schema.in_ is not None:
        condition = model.In(model.Field.TEXT if schema.in_ == "body" else model.Field(schema.in_), condition)
    return condition


def _build_leaf(schema: ConditionSchema | NearPartSchema, options: _InheritedOptions) -> model.Condition | None:
    """The condition without parts; None: it has parts."""
    if schema.words is not None:
        return model.Words(terms_from_words(schema.words, options.case, options.forms, options.edges))
    if schema.list_ is not None:
        return model.ListNamed(schema.list_)
    if schema.entity is not None:
        return entity_or_group_from_schema(schema.entity)
    return _build_non_word_leaf(schema, options)


def _build_non_word_leaf(
    schema: ConditionSchema | NearPartSchema, options: _InheritedOptions
) -> model.Condition | None:
    """The condition on a pattern, a number or a day; None: it is none of these."""
    if schema.pattern is not None:
        return model.Pattern(schema.pattern, exact=options.case == "exact")
    if schema.number is not None:
        return number_from_schema(schema.number)
    return None if schema.names is None else model.DayNamed()


def _build_compound(schema: ConditionSchema | NearPartSchema, options: _InheritedOptions) -> model.Condition:
    if schema.any_ is not None:
        return model.AnyOf(_build_parts(schema.any_, options))
    if schema.all_ is not None:
        return model.AllOf(_build_parts(schema.all_, options))
    if isinstance(schema, ConditionSchema) and schema.not_ is not None:
        return model.Not(condition_from_schema(schema.not_, options))
    assert schema.near is not None
    return replace(
        make_near_condition(schema.near.within, _build_parts(schema.near.these, options)),
        in_order=bool(schema.near.in_order),
        may_share_words=bool(schema.near.may_share_words),
    )


def _build_parts(
    schemas: Sequence[ConditionSchema | NearPartSchema], options: _InheritedOptions
) -> tuple[model.Condition, ...]:
    return tuple(condition_from_schema(schema, options) for schema in schemas)
