"""Conditions as files write them -> conditions of the model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from monitor import model
from monitor.config.conditions import Condition, Piece
from monitor.config.leaves import named, number
from monitor.config.words import Case, Edges, Forms, ignored, terms


@dataclass(frozen=True, slots=True)
class _Around:
    """What conditions say for all that is inside them: of `case`, `forms` and `edges` the innermost counts, of `ignore`
    each."""

    case: Case | None = None
    forms: Forms | None = None
    edges: Edges | None = None
    ignores: tuple[model.Ignore, ...] = ()

    def inside(self, shape: Condition | Piece) -> _Around:
        """The same with what the condition says itself."""
        own = () if shape.ignore is None else (ignored(shape.ignore),)
        return _Around(
            shape.case or self.case, shape.forms or self.forms, shape.edges or self.edges, own + self.ignores
        )


_NOTHING_AROUND = _Around()


def condition(shape: Condition | Piece, around: _Around = _NOTHING_AROUND) -> model.Condition:
    """The condition that the shape writes down."""
    within = around.inside(shape)
    said = _leaf(shape, within)
    if said is None:
        said = _of_several(shape, within)
    elif not isinstance(said, model.NumberNamed | model.DayNamed):  # beside which `ignore` is refused, too
        for each in within.ignores:
            said = model.Ignoring(said, each)
    if isinstance(shape, Condition):
        said = _counted(shape, said)
    return said if shape.name is None else model.Named(shape.name, said)


def any_of(shape: Condition | list[Condition] | None) -> model.Condition | None:
    """What holds where the condition does, or one of the list."""
    if isinstance(shape, list):
        return model.AnyOf(tuple(map(condition, shape)))
    return None if shape is None else condition(shape)


def near(within: int | model.Unit, these: Collection[model.Condition]) -> model.Near:
    """Conditions that stand together."""
    if isinstance(within, model.Unit):
        return model.Near(tuple(these), unit=within)
    return model.Near(tuple(these), words=within)


def _counted(shape: Condition, said: model.Condition) -> model.Condition:
    if shape.times is not None:
        said = model.Times(shape.times, said)
    if shape.in_ is not None:
        said = model.In(model.Field.TEXT if shape.in_ == "body" else model.Field(shape.in_), said)
    return said


def _leaf(shape: Condition | Piece, around: _Around) -> model.Condition | None:
    """What it says without parts, if it has none."""
    if shape.words is not None:
        return model.Words(terms(shape.words, around.case, around.forms, around.edges))
    if shape.list_ is not None:
        return model.ListNamed(shape.list_)
    if shape.entity is not None:
        return named(shape.entity)
    return _beyond_words(shape, around)


def _beyond_words(shape: Condition | Piece, around: _Around) -> model.Condition | None:
    """What finds something that is no word."""
    if shape.pattern is not None:
        return model.Pattern(shape.pattern, exact=around.case == "exact")
    if shape.number is not None:
        return number(shape.number)
    return None if shape.names is None else model.DayNamed()


def _of_several(shape: Condition | Piece, around: _Around) -> model.Condition:
    if shape.any_ is not None:
        return model.AnyOf(_each(shape.any_, around))
    if shape.all_ is not None:
        return model.AllOf(_each(shape.all_, around))
    if isinstance(shape, Condition) and shape.not_ is not None:
        return model.Not(condition(shape.not_, around))
    assert shape.near is not None
    return replace(
        near(shape.near.within, _each(shape.near.these, around)),
        in_order=bool(shape.near.in_order),
        may_share_words=bool(shape.near.may_share_words),
    )


def _each(shapes: Sequence[Condition | Piece], around: _Around) -> tuple[model.Condition, ...]:
    return tuple(condition(shape, around) for shape in shapes)
