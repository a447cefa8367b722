"""Conditions as files write them -> conditions of the model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from monitor import model
from monitor.config.language.conditions import ConditionSchema, NearPartSchema
from monitor.config.language.leaf_schemas import entity_or_group_from_schema, number_from_schema
from monitor.config.language.words import Case, Edges, Forms, ignore_from_schema, terms_from_words


@dataclass(frozen=True, slots=True)
class _InheritedOptions:
    """What conditions say for all that is inside them: of `case`, `forms` and `edges` the innermost counts, of `ignore`
    each."""

    case: Case | None = None
    forms: Forms | None = None
    edges: Edges | None = None
    ignores: tuple[model.Ignore, ...] = ()

    def inside(self, shape: ConditionSchema | NearPartSchema) -> _InheritedOptions:
        """The same with what the condition says itself."""
        own = () if shape.ignore is None else (ignore_from_schema(shape.ignore),)
        return _InheritedOptions(
            shape.case or self.case, shape.forms or self.forms, shape.edges or self.edges, own + self.ignores
        )


_NOTHING_AROUND = _InheritedOptions()


def condition_from_schema(
    shape: ConditionSchema | NearPartSchema, around: _InheritedOptions = _NOTHING_AROUND
) -> model.Condition:
    """The condition that the shape writes down."""
    within = around.inside(shape)
    said = _build_leaf(shape, within)
    if said is None:
        said = _build_compound(shape, within)
    elif not isinstance(said, model.NumberNamed | model.DayNamed):  # beside which `ignore` is refused, too
        for each in within.ignores:
            said = model.Ignoring(said, each)
    if isinstance(shape, ConditionSchema):
        said = _add_times_and_field(shape, said)
    return said if shape.name is None else model.Named(shape.name, said)


def any_of(shape: ConditionSchema | list[ConditionSchema] | None) -> model.Condition | None:
    """What holds where the condition does, or one of the list."""
    if isinstance(shape, list):
        return model.AnyOf(tuple(map(condition_from_schema, shape)))
    return None if shape is None else condition_from_schema(shape)


def make_near_condition(within: int | model.Unit, these: Collection[model.Condition]) -> model.Near:
    """Conditions that stand together."""
    if isinstance(within, model.Unit):
        return model.Near(tuple(these), unit=within)
    return model.Near(tuple(these), words=within)


def _add_times_and_field(shape: ConditionSchema, said: model.Condition) -> model.Condition:
    if shape.times is not None:
        said = model.Times(shape.times, said)
    if shape.in_ is not None:
        said = model.In(model.Field.TEXT if shape.in_ == "body" else model.Field(shape.in_), said)
    return said


def _build_leaf(shape: ConditionSchema | NearPartSchema, around: _InheritedOptions) -> model.Condition | None:
    """What it says without parts, if it has none."""
    if shape.words is not None:
        return model.Words(terms_from_words(shape.words, around.case, around.forms, around.edges))
    if shape.list_ is not None:
        return model.ListNamed(shape.list_)
    if shape.entity is not None:
        return entity_or_group_from_schema(shape.entity)
    return _build_non_word_leaf(shape, around)


def _build_non_word_leaf(shape: ConditionSchema | NearPartSchema, around: _InheritedOptions) -> model.Condition | None:
    """What finds something that is no word."""
    if shape.pattern is not None:
        return model.Pattern(shape.pattern, exact=around.case == "exact")
    if shape.number is not None:
        return number_from_schema(shape.number)
    return None if shape.names is None else model.DayNamed()


def _build_compound(shape: ConditionSchema | NearPartSchema, around: _InheritedOptions) -> model.Condition:
    if shape.any_ is not None:
        return model.AnyOf(_build_parts(shape.any_, around))
    if shape.all_ is not None:
        return model.AllOf(_build_parts(shape.all_, around))
    if isinstance(shape, ConditionSchema) and shape.not_ is not None:
        return model.Not(condition_from_schema(shape.not_, around))
    assert shape.near is not None
    return replace(
        make_near_condition(shape.near.within, _build_parts(shape.near.these, around)),
        in_order=bool(shape.near.in_order),
        may_share_words=bool(shape.near.may_share_words),
    )


def _build_parts(
    shapes: Sequence[ConditionSchema | NearPartSchema], around: _InheritedOptions
) -> tuple[model.Condition, ...]:
    return tuple(condition_from_schema(shape, around) for shape in shapes)
