"""The conditions of the rule language: their shapes. `into_model` makes of them what they mean.

Which words of an article they meet is decided in `matching`, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from monitor.config.language.base_schema import Id, Schema, Text, one_or_list, validation_error
from monitor.config.language.leaf_schemas import (
    CASE,
    EDGES,
    ENTITY,
    FORMS,
    LIST,
    NAMES,
    NUMBER,
    PATTERN,
    WORDS,
    EntityOrGroup,
    NumberSchema,
    PatternText,
)
from monitor.config.language.words import Case, Edges, Forms, Ignored, Within, WordSet

_ANY = Field(None, alias="any", description="At least one of these holds.", examples=[[{"entity": "taiwan"}]])
_IGNORE = Field(
    None,
    description="Which occurrences do not count: those inside these words; or a mapping, for more.",
    examples=[{"zh": ["朝鲜半岛"]}, {"list": "denials"}],
)
_NEAR = Field(
    None,
    description="Things that stand close together.",
    examples=[{"within": "20 words", "these": [{"entity": "taiwan"}, {"words": {"en": ["drill"]}}]}],
)
_NAME = Field(None, description="What reports and `by` (under alert) call it.", examples=["did what"])

_SAYS_NOTHING = "this condition is empty"
_SEVERAL = "put them under all: or any:"
_PARTS = ("any", "all", "near")
_TAKEN_BY = {
    "case": ("words", "pattern"),
    "forms": ("words",),
    "edges": ("words",),
    "ignore": ("words", "list", "entity", "pattern"),
}
"""What is said beside one of these holds for it; beside a condition that has parts, for all of these among them."""


class _BaseConditionSchema(Schema):
    """A condition beside which `case`, `forms`, `edges` and `ignore` may stand for all that is inside it."""

    @model_validator(mode="after")
    def _something_takes_it(self) -> Self:
        """A key that nothing inside can have would silently mean nothing."""
        for key in _TAKEN_BY.keys() & self.model_fields_set:
            if not _is_key_applicable(self, key):
                raise validation_error(
                    f"nothing here can have '{key}'", f"it is for: {', '.join(_TAKEN_BY[key])}", (key,)
                )
        return self


class NearPartSchema(_BaseConditionSchema):
    """What `near` brings together: exactly one of words, list, entity, pattern, number, names, any or all of
    such, and another near, whose place is from its first to its last word."""

    called: ClassVar[str] = "condition in near"
    one_of: ClassVar[tuple[str, ...]] = ("words", "list", "entity", "pattern", "number", "names", "any", "all", "near")
    nothing: ClassVar[str] = _SAYS_NOTHING
    several: ClassVar[str] = _SEVERAL
    goes_with: ClassVar[dict[str, tuple[str, ...]]] = {key: (*others, *_PARTS) for key, others in _TAKEN_BY.items()}

    words: WordSet | None = WORDS
    list_: Id | None = LIST
    entity: EntityOrGroup | None = ENTITY
    pattern: PatternText | None = PATTERN
    number: NumberSchema | None = NUMBER
    names: Literal["a day"] | None = NAMES
    any_: Annotated[list[NearPartSchema], Field(min_length=1)] | None = _ANY
    all_: Annotated[list[NearPartSchema], Field(min_length=1)] | None = Field(
        None,
        alias="all",
        description="All of these are there, near the others too.",
        examples=[[{"entity": "taiwan"}, {"words": {"en": ["strait"]}}]],
    )
    near: NearSchema | None = _NEAR
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES
    ignore: Ignored | None = _IGNORE
    name: Text | None = _NAME


class NearSchema(Schema):
    """Things that stand close together."""

    called: ClassVar[str] = "near"

    within: Within = Field(description="How close: 'N words', sentence or paragraph.", examples=["20 words"])
    in_order: bool | None = Field(
        None, description="Whether they stand in the order of the file (default: false).", examples=[True]
    )
    may_share_words: bool | None = Field(
        None,
        description="Whether one word may serve two of them (default: false), as 降息 is both a rate and a cut.",
        examples=[True],
    )
    these: Annotated[list[NearPartSchema], Field(min_length=2, max_length=6)] = Field(
        description="The 2 to 6 things that stand together.",
        examples=[[{"entity": "taiwan"}, {"words": {"en": ["drill", "drills"]}}]],
    )

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        """In an order each begins where the one before has ended."""
        if self.in_order and self.may_share_words:
            raise validation_error(
                "'may_share_words' cannot be combined with 'in_order'", "remove one of them", ("may_share_words",)
            )
        return self

    @model_validator(mode="after")
    def _can_be_tried(self) -> Self:
        """Each `all` inside `any` makes another near."""
        ways, most = _count_combinations_of_all(self.these)
        if ways > _MOST_WAYS:
            raise validation_error(
                f"this near can hold in {ways} ways, and at most {_MOST_WAYS} are tried",
                "write fewer 'all' inside 'any', or several conditions",
                ("these",),
            )
        if most > _MOST_TOGETHER:
            what = f"{most} things would have to be together here, and at most {_MOST_TOGETHER} can"
            raise validation_error(what, "leave some out: a sentence with all of them is rare", ("these",))
        return self


_MOST_WAYS, _MOST_TOGETHER = 32, 8


def _count_combinations_of_all(pieces: Iterable[NearPartSchema]) -> tuple[int, int]:
    """In how many ways all of these can cannot be combined, and how many things that are at the most."""
    each = [_count_combinations(piece) for piece in pieces]
    return prod(ways for ways, _ in each), sum(most for _, most in each)


def _count_combinations(piece: NearPartSchema) -> tuple[int, int]:
    if piece.all_ is not None:
        return _count_combinations_of_all(piece.all_)
    deeper = [_count_combinations(each) for each in piece.any_ or () if _has_nested_all(each)]
    others = len(deeper) < len(piece.any_ or (piece,))  # these are looked for together
    return sum(ways for ways, _ in deeper) + others, max((most for _, most in deeper), default=1)


def _has_nested_all(piece: NearPartSchema) -> bool:
    return piece.all_ is not None or any(map(_has_nested_all, piece.any_ or ()))


class ConditionSchema(_BaseConditionSchema):
    """Exactly one of words, list, entity, pattern, number, names, all, any, near and not; beside it, how, where and
    how often."""

    called: ClassVar[str] = "condition"
    one_of: ClassVar[tuple[str, ...]] = (
        *("words", "list", "entity", "pattern", "number", "names"),
        *("all", "any", "near", "not"),
    )
    nothing: ClassVar[str] = _SAYS_NOTHING
    several: ClassVar[str] = _SEVERAL
    goes_with: ClassVar[dict[str, tuple[str, ...]]] = {
        **{key: (*keys, *_PARTS) for key, keys in _TAKEN_BY.items()},
        "times": ("words", "list", "entity", "pattern", "any"),
    }

    words: WordSet | None = WORDS
    list_: Id | None = LIST
    entity: EntityOrGroup | None = ENTITY
    pattern: PatternText | None = PATTERN
    number: NumberSchema | None = NUMBER
    names: Literal["a day"] | None = NAMES
    all_: Annotated[list[ConditionSchema], Field(min_length=1)] | None = Field(
        None, alias="all", description="All of these hold.", examples=[[{"entity": "taiwan"}, {"entity": "china"}]]
    )
    any_: Annotated[list[ConditionSchema], Field(min_length=1)] | None = _ANY
    near: NearSchema | None = _NEAR
    not_: ConditionSchema | None = Field(
        None,
        alias="not",
        description="This holds nowhere in the article, however far its evidence may reach (with `in`: nowhere in that "
        "part).",
        examples=[{"words": {"en": ["film", "video game"]}}],
    )
    in_: Literal["title", "lead", "body", "author", "tags", "url"] | None = Field(
        None, alias="in", description="Only in this part of the article.", examples=["title"]
    )
    times: Annotated[int, Field(ge=2, le=50)] | None = Field(
        None, description="At least so many times, from 2 to 50.", examples=[3]
    )
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES
    ignore: Ignored | None = _IGNORE
    name: Text | None = _NAME

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if self.times is not None and (wrong := _find_uncountable(self.any_ or ())):
            key = wrong[-1]
            raise validation_error(
                f"'{key}' is not allowed here, because 'times' counts words", "count each of them separately", wrong
            )
        return self

    @model_validator(mode="after")
    def _is_in_one_part(self) -> Self:
        if self.in_ is not None and (wrong := _find_nested_in(self)):
            raise validation_error(
                "'in' is not allowed inside 'in'", "keep one of them, or repeat the outer 'in' in each part", wrong
            )
        return self


def _is_key_applicable(shape: Schema, key: str) -> bool:
    """Whether the condition, or one inside it, can have such a key."""
    if any(f"{one}_" in shape.model_fields_set or one in shape.model_fields_set for one in _TAKEN_BY[key]):
        return True
    return any(_is_key_applicable(each, key) for each in _iter_subconditions(shape))


def _iter_subconditions(shape: Schema) -> Iterator[Schema]:
    """The conditions right inside a condition."""
    for key in ("all_", "any_", "these"):
        yield from getattr(shape, key, None) or ()
    if isinstance(near := getattr(shape, "near", None), NearSchema):
        yield from _iter_subconditions(near)
    if isinstance(negated := getattr(shape, "not_", None), ConditionSchema):
        yield negated


def _find_nested_in(outer: ConditionSchema) -> tuple[str | int, ...] | None:
    """Where, inside a condition that has one, another `in` stands."""
    for key, conditions in (("all", outer.all_), ("any", outer.any_)):
        for index, each in enumerate(conditions or ()):
            if each.in_ is not None:
                return key, index, "in"
            if deeper := _find_nested_in(each):
                return key, index, *deeper
    if outer.not_ is not None:
        deeper = ("in",) if outer.not_.in_ is not None else _find_nested_in(outer.not_)
        return None if deeper is None else ("not", *deeper)
    return None


def find_purely_negative_part(asked: ConditionSchema) -> tuple[str | int, ...] | None:
    """Where, inside a condition, a way to hold begins of which nothing in an article would be the evidence."""
    if asked.not_ is not None:
        return ("not",)
    within_any = [(number, find_purely_negative_part(each)) for number, each in enumerate(asked.any_ or ())]
    within_all = [(number, find_purely_negative_part(each)) for number, each in enumerate(asked.all_ or ())]
    if any(at is None for _, at in within_all):
        within_all = []
    found = [(key, at) for key, each in (("any", within_any), ("all", within_all)) for at in each if at[1] is not None]
    return next(((key, number, *(deeper or ())) for key, (number, deeper) in found), None)


def _find_uncountable(conditions: Iterable[ConditionSchema]) -> tuple[str | int, ...] | None:
    """Where, inside `any`, something stands of which there is no number."""
    for index, each in enumerate(conditions):
        for key in ("all", "near", "not", "in", "times", "number", "names"):
            if f"{key}_" in each.model_fields_set or key in each.model_fields_set:
                return "any", index, key
        if deeper := _find_uncountable(each.any_ or ()):
            return "any", index, *deeper
    return None


ConditionOrList = Annotated[
    Annotated[ConditionSchema, Tag("<one>")]
    | Annotated[Annotated[list[ConditionSchema], Field(min_length=1)], Tag("<list>")],
    Discriminator(one_or_list),
]
